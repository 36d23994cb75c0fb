"""A JSON value -> the segment documents in it, in every form in which AWS and its tools hand traces out.

X-Ray's BatchGetTraces, ListRetrievedTraces, PutTraceSegments and the daemon's datagrams; whatever part of
them a `--query` leaves; CloudWatch Logs' events and Insights results of `aws/spans`; OTLP/JSON.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reports.traces.read import otlp

Found = Iterator[tuple[str, "Any | NotTracesError"]]
Reader = Callable[[Mapping[str, Any], "Notes", str], Found]
SEGMENT = {"trace_id", "id", "name", "start_time"}
SUMMARY = {"ResponseTime", "HasFault", "EntryPoint", "ResponseTimeRootCauses"}  # keys of a TraceSummary alone


class NotTracesError(ValueError):
    """A JSON value that holds no traces; the message says what it holds, or how to get them."""


@dataclass(slots=True)
class Notes:
    """What the data say of their own completeness: ids of truncated traces and of those not handed out."""

    truncated: set[str] = field(default_factory=set)
    unprocessed: set[str] = field(default_factory=set)
    more: bool = False
    running: bool = False

    def lines(self) -> list[str]:
        """The notes in words, for the reader of the report."""
        found = []
        if self.truncated:
            found.append(
                f"{_traces(self.truncated)} truncated by X-Ray (LimitExceeded): parts are missing and "
                f"the rest is measured"
            )
        if self.unprocessed:
            found.append(f"{_traces(self.unprocessed)} not handed out by X-Ray (UnprocessedTraceIds)")
        if self.more:
            found.append("there are more traces than were fetched: the output ends with a NextToken")
        if self.running:
            found.append("the retrieval was still running when it was asked: traces may be missing")
        return found


def documents(value: Any, notes: Notes, place: str = "") -> Found:
    """Each segment document in `value`, or why there is none, with words on where in it."""
    try:
        yield from _read(value, notes, place)
    except NotTracesError as error:
        yield place, error


def _read(value: Any, notes: Notes, place: str) -> Found:
    if isinstance(value, str):
        yield from documents(_json(value), notes, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if item is not None:  # what a `--query` found nothing for
                yield from documents(item, notes, f"{place}item {index}: ")
    elif not isinstance(value, Mapping):
        raise NotTracesError(f"a segment is a JSON object, not {json.dumps(value)[:40]}")
    elif SEGMENT & value.keys() and "spanId" not in value:
        yield place, value
    else:
        yield from _reader(value)(value, notes, place)


def _reader(value: Mapping[str, Any]) -> Reader:
    """The reader for what a JSON object holds. Raises `NotTracesError`."""
    for key, reader in READERS.items():
        if key in value:
            return reader
    if SUMMARY & value.keys():
        raise NotTracesError(_SUMMARIES)
    keys = ", ".join(f"`{key}`" for key in list(value)[:5])
    raise NotTracesError(
        f"neither a segment (no `trace_id`) nor an answer with traces; it has {keys or 'no key'}"
    )


_SUMMARIES = (
    "these are trace summaries, which hold no segments; fetch them with "
    "`aws xray batch-get-traces --trace-ids ID ...`, at most 5 ids a call"
)


def _answer(value: Mapping[str, Any], notes: Notes, place: str) -> Found:
    """BatchGetTraces and ListRetrievedTraces."""
    notes.unprocessed.update(map(str, value.get("UnprocessedTraceIds") or ()))
    notes.more |= bool(value.get("NextToken"))
    notes.running |= value.get("RetrievalStatus") in (
        "SCHEDULED",
        "RUNNING",
        "TIMEOUT",
        "FAILED",
        "CANCELLED",
    )
    for trace in _list(value, "Traces"):
        yield from documents(trace, notes, place)


def _trace(value: Mapping[str, Any], notes: Notes, place: str) -> Found:
    place = f"{place}trace {value.get('Id')}, "
    if value.get("LimitExceeded") is True:
        notes.truncated.add(str(value.get("Id")))
    for part in _list(value, "Segments" if "Segments" in value else "Spans"):
        yield from documents(part, notes, place)


def _part(value: Mapping[str, Any], notes: Notes, place: str) -> Found:
    yield from documents(value["Document"], notes, f"{place}segment {value.get('Id')}: ")


def _request(value: Mapping[str, Any], notes: Notes, place: str) -> Found:
    for index, text in enumerate(_list(value, "TraceSegmentDocuments")):
        yield from documents(text, notes, f"{place}document {index}: ")


def _summaries(_value: Mapping[str, Any], _notes: Notes, place: str) -> Found:
    yield place, NotTracesError(_SUMMARIES)


def _log_events(value: Mapping[str, Any], notes: Notes, place: str) -> Found:
    notes.more |= bool(value.get("nextToken"))
    for index, event in enumerate(_list(value, "events" if "events" in value else "logEvents")):
        yield from documents(event, notes, f"{place}event {index}: ")


def _message(value: Mapping[str, Any], notes: Notes, place: str) -> Found:
    yield from documents(value["message" if "message" in value else "@message"], notes, place)


def _insights(value: Mapping[str, Any], notes: Notes, place: str) -> Found:
    for index, row in enumerate(_list(value, "results")):
        here = f"{place}result {index}: "
        cells = [cell for cell in row if isinstance(cell, Mapping)] if isinstance(row, list) else []
        message = next((cell.get("value") for cell in cells if cell.get("field") == "@message"), None)
        if message is None:
            yield here, NotTracesError("no `@message`; let the query begin with `fields @message`")
        else:
            yield from documents(message, notes, here)


def _spans(value: Mapping[str, Any], _notes: Notes, place: str) -> Found:
    try:
        for span, resource in otlp.spans(value):
            try:
                yield place, otlp.document(span, resource)
            except otlp.SpanError as error:
                yield place, NotTracesError(error)
    except otlp.SpanError as error:
        raise NotTracesError(error) from None


def _header(_value: Mapping[str, Any], _notes: Notes, _place: str) -> Found:
    yield from ()  # the first line of a datagram says nothing about a trace


# By the key that tells; the first one that a value has decides.
READERS: Mapping[str, Reader] = {
    "spanId": _spans,
    "resourceSpans": _spans,
    "resource_spans": _spans,
    "Traces": _answer,
    "Segments": _trace,
    "Spans": _trace,
    "Document": _part,
    "TraceSegmentDocuments": _request,
    "TraceSummaries": _summaries,
    "events": _log_events,
    "logEvents": _log_events,
    "results": _insights,
    "message": _message,
    "@message": _message,
    "UnprocessedTraceIds": _answer,
    "format": _header,
}


def _list(value: Mapping[str, Any], key: str) -> list[Any]:
    found = value.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise NotTracesError(f"`{key}` is not a list")
    return found


def _json(text: str) -> Any:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotTracesError(f"not JSON: {error.msg} at column {error.colno}") from None
    except ValueError as error:
        raise NotTracesError(f"cannot be read: {error}") from None
    if not isinstance(value, dict | list):
        raise NotTracesError(f"a segment is a JSON object, not {text[:40]}")
    return value


def _traces(ids: set[str]) -> str:
    names = ", ".join(sorted(ids)[:3]) + (", …" if len(ids) > 3 else "")  # noqa: PLR2004  # enough to look at
    return f"{len(ids):,} {'trace was' if len(ids) == 1 else 'traces were'} ({names})"
