"""One call of the API on its way through the gateway, and one invocation of a function.

What the emulator's layers learn about a call is kept here, in a context variable, so that the metrics,
the access log and the trace segment can be written when it ends. Context variables pass into the threads
that run functions.
"""

import contextvars
import time
from dataclasses import dataclass, field
from typing import Any

from local.fillins.xray.traces import TraceHeader


@dataclass(kw_only=True, slots=True)
class Call:
    """A call of a deployed API; times are epoch seconds."""

    api_id: str
    api_name: str
    stage: str
    method: str
    path: str
    account: str
    region: str
    headers: dict[str, str]
    settings: dict[str, Any]  # the stage's record
    closed: bool = False  # by the default endpoint, which the API has disabled
    started: float = field(default_factory=time.time)
    request_id: str = ""
    resource_path: str = ""
    caller: dict[str, Any] = field(default_factory=dict)
    integration_started: float | None = None
    integration_ended: float | None = None
    integration_status: int | None = None
    integration_error: str = ""
    error_message: str = ""
    error_type: str = ""
    waf_rule: str = ""
    waf_response: str = ""
    trace: TraceHeader | None = None
    segment_id: str = ""
    lambda_id: str = ""
    function: str = ""


@dataclass(kw_only=True, slots=True)
class Invocation:
    """An invocation of a function; times are epoch seconds."""

    request_id: str
    started: float
    ended: float = 0.0
    init_started: float | None = None
    init_ended: float | None = None
    trace: TraceHeader | None = None
    service_id: str = ""
    function_id: str = ""


current: contextvars.ContextVar[Call | None] = contextvars.ContextVar("inference_watch_call", default=None)
invocation: contextvars.ContextVar[Invocation | None] = contextvars.ContextVar(
    "inference_watch_invocation", default=None
)
inbound_trace: contextvars.ContextVar[str] = contextvars.ContextVar(
    "inference_watch_inbound_trace", default=""
)
