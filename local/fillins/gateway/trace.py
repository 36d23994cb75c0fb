"""The trace segment that API Gateway records for a stage with tracing, and the header it passes on.

Its subsegment `Lambda` is the parent of the function's service segment, as on AWS. An incoming header is
honoured; without a decision the account's sampling rules make one.
"""

from typing import Any

from ministack.core.responses import request_scope

from local.fillins.call import Call
from local.fillins.xray import sampling
from local.fillins.xray.traces import (
    TraceHeader,
    new_id,
    new_trace_id,
    parse_header,
    store,
)

ORIGIN = "AWS::ApiGateway::Stage"
_CLIENT_ERROR, _THROTTLED, _SERVER_ERROR = 400, 429, 500


def begin(call: Call) -> None:
    """Decide the call's trace and its segment ids."""
    incoming = parse_header(call.headers.get("x-amzn-trace-id", ""))
    root = incoming.root if incoming else new_trace_id()
    parent = incoming.parent if incoming else None
    if not call.settings.get("tracingEnabled"):
        call.trace = incoming
        return
    sampled = incoming.sampled if incoming and incoming.sampled is not None else _sampled(call)
    call.segment_id, call.lambda_id = new_id(), new_id()
    call.trace = TraceHeader(root=root, parent=parent, sampled=sampled)
    if sampled:
        store.claim(call.segment_id, call.account)
        store.claim(call.lambda_id, call.account)


def passed_on(call: Call) -> str:
    """The header the integration receives, or "" without a trace."""
    if call.trace is None:
        return ""
    parent = call.lambda_id or call.trace.parent
    return str(TraceHeader(root=call.trace.root, parent=parent, sampled=call.trace.sampled))


def end(call: Call, status: int, length: int, ended: float) -> None:
    """Record the stage's segment if the call is sampled."""
    if call.trace is None or not call.trace.sampled or not call.segment_id:
        return
    host = call.headers.get("host", "")
    segment: dict[str, Any] = {
        "id": call.segment_id,
        "trace_id": call.trace.root,
        "name": f"{call.api_name}/{call.stage}",
        "start_time": call.started,
        "end_time": ended,
        "origin": ORIGIN,
        "resource_arn": f"arn:aws:apigateway:{call.region}::/restapis/{call.api_id}/stages/{call.stage}",
        "http": {
            "request": {"method": call.method, "url": f"https://{host}/{call.stage}{call.path}"},
            "response": {"status": status, "content_length": length},
        },
        "aws": {
            "account_id": call.account,
            "api_gateway": {
                "account_id": call.account,
                "rest_api_id": call.api_id,
                "stage": call.stage,
                "request_id": call.request_id,
            },
        },
        "annotations": {"aws:api_id": call.api_id, "aws:api_stage": call.stage},
        **flags(status),
    }
    if call.trace.parent:
        segment["parent_id"] = call.trace.parent
    if call.integration_started is not None:
        segment["subsegments"] = [_integration(call, ended)]
    store.add(segment, call.account)


def flags(status: int) -> dict[str, bool]:
    """X-Ray's error, throttle and fault for an HTTP status."""
    if status >= _SERVER_ERROR:
        return {"fault": True}
    if status == _THROTTLED:
        return {"error": True, "throttle": True}
    return {"error": True} if status >= _CLIENT_ERROR else {}


def _integration(call: Call, ended: float) -> dict[str, Any]:
    status = call.integration_status or 200
    return {
        "id": call.lambda_id,
        "name": "Lambda",
        "start_time": call.integration_started,
        "end_time": call.integration_ended or ended,
        "namespace": "aws",
        "http": {"request": {"method": "POST"}, "response": {"status": status}},
        "aws": {"operation": "Invoke", "function_name": call.function, "resource_names": [call.function]},
        **flags(status),
    }


def _sampled(call: Call) -> bool:
    request = {
        "ServiceName": f"{call.api_name}/{call.stage}",
        "ServiceType": ORIGIN,
        "Host": call.headers.get("host", ""),
        "HTTPMethod": call.method,
        "URLPath": f"/{call.stage}{call.path}",
        "ResourceARN": f"arn:aws:apigateway:{call.region}::/restapis/{call.api_id}/stages/{call.stage}",
    }
    with request_scope(call.account, call.region):
        return sampling.decide(sampling.rules.mine(), request, call.account)
