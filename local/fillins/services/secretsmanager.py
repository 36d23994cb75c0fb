"""Secrets of another account: read by their ARN where secret, key and the caller's own account all allow it.

The emulator looks secrets and keys up in the caller's account alone. Sources: "Access AWS Secrets Manager
secrets from a different account", Secrets Manager user guide.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.app import SERVICE_HANDLERS
from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import get_account_id, request_scope

from local.fillins import upstream
from local.fillins.aws_api import (
    Answer,
    Handler,
    ServiceError,
    denied,
    failed,
    foreign_root,
    register,
    root_is_let_in,
)

READS = ("GetSecretValue", "DescribeSecret")
NEEDS_KEY = "GetSecretValue"
DEFAULT_KEY = (
    "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS"
    " service key."
)


def policy_of_owner(original: Callable[[str], Any], resource_arn: str) -> Any:
    """A secret's or key's policy, looked up where the ARN says that it is."""
    try:
        owner = parse_arn(resource_arn)
    except ArnParseError:
        return original(resource_arn)
    with request_scope(owner.account_id or get_account_id(), owner.region):
        return original(resource_arn)


def handler(original: Handler) -> Handler:
    """The emulator's Secrets Manager, with reading across accounts."""

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        owner = _foreign_owner(body) if operation in READS else None
        if owner is None:
            return await original(method, path, headers, body, query)
        secret_arn, account, region = owner
        refusal = _refusal(headers, "secretsmanager", f"secretsmanager:{operation}", secret_arn)
        if refusal is None and operation == NEEDS_KEY:
            refusal = _key_refusal(headers, secret_arn, account, region)
        if refusal is not None:
            return refusal
        with request_scope(account, region):
            return await original(method, path, headers, body, query)

    return handle


def _foreign_owner(body: bytes) -> tuple[str, str, str] | None:
    """ARN, account and region of the secret that is asked for, if it is another account's."""
    secret_arn = str(json.loads(body).get("SecretId", ""))
    try:
        owner = parse_arn(secret_arn)
    except ArnParseError:
        return None
    return None if owner.account_id == get_account_id() else (secret_arn, owner.account_id, owner.region)


def _key_refusal(headers: dict[str, str], secret_arn: str, account: str, region: str) -> Answer | None:
    """The refusal where the caller may not decrypt what it may read."""
    key_arn = upstream.secret_key_arn(secret_arn, account, region)
    if not key_arn:
        return failed(ServiceError("InvalidRequestException", DEFAULT_KEY))
    through = {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}
    return _refusal(headers, "kms", "kms:Decrypt", key_arn, through)


def _refusal(
    headers: dict[str, str],
    service: str,
    action: str,
    resource_arn: str,
    context: Mapping[str, str] | None = None,
) -> Answer | None:
    root = foreign_root(headers, resource_arn)
    policy = upstream.resource_policy(service, resource_arn) if root else None
    if root and not root_is_let_in(root, action, resource_arn, policy, context):
        return failed(
            ServiceError("AccessDeniedException", f"User: {root} is not authorized to perform: {action}")
        )
    return denied(headers, service, action, resource_arn, context)


def install() -> None:
    """Answer reads of secrets of other accounts; `patches` hooks the look-up of the policies."""
    register("secretsmanager", handler(SERVICE_HANDLERS["secretsmanager"]))
