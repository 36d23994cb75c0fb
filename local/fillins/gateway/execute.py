"""What API Gateway does around a call beyond routing it: identity, trace, metrics and access log.

Wraps the emulator's own data plane (see `patches`), which keeps doing what it does well: signatures,
policies, keys, throttles, quotas and validation.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from ministack.core.responses import new_uuid, request_scope
from ministack.services import apigateway_v1

from local.fillins import call, upstream
from local.fillins.aws_api import Answer
from local.fillins.call import Call
from local.fillins.gateway import access_log, metrics, refusals, trace, waf
from local.fillins.names import LOOPBACK

_THROTTLED = 429
_FORBIDDEN = 403


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
        answer = _closed() if begun.closed else _web_acl_refusal(begun, *rest[:2])
        answer = answer or await original(host, path, method, headers, *rest, **options)
    finally:
        call.current.reset(call_token)
        call.inbound_trace.reset(trace_token)
    if answer is not None:
        await _finish(begun, answer, header)
    return answer


def _closed() -> Answer:
    """The answer at the default endpoint of an API that has it disabled; no gateway response applies."""
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": "ForbiddenException"}
    return _FORBIDDEN, headers, b'{"message":"Forbidden"}'


def _web_acl_refusal(begun: Call, body: bytes, query: dict[str, list[str]]) -> Answer | None:
    """The answer to a request that the stage's web ACL blocks, before anything else looks at it."""
    with request_scope(begun.account, begun.region):
        acl = upstream.web_acl(
            f"arn:aws:apigateway:{begun.region}::/restapis/{begun.api_id}/stages/{begun.stage}"
        )
    if acl is None:
        return None
    seen = waf.Seen(
        address=LOOPBACK,
        path=f"/{begun.stage}{begun.path}",
        query=urlencode(query, doseq=True),
        headers={name.lower(): value for name, value in begun.headers.items()},
        body_bytes=len(body or b""),
    )
    begun.waf_rule = waf.blocked_by(acl, seen) or ""
    begun.waf_response = "WAF_BLOCK" if begun.waf_rule else "WAF_ALLOW"
    return refusals.refused("WAF_FILTERED", "Forbidden", begun.headers, query) if begun.waf_rule else None


def _call(host: str, path: str, method: str, headers: dict[str, str]) -> Call | None:
    default = upstream.parse_execute_api_url(host, path)
    parsed = default or upstream.domain_address(host, path)
    owner = upstream.rest_api_owner(parsed[0]) if parsed else None
    if parsed is None or owner is None:
        return None
    api_id, stage_name, execute_path = parsed
    stage = upstream.stage(api_id, stage_name, *owner)
    if stage is None:
        return None
    api = upstream.rest_api(api_id, *owner)
    return Call(
        api_id=api_id,
        api_name=str(api["name"]),
        closed=bool(default) and str(api.get("disableExecuteApiEndpoint")).lower() == "true",
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
        begun.integration_error = "Lambda invocation failed with status: 429. Rate Exceeded."
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
    kind = "INTEGRATION_FAILURE" if begun.integration_status == _THROTTLED else "DEFAULT_5XX"
    return apigateway_v1._GatewayError(kind, "Internal server error")  # noqa: SLF001 # rendered upstream
