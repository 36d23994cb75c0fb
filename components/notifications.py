"""Two encrypted topics, `warn` and `critical`, and who hears of them.

Endpoints are secrets: the address of a paging service's webhook carries its token.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationsArgs:
    """`prefix` begins the topics' physical names."""

    prefix: str
    account_id: str
    key_arn: pulumi.Input[str]
    warn: Sequence[SubscriptionArgs] = ()
    critical: Sequence[SubscriptionArgs] = ()


class Notifications(pulumi.ComponentResource):
    """The topics that alarms publish to; `topic_arns` is keyed by level."""

    topic_arns: dict[Level, pulumi.Output[str]]

    def __init__(
        self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-watch:notifications:Notifications", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.topic_arns = {}
        for level, subscriptions in zip(LEVELS, (args.warn, args.critical), strict=True):
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
            for subscription in subscriptions:
                digest = hashlib.sha256(subscription.endpoint.encode()).hexdigest()[:8]
                aws.sns.TopicSubscription(
                    f"{name}-{level}-{subscription.protocol}-{digest}",
                    topic=topic.arn,
                    protocol=subscription.protocol,
                    endpoint=pulumi.Output.secret(subscription.endpoint),
                    opts=child,
                )
            self.topic_arns[level] = topic.arn
        self.register_outputs({"topic_arns": dict(self.topic_arns)})


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
