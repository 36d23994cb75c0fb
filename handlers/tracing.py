"""The one module that knows the X-Ray SDK; everything else records through its few functions.

The SDK is imported in the first invocation that is sampled, or when a function starts whose start
nobody waits for (SnapStart, provisioned concurrency). So an unsampled request pays for one look at the
trace header, and a function that is never sampled never loads the SDK. Whether a request is sampled is
decided upstream and only followed here.

What is recorded: `## name` subsegments for business steps, one subsegment per downstream call, and
annotations. Deliberately nothing from a request's or an answer's body, no API key and no address of a
caller. Nothing here changes an answer: with no header, no segment, no SDK or no daemon all functions do
nothing. The SDK sees to the last two itself: in Lambda a missing segment becomes a dummy that accepts
and drops everything, and its emitter sends on a non-blocking UDP socket and logs what it cannot send.
"""

import logging
import os
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from aws_xray_sdk.core import AWSXRayRecorder
    from aws_xray_sdk.core.models.subsegment import Subsegment

TRACE_ENV = "_X_AMZN_TRACE_ID"  # Lambda's, new with each invocation: `Root=...;Parent=...;Sampled=1`
OFF = ("false", "f", "no", "n", "off", "0")  # what the SDK reads as false in AWS_XRAY_SDK_ENABLED
NOBODY_WAITS = ("snap-start", "provisioned-concurrency")  # values of AWS_LAMBDA_INITIALIZATION_TYPE
STACK_LIMIT = 10  # innermost frames kept of an exception
TREE_LIMIT = 30  # subsegments sent as one datagram; the SDK's own default outside Lambda

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _State:
    """What outlives an invocation; `current` is the innermost open subsegment, None when not sampled."""

    libraries: tuple[str, ...] = ()
    recorder: "AWSXRayRecorder | None" = None
    current: "Subsegment | None" = None
    unusable: bool = False
    started: bool = False


_state = _State()


class Call:
    """A downstream call under way; without a trace it records nothing."""

    def __init__(self, subsegment: "Subsegment | None", aws: Mapping[str, str]) -> None:
        self._subsegment = subsegment
        self._aws = aws

    def answered(self, status: int, request_id: str | None = None) -> None:
        """Record the answer's status; 4xx marks an error, 429 a throttle and 5xx a fault."""
        if self._subsegment is not None:
            self._subsegment.put_http_meta("status", status)
            if self._aws and request_id is not None:
                self._subsegment.set_aws({**self._aws, "request_id": request_id})


def prepare(*libraries: str) -> None:
    """Call once at init. `libraries` (the SDK's names, such as `botocore`) are patched when it is loaded."""
    _state.libraries = libraries
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") in NOBODY_WAITS and _enabled():
        _load()


@contextmanager
def invocation(name: str) -> Iterator[None]:
    """The outermost step of one invocation. Annotates `cold_start`: a customer waited for this start."""
    waited = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "provisioned-concurrency"
    cold_start, _state.started = waited and not _state.started, True
    recorder = _recorder()
    if recorder is None:
        yield
        return
    # Inside Lambda the SDK sends each subsegment when it closes. One datagram for the whole tree is cheaper,
    # and arrives whole or not at all; only a tree too large for one is sent in parts.
    recorder.streaming_threshold = TREE_LIMIT
    with _subsegment(recorder, f"## {name}", "local"):
        try:
            annotate("cold_start", cold_start)
            yield
        finally:
            recorder.streaming_threshold = 0


@contextmanager
def step(name: str) -> Iterator[None]:
    """A business step, as `with step("predict"):` or as `@step("predict")`; each run is one subsegment.

    An exception marks it failed and goes on. One with a `status` of 4xx is the caller's error, not a fault.
    """
    recorder = _state.recorder
    if recorder is None or _state.current is None:
        yield
        return
    with _subsegment(recorder, f"## {name}", "local"):
        yield


@contextmanager
def aws_call(service: str, operation: str, region: str, **details: str) -> Iterator[Call]:
    """A call to an AWS service, named as the SDK's botocore patch does; `details` such as `table_name`."""
    recorder = _state.recorder
    if recorder is None or _state.current is None:
        yield Call(None, {})
        return
    aws = {"operation": operation, "region": region, **details}
    with _subsegment(recorder, service, "aws") as subsegment:
        if subsegment is not None:
            subsegment.set_aws(aws)
        yield Call(subsegment, aws)


@contextmanager
def http_call(host: str, method: str, url: str) -> Iterator[Call]:
    """A call to an HTTP service that takes the trace on; `url` without a query."""
    recorder = _state.recorder
    if recorder is None or _state.current is None:
        yield Call(None, {})
        return
    with _subsegment(recorder, host, "remote") as subsegment:
        if subsegment is not None:
            subsegment.put_http_meta("method", method)
            subsegment.put_http_meta("url", url)
        yield Call(subsegment, {})


def annotate(key: str, value: str | float | bool) -> None:
    """Make the trace searchable by `key` (letters, digits and underscores): never by personal data."""
    if _state.current is not None:
        _state.current.put_annotation(key, value)


def current_header() -> str | None:
    """The trace header for whoever is called next, or None when this invocation has none.

    Its parent is the innermost open subsegment, or in an unsampled invocation what Lambda gave; so the
    decision not to sample travels on.
    """
    header = os.environ.get(TRACE_ENV)
    if header is None or _state.current is None:
        return header
    parent = f"Parent={_state.current.id}"
    return ";".join(parent if part.startswith("Parent=") else part for part in header.split(";"))


def _enabled() -> bool:
    # Outside Lambda the SDK would ask a daemon for sampling rules, and there is no segment to add to.
    switched_off = os.environ.get("AWS_XRAY_SDK_ENABLED", "true").lower() in OFF
    return "LAMBDA_TASK_ROOT" in os.environ and not switched_off and not _state.unusable


def _recorder() -> "AWSXRayRecorder | None":
    sampled = "Sampled=1" in os.environ.get(TRACE_ENV, "").split(";")
    if sampled and _state.recorder is None and _enabled():
        _load()
    return _state.recorder if sampled else None


def _load() -> None:
    try:
        from aws_xray_sdk.core import patch, xray_recorder  # noqa: PLC0415  # see the module docstring

        patch(_state.libraries)
    except Exception:  # whatever is wrong with the SDK or its settings, requests are answered
        _state.unusable = True
        log.warning("the X-Ray SDK cannot be used: this environment records no traces", exc_info=True)
    else:
        _state.recorder = xray_recorder
        logging.getLogger("aws_xray_sdk.core.emitters.udp_emitter").addFilter(_Once())


class _Once(logging.Filter):
    """Lets one record through: an absent daemon is worth one log line, not one per request."""

    passed = False

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002  # the interface's name
        first, self.passed = not self.passed, True
        return first


@contextmanager
def _subsegment(
    recorder: "AWSXRayRecorder", name: str, namespace: Literal["local", "aws", "remote"]
) -> "Iterator[Subsegment | None]":
    opened = recorder.begin_subsegment(name, namespace)
    # Under a header that the SDK cannot read it opens a dummy, which is not sampled and drops everything.
    subsegment = opened if opened is not None and opened.sampled else None
    outer, _state.current = _state.current, subsegment
    try:
        yield subsegment
    except Exception as error:
        if subsegment is not None:
            _mark(subsegment, error)
        raise
    finally:
        _state.current = outer
        recorder.end_subsegment()


def _mark(subsegment: "Subsegment", error: Exception) -> None:
    status = getattr(error, "status", 500)
    if status < 500:  # noqa: PLR2004  # HTTP's border between the caller's errors and ours
        subsegment.add_error_flag()
    else:
        subsegment.add_exception(error, traceback.extract_tb(error.__traceback__, limit=-STACK_LIMIT))
