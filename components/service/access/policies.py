"""What the API's resource policy says of each caller, and what a caller's own account has to say.

Across accounts both sides must allow ("How API Gateway resource policies affect authorization workflow").
Pure: no resources.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.shared import iam
from settings.api.callers import Caller

MAX_POLICY_CHARS = 8192  # "Quotas for configuring and running a REST API"
COMPLETED = "arn:aws:execute-api:eu-central-1:111111111111:abcdefghij/"  # as long as what is completed
INVOKE = "execute-api:Invoke"
ANYBODY = "*"


def from_account(role_arns: Sequence[str]) -> dict[str, Any]:
    """Principal and condition of a statement for these roles of other accounts.

    A policy is rejected where it names a principal that does not exist yet, so the accounts are trusted and
    the condition narrows that to the roles.
    """
    accounts = list(dict.fromkeys(f"arn:aws:iam::{arn.split(':')[4]}:root" for arn in role_arns))
    return {
        "Principal": {"AWS": one_or_list(accounts)},
        "Condition": {"ArnEquals": {"aws:PrincipalArn": one_or_list(role_arns)}},
    }


def resource_policy(
    canary_arn: str, callers: Sequence[Caller], signed: Mapping[str, str], everybody: Sequence[str]
) -> dict[str, Any]:
    """The API's policy. Operations are `<stage>/<METHOD>/<path>`.

    `signed`, by id, are for the canary and, as far as a caller is not limited, for every caller; `everybody`
    are allowed to everybody, since they ask for something that the policy does not decide about.
    """
    statements = []
    if signed:
        statements.append(_invoke(from_account([canary_arn]), signed.values()))
    roles_by_operations: dict[tuple[str, ...], list[str]] = {}
    for caller in callers:
        allowed = tuple(signed[name] for name in caller.operations or signed)
        roles_by_operations.setdefault(allowed, []).extend(caller.role_arns)
    statements += [
        _invoke(from_account(roles), allowed) for allowed, roles in roles_by_operations.items() if allowed
    ]
    if everybody:
        statements.append(_invoke({"Principal": ANYBODY}, everybody))
    return iam.document(statements)


def check_length(policy: Mapping[str, Any]) -> None:
    """Raises `pulumi.RunError` for a policy of an API that API Gateway would refuse."""
    length = len(json.dumps(policy).replace("execute-api:/", COMPLETED))
    if length > MAX_POLICY_CHARS:
        raise pulumi.RunError(
            f"{pulumi.get_project()}:api.callers: the API's policy has {length} characters and API Gateway"
            f" takes {MAX_POLICY_CHARS}; nothing was deployed. Give callers the same operations or none in"
            " particular, whose roles then share a statement, let a customer's callers share a role, or"
            " raise the quota."
        )


def identity_policy(
    execution_arn: str, operations: Sequence[str], secret_arns: Sequence[str], key_arn: str | None
) -> dict[str, Any]:
    """What a caller's account attaches to its roles: to call the operations, and to read its own API keys."""
    statements = []
    if operations:
        statements.append(iam.allow(INVOKE, one_or_list([f"{execution_arn}/{one}" for one in operations])))
    if secret_arns:
        statements.append(iam.allow("secretsmanager:GetSecretValue", one_or_list(secret_arns)))
    if key_arn:
        statements.append(iam.allow("kms:Decrypt", key_arn))
    return iam.document(statements)


def one_or_list(values: Sequence[str]) -> str | list[str]:
    """As AWS writes it."""
    return values[0] if len(values) == 1 else list(values)


def _invoke(who: Mapping[str, Any], operations: Any) -> dict[str, Any]:
    resources = one_or_list([f"execute-api:/{one}" for one in operations])
    return {"Effect": "Allow", "Action": INVOKE, "Resource": resources, **who}
