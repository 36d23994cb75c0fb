"""Usage plans and their API keys.

Throttle and quota hold for each key by itself, which is how API Gateway counts them. A key's value is in
its customers' hands, so a key is named by itself alone: it keeps its value when its plan is renamed and
when it moves to another plan. Only its membership is replaced then, and its usage is counted anew.
A key that is rotated has two values for a while, each an API key of AWS's with throttle and quota of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from settings.usage_plans import UsagePlan, rotated

FIRST = 1  # its API key has the key's own name, later ones the number behind a dot, which no key's name has


@dataclass(frozen=True, kw_only=True, slots=True)
class UsagePlansArgs:
    """The plans of one API stage; `base` begins their physical names."""

    base: str
    api_id: pulumi.Input[str]
    stage_name: pulumi.Input[str]
    plans: Sequence[UsagePlan]


class UsagePlans(pulumi.ComponentResource):
    """`key_values` holds each key's secret value by the key's name: the newest, while it is rotated."""

    key_values: dict[str, pulumi.Output[str]]

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
                was = f"{name}-{plan.name}-{key.name}"  # before keys were named by themselves
                for generation in key.generations:
                    value = key.name if generation == FIRST else f"{key.name}.{generation}"
                    aliases = [was] if generation == FIRST else []
                    self.key_values[key.name] = self._key(
                        f"{name}-{value}", f"{args.base}-{value}", usage_plan, aliases
                    )
        for key in rotated(args.plans):
            pulumi.log.warn(
                f"API key {key.name!r} has two valid values, and throttle and quota hold for each: its"
                " customer may send twice as much. When the new value is in use everywhere, set its"
                f" generations to [{key.generations[-1]}]."
            )
        self.register_outputs({})

    def _key(
        self, name: str, physical_name: str, usage_plan: aws.apigateway.UsagePlan, aliases: Sequence[str]
    ) -> pulumi.Output[str]:
        api_key = aws.apigateway.ApiKey(
            name,
            name=physical_name,
            opts=pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(name=was) for was in aliases]),
        )
        aws.apigateway.UsagePlanKey(
            f"{name}-membership",
            key_id=api_key.id,
            key_type="API_KEY",
            usage_plan_id=usage_plan.id,
            opts=pulumi.ResourceOptions(
                parent=self,
                aliases=[pulumi.Alias(name=f"{was}-membership") for was in aliases],
                # API Gateway refuses a key that is in another plan of the same stage.
                delete_before_replace=True,
                additional_secret_outputs=["value"],  # the key's; pulumi-aws marks it on the key alone
            ),
        )
        return pulumi.Output.secret(api_key.value)
