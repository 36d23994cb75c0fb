"""X-Ray segment documents -> spans, merged by id into traces.

Takes documents as `PutTraceSegments` and the daemon accept them: segments, subsegments sent by themselves,
nested subsegments, parts in progress, in any order and more than once. It checks what the report needs and
nothing else, and it does not link spans to each other (`trees` does).
Fields: "AWS X-Ray segment documents", X-Ray developer guide.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Kind = Literal["service", "aws", "remote", "step", "local"]
ERROR, FAULT, THROTTLE = 1, 2, 4
STEP_PREFIX = "## "
TRACE_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
LAST_TIME_S = 1e11  # the year 5138; a time in milliseconds is above it
MESSAGE_CHARS = 200  # of an exception, to show
NOTHING: Mapping[str, Any] = {}
NUMBER = (int, float)
CALLS: Mapping[str, Kind] = {"aws": "aws", "remote": "remote"}  # by namespace
ACCEPTED = 202  # HTTP's status of a call whose work is done later
# AWS operations that hand work on and do not wait for it: SNS, EventBridge, SQS, Step Functions, streams.
HANDING_ON = {
    *("Publish", "PublishBatch", "PutEvents", "SendMessage", "SendMessageBatch"),
    *("StartExecution", "InvokeAsync", "PutRecord", "PutRecords", "PutRecordBatch"),
}


class SegmentError(ValueError):
    """A document is not an X-Ray segment; the message names the field and what is wrong with it."""


class Hop(NamedTuple):
    """What a span is an instance of: the key of every statistic.

    `service` is a segment (detail: its origin), `aws` and `remote` are downstream calls (detail: the
    operation, where one is recorded), `step` is a business step `## name`, `local` any other subsegment
    (detail of both, once they are in a tree: the segment they belong to).
    """

    kind: Kind
    name: str
    detail: str = ""

    @property
    def label(self) -> str:
        """Name and detail in one line, an origin without its `AWS::`."""
        return f"{self.name} · {self.detail.removeprefix('AWS::')}" if self.detail else self.name


@dataclass(slots=True)
class Span:
    """One segment or subsegment. Times are epoch seconds; while it is not `finished`, `end` is its start.

    Not frozen: `trees` links children and corrects times in place, for there may be a million of them.
    `failed` holds the bits ERROR, FAULT and THROTTLE. What an `asynchronous` call starts is not waited for.
    `request` is a remote call's HTTP method and address, `exception` a type and message.
    `detached` is set by `trees`: the span was started and not waited for.
    """

    id: str
    parent_id: str | None
    hop: Hop
    start: float
    end: float
    finished: bool
    failed: int
    status: int | None
    retries: int
    inferred: bool
    annotations: Mapping[str, Any] | None
    asynchronous: bool = False
    request: tuple[str, str] | None = None
    exception: tuple[str, str] | None = None
    detached: bool = False
    children: list["Span"] = field(default_factory=list)


class TraceStore:
    """Documents merged into `traces`: trace id -> span id -> span.

    Of several documents with one id the last complete one wins; an unfinished one never replaces it.
    """

    def __init__(self) -> None:
        self.traces: dict[str, dict[str, Span]] = {}
        self.documents = 0
        self._hops: dict[tuple[Any, ...], Hop] = {}

    def add(self, document: Mapping[str, Any]) -> None:
        """Merge one document. Raises `SegmentError`, and then has merged nothing of it."""
        trace_id = document.get("trace_id") if isinstance(document, Mapping) else None
        if not isinstance(trace_id, str) or not (trace_id in self.traces or TRACE_ID.fullmatch(trace_id)):
            raise SegmentError(
                f"`trace_id` is {trace_id!r}, not of the form 1-xxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx"
            )
        spans = self._flatten(document)
        merged = self.traces.setdefault(trace_id, {})
        for span in spans:
            known = merged.get(span.id)
            if known is None or span.finished or not known.finished:
                merged[span.id] = span
        self.documents += 1

    def add_all(self, documents: Iterable[Mapping[str, Any]]) -> "TraceStore":
        """Merge every document; returns itself. Raises `SegmentError` at the first bad one."""
        for document in documents:
            self.add(document)
        return self

    def _flatten(self, document: Mapping[str, Any]) -> list[Span]:
        alone, caller = document.get("type") == "subsegment", document.get("parent_id") or None
        if caller is not None and not isinstance(caller, str):
            raise SegmentError(f"`parent_id` is {caller!r}, not a text")
        if alone and caller is None:
            raise SegmentError("a subsegment sent by itself needs a `parent_id`")
        spans: list[Span] = []
        stack: list[tuple[Any, str | None, bool]] = [(document, caller, alone)]
        while stack:
            raw, parent_id, is_sub = stack.pop()
            span = self._span(raw, parent_id, is_sub=is_sub)
            spans.append(span)
            nested = raw.get("subsegments")
            if nested:
                if not isinstance(nested, list):
                    raise SegmentError(f"`subsegments` of {span.hop.name!r} is not a list")
                stack += [(sub, span.id, True) for sub in nested]
        return spans

    def _span(self, raw: Any, parent_id: str | None, *, is_sub: bool) -> Span:
        if type(raw) is not dict:
            raise SegmentError(f"a segment is a JSON object, not {type(raw).__name__}")
        span_id, name = raw.get("id"), raw.get("name")
        if type(span_id) is not str or type(name) is not str or not span_id or not name:
            raise SegmentError(f"`id` and `name` must be texts, and are {span_id!r} and {name!r}")
        start, end, finished = raw.get("start_time"), raw.get("end_time"), True
        if type(start) is not float or type(end) is not float or not 0 <= start <= end < LAST_TIME_S:
            start, end, finished = _times(raw, name, start, end)
        aws = _object(raw, "aws") if "aws" in raw else NOTHING
        http = _object(raw, "http") if "http" in raw else NOTHING
        status = _object(http, "response").get("status") if http else None
        failed = (
            (raw.get("error") is True and ERROR)
            | (raw.get("fault") is True and FAULT)
            | (raw.get("throttle") is True and THROTTLE)
        )
        retries = aws.get("retries")
        return Span(
            span_id,
            parent_id,
            self._hop(raw, text(name), aws, is_sub=is_sub),
            start,
            end,
            finished,
            failed or (_failed_by(status) if status else 0),
            status if isinstance(status, int) else None,
            retries if isinstance(retries, int) else 0,
            raw.get("inferred") is True,
            _annotations(raw) if "annotations" in raw else None,
            asynchronous=is_sub and (status == ACCEPTED or _hands_on(raw, aws)),
            request=_request(http) if http and raw.get("namespace") == "remote" else None,
            exception=_exception(raw) if "cause" in raw else None,
        )

    def _hop(self, raw: Mapping[str, Any], name: str, aws: Mapping[str, Any], *, is_sub: bool) -> Hop:
        """The hop of a span; one object for all spans of the hop."""
        namespace = raw.get("namespace") if is_sub else None
        detail = aws.get("operation") if is_sub else raw.get("origin")
        key = (is_sub, namespace, name, detail)
        try:
            return self._hops[key]
        except KeyError:
            kind: Kind = "step" if name.startswith(STEP_PREFIX) else "local"
            kind = CALLS.get(str(namespace), kind) if is_sub else "service"
            return self._hops.setdefault(key, Hop(kind, name, text(str(detail or ""))))
        except TypeError:
            raise SegmentError(f"`namespace`, `operation` or `origin` of {name!r} is not a text") from None


def _times(raw: Mapping[str, Any], name: str, start: Any, end: Any) -> tuple[float, float, bool]:
    """Start, end and whether it ended, of what is not plainly two floats in order."""
    if not isinstance(start, NUMBER) or not 0 <= start < LAST_TIME_S:
        raise SegmentError(f"`start_time` of {name!r} is {start!r}, not epoch seconds")
    if end is None:
        if not raw.get("in_progress"):
            raise SegmentError(f"{name!r} has neither `end_time` nor `in_progress`")
        return float(start), float(start), False
    if not isinstance(end, NUMBER) or not 0 <= end < LAST_TIME_S:
        raise SegmentError(f"`end_time` of {name!r} is {end!r}, not epoch seconds")
    if end < start:
        raise SegmentError(f"{name!r} ends {start - end:.6f} s before it starts")
    return float(start), float(end), True


def text(raw: str) -> str:
    """A text that any page and terminal can show: what cannot be printed (half a surrogate) is replaced."""
    return raw if raw.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in raw)


def _annotations(raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return {
        text(key): text(v) if isinstance(v, str) else v for key, v in _object(raw, "annotations").items()
    } or None


def _hands_on(raw: Mapping[str, Any], aws: Mapping[str, Any]) -> bool:
    return (
        aws.get("operation") in HANDING_ON
        or aws.get("invocation_type") == "Event"
        or raw.get("asynchronous") is True
    )


def _request(http: Mapping[str, Any]) -> tuple[str, str]:
    request = _object(http, "request")
    return str(request.get("method")), str(request.get("url"))


def _exception(raw: Mapping[str, Any]) -> tuple[str, str] | None:
    """Type and message of the exception that a span failed with; a reference to an inner one's is none."""
    cause = raw.get("cause")
    told = cause.get("exceptions") if isinstance(cause, dict) else None
    first = told[0] if isinstance(told, list) and told else None
    if not isinstance(first, dict):
        return None
    message = " ".join(str(first.get("message") or "").split())
    return text(str(first.get("type") or "exception")), text(message[:MESSAGE_CHARS])


def _object(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key)
    if value is None:
        return NOTHING
    if not isinstance(value, dict):
        raise SegmentError(f"`{key}` is {value!r}, not a JSON object")
    return value


def _failed_by(status: int | None) -> int:
    """Flags by HTTP status, for emitters that set none: 5xx fault, 429 throttle and error, 4xx error."""
    if not isinstance(status, int) or status < 400:  # noqa: PLR2004  # HTTP's own border
        return 0
    if status == 429:  # noqa: PLR2004  # Too Many Requests
        return ERROR | THROTTLE
    return FAULT if status >= 500 else ERROR  # noqa: PLR2004  # HTTP's own border
