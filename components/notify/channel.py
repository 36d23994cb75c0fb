"""Tells one chat channel or paging service what topics say, in the shape that it takes.

A function of its own for each, so that an outage of one neither delays nor repeats what the others are
told, and its metrics say of each whether it was. What could not be delivered waits in a queue.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.shared import iam
from components.shared.common import Common
from components.shared.function import PythonFunction, PythonFunctionArgs
from components.shared.secret import keep
from monitoring.spec import Level
from settings.notifications import PAGERDUTY

RETRIES = 2
MAX_AGE_S = 3600  # older news would only confuse: by then the alarm is over, or has been seen otherwise


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelArgs:
    """`protocol` is one of `settings.notifications.FORWARDED`; `topic_arns` those that it hears, by level."""

    common: Common
    function_name: str
    protocol: str
    endpoint: str
    topic_arns: Mapping[Level, pulumi.Input[str]]
    dead_letter_arn: pulumi.Input[str]


class Channel(pulumi.ComponentResource):
    """The secret with its address, the function, and its subscriptions."""

    def __init__(self, name: str, args: ChannelArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:channel:Channel", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        secret, version = keep(
            f"{name}-address",
            pulumi.Output.secret(json.dumps(address(args.protocol, args.endpoint))),
            called=f"{args.function_name}-address",
            description=f"Where {args.function_name} sends alarms.",
            key_arn=args.common.key_arn,
            opts=child,
        )
        function = PythonFunction(
            name,
            PythonFunctionArgs(
                common=args.common,
                function_name=args.function_name,
                package="forwarder",
                description="Tells a channel what a topic says.",
                timeout_s=60,  # three attempts, and time to read the address
                environment={"CHANNEL": args.protocol.partition("-")[0], "ADDRESS_SECRET_ARN": secret.arn},
                statements=[
                    iam.allow("secretsmanager:GetSecretValue", secret.arn),
                    iam.allow("sqs:SendMessage", args.dead_letter_arn),
                    iam.allow(["kms:Decrypt", "kms:GenerateDataKey"], args.common.key_arn),
                ],
            ),
            opts=child,
        )
        aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-retries",
            function_name=function.function_name,
            qualifier=function.alias_name,
            maximum_retry_attempts=RETRIES,
            maximum_event_age_in_seconds=MAX_AGE_S,
            destination_config={"on_failure": {"destination": args.dead_letter_arn}},
            opts=child,
        )
        for level, topic_arn in args.topic_arns.items():
            permission = aws.lambda_.Permission(
                f"{name}-{level}",
                action="lambda:InvokeFunction",
                function=function.function_name,
                qualifier=function.alias_name,
                principal="sns.amazonaws.com",
                source_arn=topic_arn,
                opts=child,
            )
            aws.sns.TopicSubscription(
                f"{name}-{level}",
                topic=topic_arn,
                protocol="lambda",
                endpoint=function.alias_arn,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[permission, version]),
            )
        self.register_outputs({})


def address(protocol: str, endpoint: str) -> dict[str, str]:
    """What the function reads: where to send, and PagerDuty's key."""
    if protocol in PAGERDUTY:
        return {"url": PAGERDUTY[protocol], "routing_key": endpoint}
    return {"url": endpoint}
