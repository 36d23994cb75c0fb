"""A stage's access log: one line a request, in the stage's own format, into its log group.

Knows the `$context` variables an access log of a Lambda proxy API uses; an unknown one renders `-`, as on
AWS. Execution logs are not written.
"""

import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from ministack.app import SERVICE_HANDLERS

from local.fillins.call import Call
from local.fillins.gateway import metric_filters
from local.fillins.names import LOOPBACK

_OK = 200
_VARIABLE = re.compile(r"\$context\.([A-Za-z][A-Za-z0-9.]*)")


async def write(call: Call, status: int, length: int, ended: float) -> None:
    """Append the call's line; nothing without a format and a destination that exists."""
    settings = call.settings.get("accessLogSettings") or {}
    form, destination = settings.get("format"), settings.get("destinationArn", "")
    group = destination.partition(":log-group:")[2].removesuffix(":*")
    if not form or not group:
        return
    line = render(form, variables(call, status, length, ended))
    await put_line(group, f"{call.api_id}-{call.stage}", line)
    await metric_filters.publish(group, line)


def variables(call: Call, status: int, length: int, ended: float) -> dict[str, str]:
    """`$context` names without their prefix, and their values."""
    at = datetime.fromtimestamp(call.started, tz=UTC)
    known = {
        "requestId": call.request_id,
        "extendedRequestId": call.request_id,
        "accountId": call.account,
        "apiId": call.api_id,
        "stage": call.stage,
        "httpMethod": call.method,
        "resourcePath": call.resource_path,
        "path": f"/{call.stage}{call.path}",
        "protocol": "HTTP/1.1",
        "status": str(status),
        "responseLength": str(length),
        "responseLatency": str(round((ended - call.started) * 1000)),
        "requestTime": at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": str(round(call.started * 1000)),
        "error.message": call.error_message,
        "error.responseType": call.error_type,
        "wafResponseCode": call.waf_response,
        "xrayTraceId": call.trace.root if call.trace else "",
        "identity.sourceIp": LOOPBACK,
        "identity.userAgent": call.headers.get("user-agent", ""),
    }
    for name, value in call.caller.items():
        known[f"identity.{name}"] = "" if value is None else str(value)
    if call.integration_started is not None:
        took_s = (call.integration_ended or ended) - call.integration_started
        took = str(round(took_s * 1000))
        code = str(call.integration_status or "")
        known |= {
            "integrationLatency": took,
            "integration.latency": took,
            "integration.integrationStatus": code,
        }
        known |= {"integrationStatus": code, "integration.status": code}
        known |= {
            "integrationErrorMessage": call.integration_error,
            "integration.error": call.integration_error,
        }
    return known


def render(form: str, values: dict[str, str]) -> str:
    """The format with its variables replaced, `-` for one that is empty or unknown.

    Values are escaped for JSON, which the format usually is.
    """
    return _VARIABLE.sub(lambda found: _escaped(values.get(found[1], "")) or "-", form)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


async def put_line(group: str, stream: str, line: str) -> None:
    """Append one event to a log stream, making the stream on its first line; no group, no line."""
    names = {"logGroupName": group, "logStreamName": stream}
    event = {**names, "logEvents": [{"timestamp": round(time.time() * 1000), "message": line}]}
    if await _logs("PutLogEvents", event) != _OK:
        await _logs("CreateLogStream", names)
        await _logs("PutLogEvents", event)


async def _logs(operation: str, params: Mapping[str, object]) -> int:
    headers = {"x-amz-target": f"Logs_20140328.{operation}", "content-type": "application/x-amz-json-1.1"}
    answer = await SERVICE_HANDLERS["logs"]("POST", "/", headers, json.dumps(params).encode(), {})
    return int(answer[0])
