"""X-Ray sampling rules and trace groups of one service.

The decision to sample is made where a request enters, at the API's stage; everything after follows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from monitoring.tracing import GROUPS, group_filters

STAGE_TYPE = "AWS::ApiGateway::Stage"
MAX_NAME = 32  # X-Ray's limit for the names of rules and groups


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplingRuleArgs:
    """`reservoir` traces a second, then the share `rate` (0 to 1) of the rest."""

    name: str
    priority: int
    rate: float
    reservoir: int
    url_path: str = "*"
    http_method: str = "*"
    host: str = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class TracingArgs:
    """`entry` is the traced name of the API's stage, `<api>/<stage>`; `slow_ms` bounds the group `slow`."""

    base: str
    entry: str
    slow_ms: float
    rules: Sequence[SamplingRuleArgs]

    def __post_init__(self) -> None:
        for name in (*(rule.name for rule in self.rules), *GROUPS):
            if len(f"{self.base}-{name}") > MAX_NAME:
                raise ValueError(
                    f"X-Ray name {self.base}-{name} is longer than {MAX_NAME} characters and would be "
                    f"refused; shorten the service's name or the rule's"
                )


class Tracing(pulumi.ComponentResource):
    """Rules for this service's entry alone, so that two services of one account do not meet."""

    group_names: tuple[str, ...]

    def __init__(self, name: str, args: TracingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:tracing:Tracing", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        for rule in args.rules:
            aws.xray.SamplingRule(
                f"{name}-{rule.name}",
                rule_name=f"{args.base}-{rule.name}",
                priority=rule.priority,
                fixed_rate=rule.rate,
                reservoir_size=rule.reservoir,
                url_path=rule.url_path,
                http_method=rule.http_method,
                host=rule.host,
                service_name=args.entry,
                service_type=STAGE_TYPE,
                resource_arn="*",
                version=1,
                opts=child,
            )
        for group, expression in group_filters(args.entry, args.slow_ms).items():
            aws.xray.Group(
                f"{name}-{group}",
                group_name=f"{args.base}-{group}",
                filter_expression=expression,
                opts=child,
            )
        self.group_names = tuple(f"{args.base}-{group}" for group in GROUPS)
        self.register_outputs({})
