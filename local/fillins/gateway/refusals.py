"""What API Gateway answers where no integration's answer can be passed on: its gateway responses.

IAM's and the resource policy's refusals, the web ACL's, and failed or throttled functions.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import apigateway_v1

from local.fillins import call, upstream
from local.fillins.aws_api import Answer, foreign_root, root_is_let_in

FORBIDDEN_TYPES = {"WAF_FILTERED": "ForbiddenException"}  # the emulator knows no web ACL
_FORBIDDEN, _THROTTLED, _INTERNAL, _BAD_GATEWAY = 403, 429, 500, 502


def enforce(  # noqa: PLR0917 # the replaced function's own signature
    original: Callable[..., Answer | None],
    api_id: str,
    stage: str,
    method: str,
    path: str,
    headers: dict[str, str],
    query: dict[str, list[str]],
    **options: Any,
) -> Answer | None:
    """IAM's verdict on a call, as the API's own gateway response.

    The emulator lets a root key do everything; on AWS another account's root needs the resource policy,
    like any other caller from there.
    """
    refusal = original(api_id, stage, method, path, headers, query, **options)
    if refusal is not None:
        return _as_gateway_response(refusal, headers, query)
    message = _foreign_root_refusal(api_id, stage, method, path, headers)
    return _access_denied(message, headers, query) if message else None


def _foreign_root_refusal(api_id: str, stage: str, method: str, path: str, headers: dict[str, str]) -> str:
    owner = upstream.rest_api_owner(api_id)
    if owner is None:
        return ""
    account, region = owner
    resource = f"arn:aws:execute-api:{region}:{account}:{api_id}/{stage}/{method}/{path.lstrip('/')}"
    caller = foreign_root(headers, resource)
    policy = apigateway_v1.rest_api_policy_for_arn(resource)
    if not caller or (policy and root_is_let_in(caller, "execute-api:Invoke", resource, policy[0])):
        return ""
    principal = f"arn:aws:iam::{caller}:root"
    return (
        f"User: {principal} is not authorized to perform: execute-api:Invoke on resource: "
        f"{resource.replace(f':{account}:', f':********{account[-4:]}:', 1)}"
    )


def _as_gateway_response(refusal: Answer, headers: dict[str, str], query: dict[str, list[str]]) -> Answer:
    status, answered, body = refusal
    if status != _FORBIDDEN or answered.get("x-amzn-errortype") != "AccessDeniedException":
        return refusal  # authentication failures are gateway responses already
    return _access_denied(str(json.loads(body)["message"]), headers, query)


def _access_denied(message: str, headers: dict[str, str], query: dict[str, list[str]]) -> Answer:
    return refused("ACCESS_DENIED", message, headers, query)


def refused(kind: str, message: str, headers: dict[str, str], query: dict[str, list[str]]) -> Answer:
    """The gateway response `kind`, a refusal, to the call that runs."""
    refused = call.current.get()
    if refused is None:
        raise LookupError("an API call is refused outside of `execute`, which knows its stage")
    request = {
        "api_id": refused.api_id,
        "stage_name": refused.stage,
        "stage": refused.settings,
        "headers": headers,
        "query_params": query,
        "path_params": {},
        "resource_path": "",
        "request_id": refused.request_id,
    }
    with request_scope(refused.account, refused.region):
        error = apigateway_v1._GatewayError(kind, message, FORBIDDEN_TYPES.get(kind))  # noqa: SLF001 # the one renderer there is
        answer: Answer = apigateway_v1._gateway_error_response(error, request)  # noqa: SLF001 # as above
        return answer


def render_error(original: Callable[..., Answer], error: Any, request: dict[str, Any]) -> Answer:
    """A gateway response with the call's request id, and its status where the emulator's differs.

    A failed function is a 502. A throttled one is an INTEGRATION_FAILURE whose status, unless the contract
    gives it one, is 500 and not that type's 504: the execution log has "Lambda invocation failed with status:
    429", "Execution failed due to configuration error: Rate Exceeded.", "Method completed with status: 500".
    """
    failed = call.current.get()
    if failed is None:
        return original(error, request)
    request["request_id"] = failed.request_id
    failed.error_message = error.message or ""
    failed.error_type = error.response_type
    failed.resource_path = request["resource_path"] or failed.resource_path
    status, headers, body = original(error, request)
    if failed.integration_status == _THROTTLED:
        status = upstream.gateway_response_status(request, error.response_type) or _INTERNAL
    elif failed.integration_error and status == _INTERNAL:
        status = _BAD_GATEWAY
    return status, headers, body
