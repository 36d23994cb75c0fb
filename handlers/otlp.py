"""Records an invocation as OpenTelemetry spans: what `handlers.steps` is for X-Ray's SDK, with no library.

The same steps, calls and annotations under the same names and ids. A call is described by the semantic
conventions; annotations are attributes, which `aws.xray.annotations` names for X-Ray's index.
"""

import os
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from handlers.open_steps import OpenSteps

Namespace = Literal["local", "aws", "remote"]
Value = str | bool | int | float | Sequence[str]
HTTP = {"method": "http.request.method", "url": "url.full", "status": "http.response.status_code"}
CALLER_ERROR = 400
STACK_LIMIT = 10  # innermost frames kept of an exception


class Invocation:
    """Where an invocation's steps belong: a trace of 32 digits, and Lambda's own segment in it."""

    __slots__ = ("parent_id", "trace_id")

    def __init__(self, root: str, parent: str) -> None:
        self.trace_id, self.parent_id = root[2:].replace("-", ""), parent


class Span:
    """One step. Its methods are those of the SDK's subsegment that `handlers.tracing` calls."""

    __slots__ = (
        "attributes",
        "end_ns",
        "exception",
        "failed",
        "id",
        "indexed",
        "invocation",
        "name",
        "namespace",
        "parent_id",
        "start_ns",
    )

    def __init__(self, name: str, namespace: Namespace, invocation: "Invocation", parent_id: str) -> None:
        self.id = os.urandom(8).hex()
        self.name, self.namespace = name, namespace
        self.invocation, self.parent_id = invocation, parent_id
        self.start_ns, self.end_ns = time.time_ns(), 0
        self.attributes: dict[str, Value] = {}
        self.indexed: dict[str, Value] = {}
        self.exception: tuple[str, str] | None = None
        self.failed = False
        if namespace == "aws":
            self.attributes |= {"rpc.system": "aws-api", "rpc.service": name}
        elif namespace == "remote":
            self.attributes["server.address"] = name

    @property
    def in_progress(self) -> bool:
        """Whether it has not ended yet."""
        return not self.end_ns

    def close(self) -> None:
        """It ends now."""
        self.end_ns = time.time_ns()

    def put_http_meta(self, key: str, value: Any) -> None:
        """Method, url or status of an HTTP call."""
        self.attributes[HTTP[key]] = value

    def set_aws(self, aws: Mapping[str, Any]) -> None:
        """What an AWS call is about; `operation` and `region` have names of their own."""
        named = {"operation": "rpc.method", "region": "cloud.region"}
        self.attributes |= {named.get(key, f"aws.{key}"): value for key, value in aws.items()}

    def put_annotation(self, key: str, value: Value) -> None:
        """Searchable by `key`, if it is of a kind that an attribute can be."""
        if isinstance(value, str | bool | int | float):
            self.indexed[key] = value

    def add_error_flag(self) -> None:
        """The caller's error, as HTTP says it: a 4xx is no fault."""
        self.attributes.setdefault(HTTP["status"], CALLER_ERROR)

    def add_exception(self, error: BaseException, frames: traceback.StackSummary) -> None:
        """What failed it: the type and where. Its text may hold anything, and is not kept."""
        self.failed = True
        self.exception = (type(error).__name__, "".join(frames.format()))


class Steps:
    """The steps of one invocation after the other; `send` gets those of each when it is over."""

    def __init__(self, send: Callable[[Sequence[Span]], None]) -> None:
        self._send = send
        self._open: OpenSteps[Span] = OpenSteps(
            lambda span: span.in_progress and span.invocation is self._invocation
        )
        self._invocation: Invocation | None = None
        self._spans: list[Span] = []

    def begin(self, root: str, parent: str) -> None:
        """A new invocation, whose steps belong under Lambda's segment `parent` of the trace `root`."""
        self._invocation, self._spans = Invocation(root, parent), []
        self._open.begin()

    def end(self) -> None:
        """Send what the invocation recorded, if anything. A step still open in a thread is sent as such."""
        spans, self._invocation, self._spans = self._spans, None, []
        self._open.end()
        self._send(spans)

    def current(self) -> Span | None:
        """The innermost step that is open here, None outside of an invocation that is recorded."""
        return None if self._invocation is None else self._open.current()

    def open(self, name: str, namespace: Namespace) -> Span | None:
        """Begin a step, to be ended with `end_subsegment`; None outside of an invocation that is recorded."""
        if self._invocation is None:
            return None
        parent = self.current()
        span = Span(name, namespace, self._invocation, parent.id if parent else self._invocation.parent_id)
        if self._open.room():
            self._spans.append(span)
        self._open.push(span)
        return span

    def end_subsegment(self) -> None:
        """End the innermost step."""
        ended = self._open.pop()
        if ended is not None and ended.in_progress:
            ended.close()


def install(libraries: tuple[str, ...], runtime_api: str | None) -> Steps:
    """Begin to record, to where the environment says; `libraries` are patched, of which `botocore` is known.

    Raises what is wrong with the environment.
    """
    from handlers import otlp_send  # noqa: PLC0415  # which needs the spans

    steps = Steps(otlp_send.configured(runtime_api))
    if "botocore" in libraries:
        _patch_botocore(steps)
    return steps


def _patch_botocore(steps: Steps) -> None:
    import botocore.client  # noqa: PLC0415  # as late as the function itself needs it

    base: Any = botocore.client.BaseClient
    original = base._make_api_call  # noqa: SLF001  # what every instrumentation wraps

    def recorded(client: Any, operation: str, arguments: Any) -> Any:
        span = steps.open(client.meta.service_model.endpoint_prefix, "aws")
        if span is None:
            return original(client, operation, arguments)
        span.set_aws({"operation": operation, "region": client.meta.region_name})
        try:
            answer = original(client, operation, arguments)
            _answered(span, answer)
        except BaseException as error:
            _answered(span, getattr(error, "response", None))  # botocore's ClientError has it
            span.add_exception(error, traceback.extract_tb(error.__traceback__, limit=-STACK_LIMIT))
            raise
        else:
            return answer
        finally:
            steps.end_subsegment()

    base._make_api_call = recorded  # noqa: SLF001


def _answered(span: Span, answer: Any) -> None:
    """Take the status from an answer as botocore has it."""
    metadata = answer.get("ResponseMetadata") if isinstance(answer, Mapping) else None
    status = metadata.get("HTTPStatusCode") if isinstance(metadata, Mapping) else None
    if status is not None:
        span.put_http_meta("status", status)
