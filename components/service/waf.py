"""An optional web ACL in front of the API's stage."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from settings.api import Waf as WafSettings

MANAGED_GROUPS = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet")


@dataclass(frozen=True, kw_only=True, slots=True)
class WafArgs:
    """The stage that it stands before, and its settings."""

    acl_name: str
    stage_arn: pulumi.Input[str]
    settings: WafSettings


class Waf(pulumi.ComponentResource):
    """The web ACL and its association."""

    def __init__(self, name: str, args: WafArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:waf:Waf", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        acl = aws.wafv2.WebAcl(
            f"{name}-acl",
            name=args.acl_name,
            scope="REGIONAL",
            default_action=aws.wafv2.WebAclDefaultActionArgs(allow=aws.wafv2.WebAclDefaultActionAllowArgs()),
            rules=rules(args.settings.requests_per_5_min),
            visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(**_visible(args.acl_name)),
            opts=child,
        )
        aws.wafv2.WebAclAssociation(
            f"{name}-association", resource_arn=args.stage_arn, web_acl_arn=acl.arn, opts=child
        )
        self.register_outputs({})


def rules(requests_per_5_min: int) -> list[aws.wafv2.WebAclRuleArgs]:
    """AWS's common and known-bad-input rules, then a rate limit per address."""
    managed = [
        aws.wafv2.WebAclRuleArgs(
            name=group,
            priority=priority,
            override_action=aws.wafv2.WebAclRuleOverrideActionArgs(
                none=aws.wafv2.WebAclRuleOverrideActionNoneArgs()  # type: ignore[no-untyped-call]  # pulumi-aws leaves it so
            ),
            statement=aws.wafv2.WebAclRuleStatementArgs(
                managed_rule_group_statement=aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
                    vendor_name="AWS", name=group
                )
            ),
            visibility_config=aws.wafv2.WebAclRuleVisibilityConfigArgs(**_visible(group)),
        )
        for priority, group in enumerate(MANAGED_GROUPS)
    ]
    rate = aws.wafv2.WebAclRuleArgs(
        name="RatePerAddress",
        priority=len(managed),
        action=aws.wafv2.WebAclRuleActionArgs(block=aws.wafv2.WebAclRuleActionBlockArgs()),
        statement=aws.wafv2.WebAclRuleStatementArgs(
            rate_based_statement=aws.wafv2.WebAclRuleStatementRateBasedStatementArgs(
                limit=requests_per_5_min, aggregate_key_type="IP"
            )
        ),
        visibility_config=aws.wafv2.WebAclRuleVisibilityConfigArgs(**_visible("RatePerAddress")),
    )
    return [*managed, rate]


def _visible(metric: str) -> dict[str, Any]:
    return {"cloudwatch_metrics_enabled": True, "metric_name": metric, "sampled_requests_enabled": True}
