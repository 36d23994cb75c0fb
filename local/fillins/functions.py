"""What Lambda does around an invocation beyond running it: its metrics and its two trace segments.

`AWS/Lambda` metrics for every invocation, whoever made it (the emulator knows direct calls only), with
`ConcurrentExecutions`. An actively traced function gets the service's segment and the function's; the
header the function sees names the latter as parent, so the SDK's subsegments find it.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudwatch import record_metric

from local.fillins import call, upstream
from local.fillins.call import Invocation
from local.fillins.xray.traces import (
    TraceHeader,
    new_id,
    new_trace_id,
    parse_header,
    store,
)

NAMESPACE = "AWS/Lambda"
Record = dict[str, Any]
_starting = threading.BoundedSemaphore(os.cpu_count() or 1)


def dispatch(  # noqa: PLR0917 # the replaced function's own signature
    original: Callable[..., Record], func: Record, config: Record, event: Any, request_id: str, started: float
) -> Record:
    """Run one invocation that has its concurrency slot, then publish what AWS would."""
    account, region = get_account_id(), get_region()
    _concurrency(config, upstream.executions_in_flight(account, region, config["FunctionName"]))
    running = Invocation(request_id=request_id, started=started)
    _begin_trace(running, config, account)
    token = call.invocation.set(running)
    try:
        result = original(func, config, event, request_id, started)
    finally:
        call.invocation.reset(token)
    running.ended = time.time()
    failed = bool(result.get("error"))
    init_s = (running.init_ended or 0.0) - (running.init_started or 0.0)
    for dimensions in _dimensions(config):
        record_metric(NAMESPACE, "Invocations", 1, "Count", dimensions)
        record_metric(NAMESPACE, "Errors", int(failed), "Count", dimensions)
        record_metric(NAMESPACE, "Throttles", 0, "Count", dimensions)
        record_metric(
            NAMESPACE, "Duration", (running.ended - started - init_s) * 1000, "Milliseconds", dimensions
        )
    _end_trace(running, config, account, failed=failed)
    return result


def acquire(
    original: Callable[..., tuple[str | None, str | None]], func: Record, config: Record
) -> tuple[str | None, str | None]:
    """Take a concurrency slot; a refusal is a throttle.

    The emulator knows the reservation with `$LATEST` only; on AWS all versions share it.
    """
    reserved = upstream.reserved_concurrency(config["FunctionName"])
    slot, limit = original({**func, "concurrency": reserved}, config)
    if slot is None:
        for dimensions in _dimensions(config):
            record_metric(NAMESPACE, "Throttles", 1, "Count", dimensions)
    return slot, limit


def trace_header(
    original: Callable[..., str | None], config: Record, inbound: str | None = None
) -> str | None:
    """What the function finds in `_X_AMZN_TRACE_ID`."""
    running = call.invocation.get()
    if running is None or running.trace is None:
        return original(config, inbound)
    parent = running.function_id or running.trace.parent
    return str(TraceHeader(root=running.trace.root, parent=parent, sampled=running.trace.sampled))


def spawn(original: Callable[[Any], None], worker: Any) -> None:
    """Start a worker process, timing it as the invocation's Init phase.

    As many at a time as there are cores: a burst of cold starts would otherwise starve the functions that
    already run until their own time budgets are spent, which cannot happen on AWS.
    """
    running = call.invocation.get()
    with _starting:
        started = time.time()
        original(worker)
    if running is not None:
        running.init_started, running.init_ended = started, time.time()


def _dimensions(config: Record) -> list[dict[str, str]]:
    name = config["FunctionName"]
    qualifier = config.get("FunctionArn", "").partition(":function:")[2].partition(":")[2]
    return [
        {"FunctionName": name},
        *([{"FunctionName": name, "Resource": f"{name}:{qualifier}"}] if qualifier else []),
    ]


def _concurrency(config: Record, running: int) -> None:
    for dimensions in ({}, *_dimensions(config)):
        record_metric(NAMESPACE, "ConcurrentExecutions", running, "Count", dimensions)


def _begin_trace(running: Invocation, config: Record, account: str) -> None:
    incoming = parse_header(call.inbound_trace.get())
    active = (config.get("TracingConfig") or {}).get("Mode") == "Active"
    if not active:
        running.trace = incoming
        return
    running.trace = incoming or TraceHeader(root=new_trace_id(), sampled=True)
    running.service_id, running.function_id = new_id(), new_id()
    store.claim(running.function_id, account)


def _end_trace(running: Invocation, config: Record, account: str, *, failed: bool) -> None:
    trace = running.trace
    if trace is None or not trace.sampled or not running.function_id:
        return
    common = {
        "trace_id": trace.root,
        "name": config["FunctionName"],
        "start_time": running.started,
        "end_time": running.ended,
        "resource_arn": config["FunctionArn"],
        **({"fault": True} if failed else {}),
    }
    service = {
        **common,
        "id": running.service_id,
        "origin": "AWS::Lambda",
        "http": {"response": {"status": 200}},
        "aws": {"request_id": running.request_id, "resource_names": [config["FunctionName"]]},
    }
    if trace.parent:
        service["parent_id"] = trace.parent
    function = {
        **common,
        "id": running.function_id,
        "parent_id": running.service_id,
        "origin": "AWS::Lambda::Function",
        "aws": {"account_id": account, "function_arn": config["FunctionArn"]},
        "subsegments": _phases(running),
    }
    store.add(service, account)
    store.add(function, account)


def _phases(running: Invocation) -> list[Record]:
    phases = [("Invocation", running.init_ended or running.started, running.ended)]
    if running.init_started is not None and running.init_ended is not None:
        phases.insert(0, ("Initialization", running.init_started, running.init_ended))
    return [
        {"id": new_id(), "name": name, "start_time": begin, "end_time": end} for name, begin, end in phases
    ]
