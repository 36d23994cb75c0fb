"""Records what an invocation does: through the X-Ray SDK, which `handlers.steps` keeps in its place, or as
OpenTelemetry spans (`handlers.otlp`), as the environment says.

What records is imported in the first invocation that is sampled, or when a function starts whose start
nobody waits for (SnapStart, provisioned concurrency). So an unsampled request pays for one look at the
trace header, and a function that is never sampled never loads it. Whether a request is sampled is
decided upstream and only followed here.

What is recorded: `## name` subsegments for business steps, one subsegment per downstream call, and
annotations; of an exception its type and frames. Deliberately nothing from a request's or an answer's body,
no API key, no address of a caller and no exception's text. Nothing here changes an answer: with no header,
no segment, no SDK or no daemon all functions do nothing, and none raises. The SDK's emitter sends on a
non-blocking UDP socket and logs what it cannot send.
"""

import logging
import os
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Literal, TypeVar

from handlers import trace_header

if TYPE_CHECKING:
    from aws_xray_sdk.core.models.subsegment import Subsegment

    from handlers import otlp
    from handlers.steps import Steps

    Recorded = Subsegment | otlp.Span

OFF = ("false", "f", "no", "n", "off", "0")  # what the SDK reads as false in AWS_XRAY_SDK_ENABLED
NOBODY_WAITS = ("snap-start", "provisioned-concurrency")  # values of INITIALIZATION
STACK_LIMIT = 10  # innermost frames kept of an exception
MAX_TEXT = 1000  # characters of an annotation that X-Ray keeps
INITIALIZATION = "AWS_LAMBDA_INITIALIZATION_TYPE"
INIT_LIMIT_S = 10.0  # Lambda allows an initialisation no more, before it begins anew with the request waiting
BACKEND = "TRACING_BACKEND"  # `xray`, or `otlp`
ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _State:
    """What outlives an invocation; `steps` is None until the SDK is loaded, `ready_at` when init ended."""

    libraries: tuple[str, ...] = ()
    steps: "Steps | otlp.Steps | None" = None
    unusable: bool = False
    started: bool = False
    ready_at: float = field(default_factory=time.monotonic)


_state = _State()


class Call:
    """A downstream call under way; without a trace it records nothing."""

    def __init__(self, subsegment: "Recorded | None", aws: Mapping[str, str]) -> None:
        self._subsegment = subsegment
        self._aws = aws

    def answered(self, status: int, request_id: str | None = None) -> None:
        """Record the answer's status; 4xx marks an error, 429 a throttle and 5xx a fault."""
        subsegment = self._subsegment
        if subsegment is not None:
            _quietly(subsegment.put_http_meta, "status", status)
            if self._aws and request_id is not None:
                _quietly(subsegment.set_aws, {**self._aws, "request_id": _text(request_id)})


def prepare(*libraries: str) -> None:
    """Call once at init. `libraries` (the SDK's names, such as `botocore`) are patched when it is loaded."""
    _state.libraries, _state.ready_at = libraries, time.monotonic()
    # An endpoint is reached by an extension, which Lambda takes on while the function starts and not later.
    early = os.environ.get(INITIALIZATION) in NOBODY_WAITS or (_as_spans() and ENDPOINT in os.environ)
    if early and _enabled():
        _load()


@contextmanager
def invocation(name: str) -> Iterator[None]:
    """The outermost step of one invocation. Annotates `cold_start`: a customer waited for this start."""
    cold_start, _state.started = _waited_for() and not _state.started, True
    sampled = trace_header.sampled()
    if sampled and _state.steps is None and _enabled():
        _load()
    steps = _state.steps
    if steps is not None and sampled:
        _quietly(steps.begin, *sampled)
    try:
        with _subsegment(f"## {name}", "local"):
            if sampled:
                annotate("cold_start", cold_start)
            yield
    finally:
        if steps is not None:  # also without a trace: what sends may wait for the end of each invocation
            _quietly(steps.end)


@contextmanager
def step(name: str) -> Iterator[None]:
    """A business step, as `with step("predict"):` or as `@step("predict")`; each run is one subsegment.

    An exception marks it failed and goes on. One with a `status` of 4xx is the caller's error, not a fault.
    Threads and tasks may use it, too; of a coroutine function decorate nothing, but use `with` inside.
    """
    with _subsegment(f"## {name}", "local"):
        yield


@contextmanager
def aws_call(service: str, operation: str, region: str, **details: str) -> Iterator[Call]:
    """A call to an AWS service, named as the SDK's botocore patch does; `details` such as `table_name`."""
    aws = {"operation": operation, "region": region, **details}
    with _subsegment(service, "aws") as subsegment:
        if subsegment is not None:
            _quietly(subsegment.set_aws, aws)
        yield Call(subsegment, aws)


@contextmanager
def http_call(host: str, method: str, url: str) -> Iterator[Call]:
    """A call to an HTTP service that takes the trace on; `url` without a query."""
    with _subsegment(host, "remote") as subsegment:
        if subsegment is not None:
            _quietly(subsegment.put_http_meta, "method", method)
            _quietly(subsegment.put_http_meta, "url", url)
        yield Call(subsegment, {})


def annotate(key: str, value: str | float | bool) -> None:
    """Make the trace searchable by `key` (letters, digits and underscores): never by personal data.

    What JSON has no word for is left out (infinity), texts are cut where X-Ray cuts them, and a number that
    no span can hold is a text.
    """
    current = _current()
    if current is None or (isinstance(value, float) and not isfinite(value)):
        return
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        value = str(value)
    _quietly(current.put_annotation, key, _text(value) if isinstance(value, str) else value)


def current_header() -> str | None:
    """The trace header for whoever is called next, or None when this invocation has none.

    Its parent is the innermost open subsegment, or in an unsampled invocation what Lambda gave; so the
    decision not to sample travels on.
    """
    return trace_header.xray(_current_id())


def onward() -> dict[str, str]:
    """The headers that take the trace to whoever is called over HTTP: X-Ray's, and W3C's beside it."""
    told = {"X-Amzn-Trace-Id": current_header(), "traceparent": trace_header.w3c(_current_id())}
    return {name: value for name, value in told.items() if value}


def _current_id() -> str | None:
    current = _current()
    return None if current is None else current.id


def _current() -> "Recorded | None":
    return None if _state.steps is None else _state.steps.current()


def _waited_for() -> bool:
    kind = os.environ.get(INITIALIZATION)
    if kind == "snap-start":  # the snapshot is old, but the restore is what a customer waits for
        return True
    # Lambda also starts environments ahead of any request. A first request that was waiting comes at once.
    ahead = time.monotonic() - _state.ready_at > INIT_LIMIT_S
    return kind != "provisioned-concurrency" and not ahead


def _enabled() -> bool:
    # Outside Lambda the SDK would ask a daemon for sampling rules, and there is no segment to add to.
    switched_off = os.environ.get("AWS_XRAY_SDK_ENABLED", "true").lower() in OFF
    return "LAMBDA_TASK_ROOT" in os.environ and not switched_off and not _state.unusable


def _as_spans() -> bool:
    return os.environ.get(BACKEND) == "otlp"


def _load() -> None:
    try:
        if _as_spans():
            from handlers import otlp  # noqa: PLC0415  # see the module docstring

            _state.steps = otlp.install(_state.libraries, os.environ.get("AWS_LAMBDA_RUNTIME_API"))
        else:
            from handlers.steps import install  # noqa: PLC0415  # see the module docstring

            _state.steps = install(_state.libraries)
    except Exception:  # whatever is wrong with what records or its settings, requests are answered
        _state.unusable = True
        what = "the OTLP sender" if _as_spans() else "the X-Ray SDK"
        log.warning("%s cannot be used: this environment records no traces", what, exc_info=True)
    else:
        logging.getLogger("aws_xray_sdk.core.emitters.udp_emitter").addFilter(_Once())


class _Once(logging.Filter):
    """Lets one record through: an absent daemon is worth one log line, not one per request."""

    passed = False

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002  # the interface's name
        first, self.passed = not self.passed, True
        return first


@contextmanager
def _subsegment(name: str, namespace: Literal["local", "aws", "remote"]) -> "Iterator[Recorded | None]":
    steps = _state.steps
    subsegment = None if steps is None else _quietly(steps.open, name, namespace)
    if steps is None or subsegment is None:
        yield None
        return
    try:
        yield subsegment
    except GeneratorExit:  # whoever reads a generator stopped early, and nothing failed
        raise
    except BaseException as error:
        _quietly(_mark, subsegment, error)
        raise
    finally:
        _quietly(steps.end_subsegment)


def _mark(subsegment: "Recorded", error: BaseException) -> None:
    status = getattr(error, "status", 500)
    if isinstance(status, int) and 400 <= status < 500:  # noqa: PLR2004  # HTTP's range of the caller's errors
        subsegment.add_error_flag()
    else:
        subsegment.add_exception(error, traceback.extract_tb(error.__traceback__, limit=-STACK_LIMIT))  # type: ignore[arg-type]  # SystemExit does as well


def _quietly(record: Callable[..., T], *arguments: object) -> T | None:
    """What `record` returns; recording never fails the request that is recorded."""
    try:
        return record(*arguments)
    except Exception as error:  # noqa: BLE001  # see above
        log.warning("a step was not recorded", extra={"fields": {"error": type(error).__name__}})
        return None


def _text(value: str) -> str:
    return value[:MAX_TEXT].encode("utf-8", "replace").decode()
