"""IAM condition keys that the emulator resolves differently from AWS."""

import re
from collections.abc import Callable
from typing import Any

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
