"""Two encrypted topics, `warn` and `critical`, and who hears of them.

Endpoints are secrets: the address of a paging service's webhook carries its token.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components import iam
from monitoring.spec import Level

LEVELS: tuple[Level, ...] = ("warn", "critical")


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionArgs:
    """One subscriber: an SNS protocol and its endpoint."""

    protocol: str
    endpoint: str


Subscriptions = Mapping[Level, Sequence[SubscriptionArgs]]


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationsArgs:
    """`prefix` begins the topics' physical names; `set_in` is the stack that sets the `subscriptions`."""

    prefix: str
    account_id: str
    key_arn: pulumi.Input[str]
    subscriptions: pulumi.Input[Subscriptions] = field(default_factory=dict)
    set_in: str


class Notifications(pulumi.ComponentResource):
    """The topics that alarms publish to; `topic_arns` is keyed by level."""

    topic_arns: dict[Level, pulumi.Output[str]]

    def __init__(
        self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-watch:notifications:Notifications", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.topic_arns = {}
        for level in LEVELS:
            topic = aws.sns.Topic(
                f"{name}-{level}",
                name=f"{args.prefix}-{level}",
                kms_master_key_id=args.key_arn,
                opts=child,
            )
            aws.sns.TopicPolicy(
                f"{name}-{level}-policy",
                arn=topic.arn,
                policy=pulumi.Output.json_dumps(topic_policy(topic.arn, args.account_id)),
                opts=child,
            )
            self.topic_arns[level] = topic.arn
        # Registered as an output of the component, so that the subscriptions are waited for.
        subscribed = pulumi.Output.from_input(args.subscriptions).apply(
            lambda subscriptions: self._subscribe(name, args, subscriptions)
        )
        self.register_outputs({"topic_arns": dict(self.topic_arns), "subscribed": subscribed})

    def _subscribe(self, name: str, args: NotificationsArgs, subscriptions: Subscriptions) -> None:
        if not subscriptions.get("critical"):
            first = f"pulumi config set -s {args.set_in} --path 'notifications.critical[0]"
            pulumi.log.warn(
                f"NOBODY IS PAGED: topic {args.prefix}-critical has no subscriber; critical alarms reach no"
                f" one. Set one for both accounts: {first}.protocol' email;"
                f" {first}.endpoint' --secret oncall@example.com"
            )
        for level in LEVELS:
            for subscription in subscriptions.get(level, ()):
                digest = hashlib.sha256(subscription.endpoint.encode()).hexdigest()[:8]
                aws.sns.TopicSubscription(
                    f"{name}-{level}-{subscription.protocol}-{digest}",
                    topic=self.topic_arns[level],
                    protocol=subscription.protocol,
                    endpoint=pulumi.Output.secret(subscription.endpoint),
                    opts=pulumi.ResourceOptions(parent=self),
                )


def exported(subscriptions: Subscriptions) -> pulumi.Output[dict[str, list[dict[str, str]]]]:
    """Subscriptions as a stack exports them: a secret."""
    return pulumi.Output.secret(
        {level: [asdict(s) for s in of] for level, of in sorted(subscriptions.items())}
    )


def joined(exported: Mapping[Level, Sequence[Mapping[str, str]]], ours: Subscriptions) -> Subscriptions:
    """What another stack exports and what this one adds, each subscriber of a level once."""
    return {
        level: tuple(
            dict.fromkeys([*(SubscriptionArgs(**s) for s in exported.get(level, ())), *ours.get(level, ())])
        )
        for level in LEVELS
    }


def topic_policy(topic_arn: pulumi.Input[str], account_id: str) -> dict[str, Any]:
    """Only this account's alarms publish."""
    return iam.document(
        [
            {
                "Sid": "Alarms",
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": topic_arn,
                "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
            }
        ]
    )
