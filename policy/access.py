"""Who may do what: no wildcards where AWS offers narrower, and no service that acts for anyone."""

from collections.abc import Iterator, Mapping
from typing import Any

from policy.resource import Resource, Rule, listed

IDENTITY = ("iam.RolePolicy", "iam.Policy", "iam.UserPolicy", "iam.GroupPolicy")
# Actions for which AWS offers no resource narrower than all ("Actions, resources, and condition keys for AWS
# services", service authorization reference).
UNBOUNDED = frozenset(
    {
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "cloudwatch:DescribeAlarmHistory",  # composite alarms are described with * alone
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics",
        "cloudwatch:ListMetrics",
        "cloudwatch:PutMetricData",
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ecr:GetAuthorizationToken",
        "kms:CreateKey",
        "kms:ListAliases",
        "logs:GetQueryResults",
        "oam:ListSinks",
        "tag:GetResources",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }
)
# Services whose requests carry no source where they take a role on: the condition would never hold.
NOT_ON_BEHALF = frozenset({"lambda.amazonaws.com", "apigateway.amazonaws.com"})
SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "kms:encryptioncontext")


def _wildcards(resource: Resource) -> Iterator[str]:
    if resource.kind not in IDENTITY:
        return
    for statement in resource.statements():
        if statement.get("Effect") != "Allow":
            continue
        if "NotAction" in statement or "NotResource" in statement:
            yield "it allows all but some (NotAction, NotResource)"
        actions = listed(statement.get("Action"))
        for action in actions:
            service, _, name = action.partition(":")
            if action == "*" or (name.startswith("*") and service):
                yield f"it allows {action}"
        if "*" in listed(statement.get("Resource")):
            broad = sorted(action for action in actions if action not in UNBOUNDED and "*" not in action)
            if broad:
                yield f"it allows {', '.join(broad)} on every resource"


def _deputies(resource: Resource) -> Iterator[str]:
    if not resource.kind:
        return
    for statement in resource.statements():
        principal = statement.get("Principal")
        services = listed(principal.get("Service")) if isinstance(principal, Mapping) else []
        named = [each for each in services if each not in NOT_ON_BEHALF]
        if statement.get("Effect") == "Allow" and named and not _narrowed(statement):
            yield f"it trusts {', '.join(named)} for any account"
        if statement.get("Effect") == "Allow" and _anybody(principal) and not statement.get("Condition"):
            yield "it trusts everybody"


def _narrowed(statement: Mapping[str, Any]) -> bool:
    condition = statement.get("Condition")
    tests = condition.values() if isinstance(condition, Mapping) else []
    keys = {key.lower() for test in tests if isinstance(test, Mapping) for key in test}
    return any(key.startswith(SOURCES) for key in keys)


def _anybody(principal: object) -> bool:
    accounts = listed(principal.get("AWS")) if isinstance(principal, Mapping) else listed(principal)
    return "*" in accounts


def _permissions(resource: Resource) -> Iterator[str]:
    if resource.kind == "lambda.Permission" and not (
        resource.at("sourceArn") or resource.at("sourceAccount")
    ):
        yield f"{resource.props.get('principal', 'the principal')} may invoke it for any account"


RULES = (
    Rule(
        name="no-wildcard-access",
        why="whoever takes over what holds this may do more than its work.",
        fix="Name the actions and the resources' ARNs; where AWS offers nothing narrower, add the action to"
        " policy/access.py with its source.",
        judge=_wildcards,
    ),
    Rule(
        name="source-account",
        why="AWS's service would act here for whoever asks it (the confused deputy).",
        fix="Add the condition aws:SourceAccount (or aws:SourceArn).",
        judge=_deputies,
    ),
    Rule(
        name="permission-source",
        why="any account's resource of that service could call it.",
        fix="Set source_arn, or source_account.",
        judge=_permissions,
    ),
)
