"""Usage plans and their API keys.

Throttle and quota hold for each key by itself, which is how API Gateway counts them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True, slots=True)
class QuotaArgs:
    """`limit` requests per key and `period` (DAY, WEEK or MONTH)."""

    limit: int
    period: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UsagePlanArgs:
    """One plan; `rate_per_s` and `burst` throttle each of its keys."""

    name: str
    rate_per_s: float
    burst: int
    keys: Sequence[str]
    quota: QuotaArgs | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UsagePlansArgs:
    """The plans of one API stage; `base` begins their physical names."""

    base: str
    api_id: pulumi.Input[str]
    stage_name: pulumi.Input[str]
    plans: Sequence[UsagePlanArgs]


class UsagePlans(pulumi.ComponentResource):
    """`key_values` holds each key's secret value by (plan, key)."""

    key_values: dict[tuple[str, str], pulumi.Output[str]]

    def __init__(self, name: str, args: UsagePlansArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:usage-plans:UsagePlans", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.key_values = {}
        for plan in args.plans:
            usage_plan = aws.apigateway.UsagePlan(
                f"{name}-{plan.name}",
                name=f"{args.base}-{plan.name}",
                api_stages=[{"api_id": args.api_id, "stage": args.stage_name}],
                throttle_settings={"rate_limit": plan.rate_per_s, "burst_limit": plan.burst},
                quota_settings=(
                    {"limit": plan.quota.limit, "period": plan.quota.period} if plan.quota else None
                ),
                opts=child,
            )
            for key in plan.keys:
                api_key = aws.apigateway.ApiKey(
                    f"{name}-{plan.name}-{key}", name=f"{args.base}-{plan.name}-{key}", opts=child
                )
                aws.apigateway.UsagePlanKey(
                    f"{name}-{plan.name}-{key}-membership",
                    key_id=api_key.id,
                    key_type="API_KEY",
                    usage_plan_id=usage_plan.id,
                    opts=child,
                )
                self.key_values[plan.name, key] = pulumi.Output.secret(api_key.value)
        self.register_outputs({})
