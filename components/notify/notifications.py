"""Two encrypted topics, `warn` and `critical`, who hears of them, and what else publishes: drills, a budget.

Endpoints are secrets: the address of a paging service's webhook carries its token.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.notify import budget
from components.notify.channel import Channel, ChannelArgs
from components.shared import iam
from components.shared.alarms import Alarms, AlarmsArgs
from components.shared.common import Common
from monitoring.notify import drill, undelivered
from monitoring.spec import Level
from settings.budget import Budget
from settings.notifications import FORWARDED, Subscription
from settings.notifications import Notifications as Subscribers

LEVELS: tuple[Level, ...] = ("warn", "critical")
UNDELIVERED_KEPT_S = 14 * 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationsArgs:
    """`prefix` begins the topics' physical names; `set_in` is the stack that sets the `subscriptions`."""

    common: Common
    prefix: str
    subscriptions: pulumi.Input[Subscribers]
    set_in: str
    budget: Budget | None = None


class Notifications(pulumi.ComponentResource):
    """The topics that alarms publish to; `topic_arns` is keyed by level."""

    topic_arns: dict[Level, pulumi.Output[str]]

    def __init__(
        self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-watch:notifications:Notifications", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.topic_arns = {}
        policies: dict[Level, aws.sns.TopicPolicy] = {}
        for level in LEVELS:
            topic = aws.sns.Topic(
                f"{name}-{level}",
                name=f"{args.prefix}-{level}",
                kms_master_key_id=args.common.key_arn,
                opts=child,
            )
            budgets = level == "warn" and args.budget is not None
            policies[level] = aws.sns.TopicPolicy(
                f"{name}-{level}-policy",
                arn=topic.arn,
                policy=pulumi.Output.json_dumps(
                    topic_policy(topic.arn, args.common.account_id, budgets=budgets)
                ),
                opts=child,
            )
            self.topic_arns[level] = topic.arn
        drills = [drill.alarm(f"{args.prefix}-{level}", level) for level in LEVELS]
        Alarms(f"{name}-drill", AlarmsArgs(alarms=drills, topic_arns=self.topic_arns), opts=child)
        if args.budget is not None:
            budget.make(
                f"{name}-budget",
                budget.BudgetArgs(
                    budget_name=args.prefix,
                    service=args.common.base,
                    settings=args.budget,
                    topic_arn=self.topic_arns["warn"],
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policies["warn"]]),
            )
        # Registered as an output of the component, so that the subscriptions are waited for.
        subscribed = pulumi.Output.from_input(args.subscriptions).apply(
            lambda subscriptions: self._subscribe(name, args, subscriptions)
        )
        self.register_outputs({"topic_arns": dict(self.topic_arns), "subscribed": subscribed})

    def _subscribe(self, name: str, args: NotificationsArgs, subscriptions: Subscribers) -> None:
        if not subscriptions.critical:
            first = f"pulumi config set -s {args.set_in} --path 'notifications.critical[0]"
            pulumi.log.warn(
                f"NOBODY IS PAGED: topic {args.prefix}-critical has no subscriber; critical alarms reach no"
                f" one. Set one for both accounts: {first}.protocol' email;"
                f" {first}.endpoint' --secret oncall@example.com"
            )
        hearing: dict[Subscription, dict[Level, pulumi.Output[str]]] = {}
        for level in LEVELS:
            for subscription in getattr(subscriptions, level):
                if subscription.protocol in FORWARDED:
                    hearing.setdefault(subscription, {})[level] = self.topic_arns[level]
                    continue
                aws.sns.TopicSubscription(
                    f"{name}-{level}-{_short(subscription)}",
                    topic=self.topic_arns[level],
                    protocol=subscription.protocol,
                    endpoint=pulumi.Output.secret(subscription.endpoint),
                    opts=pulumi.ResourceOptions(parent=self),
                )
        if hearing:
            self._forward(name, args, hearing)

    def _forward(
        self,
        name: str,
        args: NotificationsArgs,
        hearing: Mapping[Subscription, Mapping[Level, pulumi.Output[str]]],
    ) -> None:
        kept = aws.sqs.Queue(
            f"{name}{undelivered.SUFFIX}",
            name=f"{args.prefix}{undelivered.SUFFIX}",
            kms_master_key_id=args.common.key_arn,
            message_retention_seconds=UNDELIVERED_KEPT_S,
            opts=pulumi.ResourceOptions(parent=self),
        )
        Alarms(
            name,
            AlarmsArgs(alarms=[undelivered.alarm(args.prefix)], topic_arns=self.topic_arns),
            opts=pulumi.ResourceOptions(parent=self),
        )
        for subscription, topic_arns in hearing.items():
            Channel(
                f"{name}-{_short(subscription)}",
                ChannelArgs(
                    common=args.common,
                    function_name=f"{args.prefix}-{_short(subscription)}",
                    protocol=subscription.protocol,
                    endpoint=subscription.endpoint,
                    topic_arns=topic_arns,
                    dead_letter_arn=kept.arn,
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )


def _short(subscription: Subscription) -> str:
    """A name that is the same as long as the endpoint is, and tells nothing of it."""
    return f"{subscription.protocol}-{hashlib.sha256(subscription.endpoint.encode()).hexdigest()[:8]}"


def exported(subscribers: Subscribers) -> pulumi.Output[dict[str, Any]]:
    """Subscribers as a stack exports them: a secret."""
    return pulumi.Output.secret(subscribers.model_dump(mode="json"))


def joined(*every: Subscribers) -> Subscribers:
    """The subscribers of several stacks, each of a level once."""
    return Subscribers(
        warn=tuple(dict.fromkeys(one for subscribers in every for one in subscribers.warn)),
        critical=tuple(dict.fromkeys(one for subscribers in every for one in subscribers.critical)),
    )


def topic_policy(topic_arn: pulumi.Input[str], account_id: str, *, budgets: bool) -> dict[str, Any]:
    """Only this account's alarms publish, and its budgets where there are some."""
    alarms = {
        "Sid": "Alarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
    }
    return iam.document([alarms, *([budget.may_publish(topic_arn, account_id)] if budgets else [])])
