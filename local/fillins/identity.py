"""IAM condition keys that the emulator resolves differently from AWS."""

import json
import re
from collections.abc import Callable
from typing import Any

import cbor2

from local.fillins import upstream

_SESSION = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.+")


def condition_key(original: Callable[..., Any], key: str, context: Any) -> Any:
    """`aws:PrincipalArn` of a role session is the role's ARN, not the session's, as AWS documents it."""
    if key.lower() == "aws:principalarn":
        return principal_arn(context.principal_arn)
    return original(key, context)


def principal_arn(arn: str) -> str:
    """The role behind a session, with its path; any other ARN as it is."""
    session = _SESSION.fullmatch(arn)
    if session is None:
        return arn
    partition, account, name = session.groups()
    return upstream.role_arn(account, name) or f"arn:{partition}:iam::{account}:role/{name}"


def request_context(
    original: Callable[..., dict[str, Any]], service: str, action: str, body: bytes, params: dict[str, Any]
) -> dict[str, Any]:
    """Adds `cloudwatch:namespace`, the namespace that `PutMetricData` writes to, to the request's keys."""
    context = original(service, action, body, params)
    if action == "cloudwatch:PutMetricData":
        data = json.loads(body) if body[:1] == b"{" else cbor2.loads(body)
        context["cloudwatch:namespace"] = data["Namespace"]
    return context
