"""CloudWatch's cross-account observability: metrics, logs and traces of one account seen from another.

The monitor account has a sink, a service account a link to it. AWS allows one sink an account and region and
one link from an account to a sink, so both belong to `bootstrap/`. Links work within one region, and share no
alarms: `components.account.sharing` does.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.shared import iam
from settings.observability import Observability

SHARED = ("AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace")
SINK_NAME = "inference-watch"  # an account has one a region, so it needs no more of a name


@dataclass(frozen=True, kw_only=True, slots=True)
class SinkArgs:
    """`source_account_ids` may link to the sink."""

    source_account_ids: Sequence[str]


class Sink(pulumi.ComponentResource):
    """The monitor account's sink and who may link to it."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: SinkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:observability:Sink", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        sink = aws.oam.Sink(f"{name}-sink", name=SINK_NAME, opts=child)
        aws.oam.SinkPolicy(
            f"{name}-policy",
            sink_identifier=sink.arn,
            policy=json.dumps(sink_policy(args.source_account_ids)),
            opts=child,
        )
        self.arn = sink.arn
        self.register_outputs({"arn": self.arn})


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkArgs:
    """The sink, and what of the account's telemetry the link lets through."""

    settings: Observability


class Link(pulumi.ComponentResource):
    """A service account's link to the sink of a monitor account in the same region."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: LinkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:observability:Link", name, None, opts)
        link = aws.oam.Link(
            f"{name}-link",
            label_template="$AccountName",
            resource_types=list(SHARED),
            sink_identifier=args.settings.sink_arn,
            link_configuration=link_configuration(args.settings),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = link.arn
        self.register_outputs({"arn": self.arn})


def link_configuration(settings: Observability) -> aws.oam.LinkLinkConfigurationArgs | None:
    """What of the account's telemetry the link lets through; None is all of it."""
    metric_filter, log_filter = settings.metric_filter, settings.log_filter
    if not (metric_filter or log_filter):
        return None
    configuration = aws.oam.LinkLinkConfigurationArgs()
    if metric_filter:
        configuration.metric_configuration = aws.oam.LinkLinkConfigurationMetricConfigurationArgs(
            filter=metric_filter
        )
    if log_filter:
        configuration.log_group_configuration = aws.oam.LinkLinkConfigurationLogGroupConfigurationArgs(
            filter=log_filter
        )
    return configuration


def sink_policy(source_account_ids: Sequence[str]) -> dict[str, Any]:
    """These accounts may link these kinds of telemetry to the sink, and no other."""
    return iam.document(
        [
            {
                "Effect": "Allow",
                "Principal": {"AWS": [f"arn:aws:iam::{a}:root" for a in sorted(source_account_ids)]},
                "Action": ["oam:CreateLink", "oam:UpdateLink"],
                "Resource": "*",  # in a sink's policy: this sink
                "Condition": {"ForAllValues:StringEquals": {"oam:ResourceTypes": list(SHARED)}},
            }
        ]
    )
