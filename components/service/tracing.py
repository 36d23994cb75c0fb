"""X-Ray sampling rules and trace groups of one service.

The decision to sample is made where a request enters, at the API's stage; everything after follows it.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from monitoring.trace_groups import group_filters
from monitoring.watched import Watched
from settings.tracing import Tracing as TracingSettings

STAGE_TYPE = "AWS::ApiGateway::Stage"


@dataclass(frozen=True, kw_only=True, slots=True)
class TracingArgs:
    """`watched` names the service and the API's stage, and says from when on a request is slow."""

    watched: Watched
    settings: TracingSettings


class Tracing(pulumi.ComponentResource):
    """Rules for this service's entry alone, so that two services of one account do not meet."""

    def __init__(self, name: str, args: TracingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:tracing:Tracing", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        base, entry = args.watched.name, args.watched.entry
        for rule in args.settings.rules:
            aws.xray.SamplingRule(
                f"{name}-{rule.name}",
                rule_name=f"{base}-{rule.name}",
                priority=rule.priority,
                fixed_rate=rule.rate,
                reservoir_size=rule.reservoir,
                url_path=rule.url_path,
                http_method=rule.http_method,
                host=rule.host,
                service_name=entry,
                service_type=STAGE_TYPE,
                resource_arn="*",
                version=1,
                opts=child,
            )
        groups = group_filters(entry, args.watched.slo.latency_p90_ms) if entry else {}
        for group, expression in groups.items():
            aws.xray.Group(
                f"{name}-{group}",
                group_name=f"{base}-{group}",
                filter_expression=expression,
                opts=child,
            )
        self.register_outputs({})
