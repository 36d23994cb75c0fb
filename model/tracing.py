"""Continues the caller's X-Ray trace inside the container.

SageMaker does not pass trace headers on, so the caller sends its header as `CustomAttributes`. One request
gives one segment with a subsegment for each step. The sampling decision is the caller's: without a header,
with an unreadable one, or with `Sampled=0`, nothing is recorded, since a segment of its own would be a
trace that nobody started. Segments are built here and sent elsewhere (`model.emitter`). Recorded are
names, times, the version and the number of instances; never a feature's value.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

from model import transports
from model.emitter import Emitter

ATTRIBUTES: Final = "HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES"  # the WSGI key of the header
DEFAULT_NAME: Final = "model"
OFF: Final = ("false", "f", "no", "n", "off", "0")
_FIELD = re.compile(r"(?:^|[;,\s])(Root|Parent|Sampled)=([^;,\s]*)")
_TRACE_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_SEGMENT_ID = re.compile(r"[0-9a-f]{16}")
# What a segment's name may hold, and its length: X-Ray developer guide, "Segment documents".
_NOT_IN_A_NAME = re.compile(r"[^\w\s.:/%&#=+\\\-@]", re.ASCII)
_NAME_LENGTH: Final = 200
_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """The sampled trace a request belongs to, and the caller's (sub)segment that waits for the answer."""

    trace_id: str
    parent_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A finished step; times in epoch seconds."""

    name: str
    start_s: float
    end_s: float
    failed: bool


class Steps:
    """Times the steps of one request. Costs two clock readings a step, whether or not they are recorded."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.start_s = clock()
        self.finished: list[Step] = []
        self._clock = clock

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what runs inside; an exception marks the step as failed and goes on."""
        start_s, failed = self._clock(), True
        try:
            yield
            failed = False
        finally:
            self.finished.append(Step(name=name, start_s=start_s, end_s=self._clock(), failed=failed))

    def now_s(self) -> float:
        """The clock that the steps are timed with."""
        return self._clock()


def caller_of(attributes: str | None) -> Caller | None:
    """The sampled trace in a custom attributes header, or None.

    `Root`, `Parent` and `Sampled` may stand among other attributes, separated by `;`, `,` or blanks; of a
    repeated one the first counts. A malformed `Parent` makes the segment the trace's root.
    """
    fields: dict[str, str] = {}
    for key, value in _FIELD.findall(attributes or ""):
        fields.setdefault(key, value)
    root, parent = fields.get("Root", ""), fields.get("Parent", "")
    if fields.get("Sampled") != "1" or not _TRACE_ID.fullmatch(root):
        return None
    return Caller(trace_id=root, parent_id=parent if _SEGMENT_ID.fullmatch(parent) else None)


def segment(
    *,
    name: str,
    caller: Caller,
    steps: Steps,
    status: int,
    annotations: Mapping[str, str | int],
    cause: str | None,
) -> dict[str, Any]:
    """The segment document of one request; `cause` is the type of the exception that failed it, if any did.

    A 4XX answer is an `error` (the caller's), a 5XX a `fault` (ours), on the segment and on the failed step.
    """
    flag: dict[str, Any] = {}
    if status >= _CLIENT_ERROR:
        flag = {"fault" if status >= _SERVER_ERROR else "error": True}
    document: dict[str, Any] = {
        "name": name,
        "id": new_id(),
        "trace_id": caller.trace_id,
        "start_time": steps.start_s,
        "end_time": steps.now_s(),
        "http": {"request": {"method": "POST", "url": "/invocations"}, "response": {"status": status}},
        "annotations": dict(annotations),
        "subsegments": [
            {"name": step.name, "id": new_id(), "start_time": step.start_s, "end_time": step.end_s}
            | (flag if step.failed else {})
            for step in steps.finished
        ],
    } | flag
    if caller.parent_id is not None:
        document["parent_id"] = caller.parent_id
    if cause is not None:
        document["cause"] = {"exceptions": [{"id": new_id(), "type": cause}]}
    return document


def new_id() -> str:
    """A segment id: 64 bits in hexadecimal, random from the system, so that forks do not repeat any."""
    return os.urandom(8).hex()


class Tracer:
    """Records the requests of one process. Records nothing before `start`, so a fork inherits no thread."""

    def __init__(self, *, name: str, make_emitter: Callable[[], Emitter] | None) -> None:
        self.name = _NOT_IN_A_NAME.sub("_", name)[:_NAME_LENGTH] or DEFAULT_NAME
        self._make_emitter = make_emitter
        self._emitter: Emitter | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Tracer named `MODEL_NAME` that sends to `AWS_XRAY_DAEMON_ADDRESS` if set, else to X-Ray itself.

        With `TRACING_BACKEND` `otlp` it sends spans to `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, if that is set.
        `AWS_XRAY_SDK_ENABLED` turns it off with the words that X-Ray's SDK for Python takes. Raises
        ValueError if the daemon's address cannot be read.
        """
        name = environ.get("MODEL_NAME", DEFAULT_NAME)
        if environ.get("AWS_XRAY_SDK_ENABLED", "true").strip().lower() in OFF:
            return cls(name=name, make_emitter=None)
        connect: transports.Connect = transports.connect_to_xray
        if address := environ.get("AWS_XRAY_DAEMON_ADDRESS"):
            connect = transports.daemon_at(address)
        endpoint = environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        if environ.get("TRACING_BACKEND") == "otlp" and endpoint:
            from model import otlp  # noqa: PLC0415  # its classes take memory that segments do not need

            connect = otlp.endpoint_at(endpoint, environ.get("OTLP_HEADERS_SECRET_ARN"))
        return cls(name=name, make_emitter=lambda: Emitter(connect))

    def start(self) -> None:
        """Start sending from this process; call it once in each worker, after the fork."""
        if self._make_emitter is not None:
            self._emitter = self._make_emitter()
            self._emitter.start()

    def stop(self) -> None:
        """Send what is left, for a bounded time, and stop recording."""
        emitter, self._emitter = self._emitter, None
        if emitter is not None:
            emitter.stop()

    def record(
        self,
        attributes: str | None,
        *,
        steps: Steps,
        status: int,
        annotations: Mapping[str, str | int],
        cause: str | None = None,
    ) -> None:
        """Hand over the request's segment if its trace is sampled. Never blocks."""
        emitter = self._emitter
        if emitter is None or (caller := caller_of(attributes)) is None:
            return
        emitter.put(
            segment(
                name=self.name,
                caller=caller,
                steps=steps,
                status=status,
                annotations=annotations,
                cause=cause,
            )
        )
