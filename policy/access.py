"""Who may do what: no wildcards where AWS offers narrower, and no service that acts for anyone."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policy.resource import UNKNOWN, WILD, Resource, Rule, arn, listed

IDENTITY = ("iam.RolePolicy", "iam.Policy", "iam.UserPolicy", "iam.GroupPolicy", "iam.Role")
ATTACHED = ("iam.RolePolicyAttachment", "iam.UserPolicyAttachment", "iam.GroupPolicyAttachment")
# AWS's own policies that allow all of everything, or of a service.
WIDE = re.compile(
    r"arn:aws[\w-]*:iam::aws:policy/(?:.*/)?(AdministratorAccess|PowerUserAccess|\w*FullAccess)\b.*"
)
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
CALLERS = (*SOURCES, "aws:principal", "aws:sourcevpc", "aws:sourceip", "kms:calleraccount")
# Conditions that only hold where the request has the key, and then only with the value.
NARROWING = re.compile(r"(foranyvalue:)?(string(equals(ignorecase)?|like)|arn(equals|like)|ipaddress)")


def _wildcards(resource: Resource) -> Iterator[str]:
    attached = resource.at("policyArn") if resource.kind in ATTACHED else resource.at("managedPolicyArns")
    yield from (
        f"it has AWS's policy {found[1]}" for each in listed(attached) if (found := WIDE.fullmatch(each))
    )
    for statement in resource.granted() if resource.kind in IDENTITY else ():
        if statement.get("Effect") != "Allow":
            continue
        if "NotAction" in statement or "NotResource" in statement:
            yield "it allows all but some (NotAction, NotResource)"
        actions = listed(statement.get("Action"))
        yield from (f"it allows {action}" for action in actions if _all_of_a_service(action))
        if any(_everything(each) for each in listed(statement.get("Resource"))):
            broad = sorted(a for a in actions if a not in UNBOUNDED and not _all_of_a_service(a))
            if broad:
                yield f"it allows {', '.join(broad)} on every resource"


def _all_of_a_service(action: str) -> bool:
    """`*`, `sqs:*`, `s*:Send`: no name that says what is done."""
    service, _, name = action.partition(":")
    return any(sign in service for sign in WILD) or name.startswith(tuple(WILD))


def _everything(value: str) -> bool:
    """`*`, `arn:aws:s3:::*`, `arn:aws:sqs:*:*:*`: whatever there is, of any account."""
    account, name = arn(value)
    return not account.strip(WILD) and not name.strip(WILD)


def _deputies(resource: Resource) -> Iterator[str]:
    if not resource.kind:
        return
    for statement in resource.statements():
        if statement.get("Effect") != "Allow":
            continue
        principal = statement.get("Principal")
        trusted = principal if isinstance(principal, Mapping) else {"AWS": principal}
        named = [each for each in listed(trusted.get("Service")) if each not in NOT_ON_BEHALF]
        if named and not _narrowed(statement, SOURCES):
            yield f"it trusts {', '.join(named)} for any account"
        for provider in listed(trusted.get("Federated")):
            host = provider.partition(":oidc-provider/")[2]
            if host and not _narrowed(statement, (f"{host}:sub",)):
                yield f"it trusts every token of {host}"
        if "NotPrincipal" in statement:
            yield "it trusts all but some (NotPrincipal)"
        if "*" in listed(trusted.get("AWS")) and not _narrowed(statement, CALLERS):
            yield "it trusts everybody"


def _narrowed(statement: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    """Whether a condition on one of the keys names a value; what is not there, or is anything, is none."""
    conditions = statement.get("Condition")
    for operator, test in conditions.items() if isinstance(conditions, Mapping) else ():
        if NARROWING.fullmatch(operator.lower()) and isinstance(test, Mapping):
            for key, values in test.items():
                if key.lower().startswith(keys) and all(_named(key, value) for value in listed(values)):
                    return True
    return False


def _named(key: str, value: str) -> bool:
    """Whether a condition's value names somebody: an ARN an account, or a bucket, which is of one alone."""
    account, name = arn(value) if key.lower().endswith("arn") else ("", value)
    return bool((account or name).strip(WILD))


def _permissions(resource: Resource) -> Iterator[str]:
    principal = str(resource.at("principal") or "the principal")
    if resource.kind != "lambda.Permission" or re.fullmatch(r"\d{12}|arn:.*", principal):
        return
    # A bucket's ARN has no account: whoever deletes it leaves its name to others.
    account, _ = arn(str(resource.at("sourceArn")))
    named = account.strip(WILD) or resource.at("sourceArn") == UNKNOWN
    if not (named or resource.at("sourceAccount") or resource.at("principalOrgId")):
        yield f"{principal} may invoke it for any account"


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
        why="whoever asks it would act here through it (the confused deputy).",
        fix="Add a condition that names who: aws:SourceAccount or aws:SourceArn, of a token its subject.",
        judge=_deputies,
    ),
    Rule(
        name="permission-source",
        why="any account's resource of that service could call it.",
        fix="Set source_arn, of an account, or source_account.",
        judge=_permissions,
    ),
)
