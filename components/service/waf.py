"""An optional web ACL in front of the API's stage."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from settings.api import Waf as WafSettings

COMMON, BAD_INPUTS = "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"
# The rule of a managed group that only counts: it blocks every body over 8 KB, whatever the contract says.
COUNTED = {COMMON: "SizeRestrictions_BODY"}
LEAST_BYTES = 8192  # what is let through at least: no schema bounds the white space of a body
# How much of a body WAF looks at before API Gateway, in KB ("Considerations for managing body inspection").
INSPECTED_KB = (16, 32, 48, 64)


@dataclass(frozen=True, kw_only=True, slots=True)
class WafArgs:
    """The stage that it stands before, and its settings. `largest_body` is what the contract takes, in
    bytes."""

    acl_name: str
    stage_arn: pulumi.Input[str]
    largest_body: int
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
            rules=rules(args.settings.requests_per_5_min, args.largest_body),
            association_config=inspection(args.largest_body),
            visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(**_visible(args.acl_name)),
            opts=child,
        )
        aws.wafv2.WebAclAssociation(
            f"{name}-association", resource_arn=args.stage_arn, web_acl_arn=acl.arn, opts=child
        )
        self.register_outputs({})


def rules(requests_per_5_min: int, largest_body: int) -> list[aws.wafv2.WebAclRuleArgs]:
    """AWS's common and known-bad-input rules, a rate limit per address, and a limit on the body.

    WAF compares no more of a body than it looks at, so a contract that takes more than 64 KB has no such
    rule: the function refuses what is too large for it.
    """
    managed = [
        aws.wafv2.WebAclRuleArgs(
            name=group,
            priority=priority,
            override_action=aws.wafv2.WebAclRuleOverrideActionArgs(
                none=aws.wafv2.WebAclRuleOverrideActionNoneArgs()  # type: ignore[no-untyped-call]  # pulumi-aws leaves it so
            ),
            statement=aws.wafv2.WebAclRuleStatementArgs(
                managed_rule_group_statement=aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
                    vendor_name="AWS", name=group, rule_action_overrides=_counting(group)
                )
            ),
            visibility_config=aws.wafv2.WebAclRuleVisibilityConfigArgs(**_visible(group)),
        )
        for priority, group in enumerate((COMMON, BAD_INPUTS))
    ]
    rate = aws.wafv2.WebAclRuleStatementArgs(
        rate_based_statement=aws.wafv2.WebAclRuleStatementRateBasedStatementArgs(
            limit=requests_per_5_min, aggregate_key_type="IP"
        )
    )
    own = {"RatePerAddress": rate}
    limit = max(LEAST_BYTES, largest_body)
    if limit <= INSPECTED_KB[-1] * 1024:
        own["BodyLargerThanContract"] = aws.wafv2.WebAclRuleStatementArgs(
            size_constraint_statement=aws.wafv2.WebAclRuleStatementSizeConstraintStatementArgs(
                comparison_operator="GT",
                size=limit,
                field_to_match=aws.wafv2.WebAclRuleStatementSizeConstraintStatementFieldToMatchArgs(
                    body=aws.wafv2.WebAclRuleStatementSizeConstraintStatementFieldToMatchBodyArgs(
                        oversize_handling="MATCH"
                    )
                ),
                text_transformations=[
                    aws.wafv2.WebAclRuleStatementSizeConstraintStatementTextTransformationArgs(
                        priority=0, type="NONE"
                    )
                ],
            )
        )
    return [*managed, *(_blocking(name, len(managed) + n, own[name]) for n, name in enumerate(own))]


def inspection(largest_body: int) -> aws.wafv2.WebAclAssociationConfigArgs | None:
    """How much of a body WAF has to look at to see that it is too large; None: the usual 16 KB do."""
    enough = next((kb for kb in INSPECTED_KB if largest_body <= kb * 1024), INSPECTED_KB[0])
    if enough == INSPECTED_KB[0]:
        return None
    return aws.wafv2.WebAclAssociationConfigArgs(
        request_bodies=[
            aws.wafv2.WebAclAssociationConfigRequestBodyArgs(
                api_gateway=aws.wafv2.WebAclAssociationConfigRequestBodyApiGatewayArgs(
                    default_size_inspection_limit=f"KB_{enough}"
                )
            )
        ]
    )


def _blocking(
    name: str, priority: int, statement: aws.wafv2.WebAclRuleStatementArgs
) -> aws.wafv2.WebAclRuleArgs:
    return aws.wafv2.WebAclRuleArgs(
        name=name,
        priority=priority,
        action=aws.wafv2.WebAclRuleActionArgs(block=aws.wafv2.WebAclRuleActionBlockArgs()),
        statement=statement,
        visibility_config=aws.wafv2.WebAclRuleVisibilityConfigArgs(**_visible(name)),
    )


def _counting(group: str) -> list[Any] | None:
    if group not in COUNTED:
        return None
    override = aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgs(
        name=COUNTED[group],
        action_to_use=aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseArgs(
            count=aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseCountArgs()
        ),
    )
    return [override]


def _visible(metric: str) -> dict[str, Any]:
    return {"cloudwatch_metrics_enabled": True, "metric_name": metric, "sampled_requests_enabled": True}
