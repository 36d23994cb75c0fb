"""What API Gateway does around a call beyond routing it: identity, trace, metrics and access log.

Wraps the emulator's own data plane (see `patches`), which keeps doing what it does well: signatures,
policies, keys, throttles, quotas and validation.
"""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import new_uuid, request_scope
from ministack.core.router import extract_access_key_id
from ministack.services import apigateway_v1

from local.fillins import call, upstream
from local.fillins.call import Call
from local.fillins.gateway import access_log, metrics, trace
from local.fillins.service import Answer

_FORBIDDEN, _THROTTLED, _INTERNAL, _BAD_GATEWAY = 403, 429, 500, 502


async def execute(
    original: Callable[..., Awaitable[Answer | None]],
    host: str,
    path: str,
    method: str,
    headers: dict[str, str],
    *rest: Any,
    **options: Any,
) -> Answer | None:
    """Run one call of a deployed REST API and record it; anything else goes straight to `original`."""
    begun = _call(host, path, method, headers)
    if begun is None:
        return await original(host, path, method, headers, *rest, **options)
    trace.begin(begun)
    header = trace.passed_on(begun)
    if header:
        headers = {**headers, "x-amzn-trace-id": header}
    call_token, trace_token = call.current.set(begun), call.inbound_trace.set(header)
    try:
        answer = await original(host, path, method, headers, *rest, **options)
    finally:
        call.current.reset(call_token)
        call.inbound_trace.reset(trace_token)
    if answer is not None:
        await _finish(begun, answer, header)
    return answer


def _call(host: str, path: str, method: str, headers: dict[str, str]) -> Call | None:
    parsed = upstream.parse_execute_api_url(host, path)
    owner = upstream.rest_api_owner(parsed[0]) if parsed else None
    if parsed is None or owner is None:
        return None
    api_id, stage_name, execute_path = parsed
    stage = upstream.stage(api_id, stage_name, *owner)
    if stage is None:
        return None
    return Call(
        api_id=api_id,
        api_name=str(upstream.rest_api(api_id, *owner)["name"]),
        stage=stage_name,
        method=method,
        path=execute_path,
        account=owner[0],
        region=owner[1],
        headers=headers,
        settings=stage,
        request_id=new_uuid(),
    )


async def _finish(done: Call, answer: Answer, header: str) -> None:
    ended = time.time()
    status, headers, body = answer
    headers["x-amzn-requestid"] = done.request_id
    if header:
        headers["X-Amzn-Trace-Id"] = header
    with request_scope(done.account, done.region):
        metrics.publish(done, status, ended)
        trace.end(done, status, len(body), ended)
        await access_log.write(done, status, len(body), ended)


def owner_arn(original: Callable[..., str], region: str, account: str, api_id: str, *rest: str) -> str:
    """The execute-api ARN with the API's owner, where the emulator takes the caller's account."""
    owner = upstream.rest_api_owner(api_id)
    return original(region, owner[0] if owner else account, api_id, *rest)


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
    owner, caller = upstream.rest_api_owner(api_id), extract_access_key_id(headers)
    if owner is None or not caller.isdigit() or caller == owner[0]:
        return ""
    account, region = owner
    resource = f"arn:aws:execute-api:{region}:{account}:{api_id}/{stage}/{method}/{path.lstrip('/')}"
    principal = f"arn:aws:iam::{caller}:root"
    policy = apigateway_v1.rest_api_policy_for_arn(resource)
    context = EvalContext(principal, "Root", caller, "execute-api:Invoke", resource, region)
    if policy is not None and policy[0] and evaluate_resource_policy(policy[0], context).decision == "Allow":
        return ""
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
        error = apigateway_v1._GatewayError("ACCESS_DENIED", message)  # noqa: SLF001 # the one renderer there is
        answer: Answer = apigateway_v1._gateway_error_response(error, request)  # noqa: SLF001 # as above
        return answer


def render_error(original: Callable[..., Answer], error: Any, request: dict[str, Any]) -> Answer:
    """A gateway response with the call's request id; a failed function is a 502, a throttled one a 500."""
    failed = call.current.get()
    if failed is None:
        return original(error, request)
    request["request_id"] = failed.request_id
    failed.error_message = error.message or ""
    failed.resource_path = request["resource_path"]
    status, headers, body = original(error, request)
    throttled = failed.integration_status == _THROTTLED
    if failed.integration_error and not throttled and status == _INTERNAL:
        status = _BAD_GATEWAY
    return status, headers, body


def build_event(original: Callable[..., dict[str, Any]], *args: Any, **options: Any) -> dict[str, Any]:
    """The function's event with the call's request id, the API key's id and the caller's own account."""
    event = original(*args, **options)
    begun = call.current.get()
    if begun is None:
        return event
    context = event["requestContext"]
    context["requestId"] = context["extendedRequestId"] = begun.request_id
    identity = context["identity"]
    key = upstream.api_key_id(begun.headers.get("x-api-key", ""))
    if key:
        identity["apiKeyId"] = key
    identity.update(_caller(identity))
    begun.resource_path = context["resourcePath"]
    begun.caller = {k: v for k, v in identity.items() if k not in ("sourceIp", "userAgent")}
    return event


def _caller(identity: dict[str, Any]) -> dict[str, str]:
    """Account and ARN of the caller, which the emulator looks up in the API's account."""
    key = str(identity.get("accessKey") or "")
    if key.isdigit():
        return {"accountId": key, "userArn": f"arn:aws:iam::{key}:root", "caller": key, "user": key}
    arn = str(identity.get("userArn") or "")
    return {"accountId": arn.split(":")[4]} if arn else {}


async def call_function(
    original: Callable[..., Awaitable[tuple[dict[str, Any] | None, str | None]]],
    reference: str,
    event: Any,
    **options: Any,
) -> tuple[dict[str, Any] | None, str | None]:
    """Invoke the integration's function and note when, which, and how it ended."""
    begun = call.current.get()
    if begun is None:
        return await original(reference, event, **options)
    begun.function = reference.partition(":function:")[2].partition(":")[0] or reference
    begun.integration_started = time.time()
    result, error = await original(reference, event, **options)
    begun.integration_ended = time.time()
    begun.integration_status = 200
    if result and result.get("throttle"):
        begun.integration_status = _THROTTLED
        begun.integration_error = "The function is throttled."
    elif error or (result and result.get("error")):
        begun.integration_error = error or "The function failed."
    return result, error


async def invoke_proxy(original: Callable[..., Awaitable[Any]], *args: Any, **options: Any) -> Any:
    """The function's answer; a failed or throttled one becomes the gateway's own error.

    The emulator would pass the function's error text on to the caller; API Gateway never does.
    """
    answer = await original(*args, **options)
    begun = call.current.get()
    if begun is None or not begun.integration_error:
        return answer
    return apigateway_v1._GatewayError("DEFAULT_5XX", "Internal server error")  # noqa: SLF001 # rendered upstream
