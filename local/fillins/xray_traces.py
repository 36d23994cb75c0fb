"""X-Ray's reading side: `GetTraceSummaries` and `BatchGetTraces` over the collected segments.

An account sees its own traces and those of accounts linked to its observability sink. Summaries carry
times, flags, HTTP and annotations; X-Ray's root-cause analysis and sampling of results are not imitated.
"""

import json
from typing import Any

from ministack.core.responses import get_account_id

from local.fillins import oam
from local.fillins.service import Operation, Params, ServiceError
from local.fillins.trace_assembly import Trace, annotations, assemble, ended, flag, nodes
from local.fillins.trace_filter import FilterError, compile_filter
from local.fillins.trace_store import Segment, store

PAGE = 100
BATCH = 5  # BatchGetTraces takes at most five ids


def _visible() -> list[Trace]:
    return assemble(store.of(oam.linked_accounts(str(get_account_id()))))


def get_trace_summaries(params: Params) -> Params:
    """The traces that started in the time range and match the filter, `PAGE` at a time."""
    begin, end = float(params["StartTime"]), float(params["EndTime"])
    try:
        wanted = compile_filter(params.get("FilterExpression") or "")
    except FilterError as error:
        raise ServiceError("InvalidRequestException", str(error)) from error
    found = [trace for trace in _visible() if begin <= trace.start <= end and wanted(trace)]
    at = int(params.get("NextToken") or 0)
    page = found[at : at + PAGE]
    answer: Params = {
        "TraceSummaries": [summary(trace) for trace in page],
        "TracesProcessedCount": len(found),
    }
    if at + PAGE < len(found):
        answer["NextToken"] = str(at + PAGE)
    return answer


def summary(trace: Trace) -> dict[str, Any]:
    """One trace as `GetTraceSummaries` lists it."""
    root = trace.root
    http = root.get("http", {})
    request, response = http.get("request", {}), http.get("response", {})
    return {
        "Id": trace.id,
        "StartTime": trace.start,
        "Duration": trace.end - trace.start,
        "ResponseTime": ended(root) - float(root["start_time"]),
        "HasFault": flag(trace, "fault"),
        "HasError": flag(trace, "error"),
        "HasThrottle": flag(trace, "throttle"),
        "IsPartial": any(node.get("in_progress") for node in nodes(trace)),
        "Http": {
            **({"HttpURL": request["url"]} if "url" in request else {}),
            **({"HttpMethod": request["method"]} if "method" in request else {}),
            **({"HttpStatus": response["status"]} if "status" in response else {}),
        },
        "Annotations": {
            key: [{"AnnotationValue": _value(value), "ServiceIds": []} for value in values]
            for key, values in annotations(trace).items()
        },
        "ServiceIds": [_service(segment) for segment in trace.segments],
        "EntryPoint": _service(root),
    }


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BooleanValue": value}
    return {"NumberValue": value} if isinstance(value, int | float) else {"StringValue": str(value)}


def _service(segment: Segment) -> dict[str, Any]:
    found = {"Name": segment["name"], "Names": [segment["name"]]}
    return {**found, "Type": segment["origin"]} if "origin" in segment else found


def batch_get_traces(params: Params) -> Params:
    """The documents of up to `BATCH` traces; ids that are not there come back unprocessed."""
    wanted = params["TraceIds"]
    if len(wanted) > BATCH:
        raise ServiceError("InvalidRequestException", f"At most {BATCH} trace ids a call.")
    found = {trace.id: trace for trace in _visible() if trace.id in wanted}
    return {
        "Traces": [
            {
                "Id": trace.id,
                "Duration": trace.end - trace.start,
                "LimitExceeded": False,
                "Segments": [{"Id": part["id"], "Document": json.dumps(part)} for part in trace.segments],
            }
            for trace in found.values()
        ],
        "UnprocessedTraceIds": [name for name in wanted if name not in found],
    }


OPERATIONS: dict[str, Operation] = {
    "GetTraceSummaries": get_trace_summaries,
    "BatchGetTraces": batch_get_traces,
}
