"""How a fill-in answers as an AWS service: JSON in, JSON out, errors as the SDKs read them.

Covers AWS's JSON and REST-JSON protocols as far as the operations we add need them; a request is parsed
but not validated against the service's model, which the SDK on the other side already did.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import ministack.app
import ministack.core.router
from ministack.core.iam_actions import access_denied_response
from ministack.core.iam_evaluator import AuthError, EvalContext, enforce, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.core.router import extract_access_key_id

Answer = tuple[int, dict[str, str], bytes]
Params = dict[str, Any]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Answer]]
Operation = Callable[[Params], Params]


class ServiceError(Exception):
    """An error the service answers with: its code, text and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def register(scope: str, handler: Handler) -> None:
    """Answer requests whose SigV4 scope is `scope` with `handler`."""
    handlers: dict[str, Any] = ministack.app.SERVICE_HANDLERS
    handlers[scope] = handler
    ministack.core.router.SERVICE_PATTERNS.setdefault(scope, {})


def ok(body: Mapping[str, Any]) -> Answer:
    """A 200 with JSON."""
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()


def failed(error: ServiceError) -> Answer:
    """The error as botocore reads it: the code in body and header."""
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": error.code}
    body = {"__type": error.code, "message": error.message, "Message": error.message}
    return error.status, headers, json.dumps(body).encode()


def denied(
    headers: dict[str, str],
    service: str,
    action: str,
    resource_arn: str = "*",
    context: Mapping[str, str] | None = None,
) -> Answer | None:
    """The refusal when the caller's policies do not allow `action` on `resource_arn`, else None.

    The emulator has already verified the signature. A root key is allowed everything, as on AWS in its own
    account; see `denied_root`. `context` are condition keys of the request.
    """
    access_key = extract_access_key_id(headers)
    refusal = enforce(
        access_key,
        action,
        service,
        get_region(),
        resource_arn=resource_arn,
        service_context=dict(context or {}),
    )
    if refusal is None:
        return None
    request_id = new_uuid()
    if isinstance(refusal, AuthError):
        return access_denied_response(  # type: ignore[no-any-return] # untyped upstream
            service, action, "", request_id, error_code=refusal.code, message=refusal.message, headers=headers
        )
    return access_denied_response(  # type: ignore[no-any-return] # untyped upstream
        service,
        action,
        refusal.principal_arn,
        request_id,
        headers=headers,
        explicit_deny=refusal.decision == "Deny",
    )


def foreign_root(headers: dict[str, str], resource_arn: str) -> str:
    """The account whose root key signed the request, if the resource is another account's; else ""."""
    caller = extract_access_key_id(headers)
    return caller if caller.isdigit() and caller != resource_arn.split(":")[4] else ""


def root_is_let_in(
    account: str, action: str, resource_arn: str, policy: Any, context: Mapping[str, str] | None = None
) -> bool:
    """Whether a resource's policy lets another account's root in, whom the emulator lets do everything."""
    root = EvalContext(
        f"arn:aws:iam::{account}:root",
        "Root",
        account,
        action,
        resource_arn,
        resource_arn.split(":")[3],
        service_context={key.lower(): value for key, value in (context or {}).items()},
    )
    return bool(policy) and evaluate_resource_policy(policy, root).decision == "Allow"


def arn(service: str, resource: str) -> str:
    """An ARN in the caller's account and region."""
    return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"


def json_service(
    service: str,
    operations: Mapping[str, Operation],
    resource: Callable[[str, Params], str] | None = None,
    paths: Mapping[str, str] | None = None,
) -> Handler:
    """A handler that runs `operations` by the name in X-Amz-Target, or by the path's last part.

    `paths` maps such a part to its operation where they differ. `resource` gives the ARN that IAM is
    asked about for an operation and its parameters; "*" without it.
    """

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        del method, query
        part = path.rstrip("/").rpartition("/")[2]
        name = headers.get("x-amz-target", "").rpartition(".")[2] or (paths or {}).get(part, part)
        operation = operations.get(name)
        if operation is None:
            return failed(
                ServiceError("UnknownOperationException", f"{service} has no operation {name!r} here.")
            )
        params = json.loads(body) if body else {}
        target = resource(name, params) if resource else "*"
        return denied(headers, service, f"{service}:{name}", target) or _run(operation, params)

    return handle


def _run(operation: Operation, params: Params) -> Answer:
    try:
        return ok(operation(params))
    except ServiceError as error:
        return failed(error)
