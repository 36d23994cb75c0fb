"""The spans of one trace -> who is whose child, before any time is corrected.

An inferred segment is folded into the call that it restates, and what it started hangs there. What a handler
recorded under an earlier invocation of its environment goes to the invocation it ran in. The parts that an
HTTP library was seen to make of one request are one call.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from reports.traces.read.segments import Hop, Span

FUNCTION = "AWS::Lambda::Function"
INITIALIZATION = ("Initialization", "Restore")  # Lambda's names, without and with SnapStart
INVOCATION = "Invocation"
PHASES = (*INITIALIZATION, INVOCATION, "Overhead")  # all that Lambda itself records of a function
READ = "READ"  # the method under which the SDK's httplib patch records the reading of an answer
PAUSE_S = 0.005  # between an answer and its reading: after a longer one, something else came between
BY_START = attrgetter("start")


@dataclass(slots=True)
class Linked:
    """Spans without a parent, those whose parent is missing, and how many were folded into another."""

    heads: list[Span] = field(default_factory=list)
    tops: list[Span] = field(default_factory=list)
    folded: int = 0


def link(spans: Mapping[str, Span]) -> Linked:
    """Fill the `children` of every span."""
    linked = Linked()
    for span in spans.values():
        parent = _parent(span, spans)
        if span.inferred and parent is not None:
            parent.failed |= span.failed
            linked.folded += 1
        elif parent is not None:
            parent.children.append(span)
        else:
            (linked.tops if span.parent_id else linked.heads).append(span)
    _to_their_invocations(spans.values())
    for span in spans.values():
        if len(span.children) > 1 and any(child.request for child in span.children):
            before = len(span.children)
            span.children = _one_call_each(span.children)
            linked.folded += before - len(span.children)
    return linked


def _parent(span: Span, spans: Mapping[str, Span]) -> Span | None:
    """The nearest ancestor that is not folded away."""
    parent = spans.get(span.parent_id) if span.parent_id else None
    for _ in spans:
        if parent is None or not parent.inferred:
            return parent
        above = spans.get(parent.parent_id) if parent.parent_id else None
        if above is None:
            return parent
        parent = above
    return None  # inferred segments that name each other


def _to_their_invocations(spans: Iterable[Span]) -> None:
    """An environment that serves a trace twice may name its first invocation as the parent in the second."""
    functions: dict[Hop, list[Span]] = {}
    for span in spans:
        if span.hop.detail == FUNCTION:
            functions.setdefault(span.hop, []).append(span)
    for twins in functions.values():
        if len(twins) > 1:
            for function in twins:
                invocations = [child for child in function.children if child.hop.name == INVOCATION]
                for holder in (function, *invocations):
                    holder.children = [child for child in holder.children if not _moved(child, holder, twins)]


def _moved(child: Span, holder: Span, twins: list[Span]) -> bool:
    if child.start < holder.end or child.hop.name in PHASES:
        return False
    home = next((twin for twin in twins if twin.start <= child.start < twin.end), None)
    if home is not None:
        home.children.append(child)
    return home is not None


def _one_call_each(children: list[Span]) -> list[Span]:
    """Siblings with the parts of one HTTP request joined: sending it, its answer, reading that.

    The X-Ray SDK for Python records the three by themselves where it patches `http.client`.
    """
    calls: list[Span] = []
    latest: dict[tuple[Hop, str], Span] = {}
    for span in sorted(children, key=BY_START):
        if span.request is None:
            calls.append(span)
            continue
        key = span.hop, span.request[1]
        call = latest.get(key)
        if call is None or not _goes_on(call, span):
            calls.append(span)
            latest[key] = span
        elif span.start - call.end > PAUSE_S:
            span.hop = Hop("local", f"reading {span.hop.name}")
            calls.append(span)
        else:
            call.end, call.finished = max(call.end, span.end), span.finished
            call.status = span.status or call.status
            call.failed |= span.failed
            call.exception = call.exception or span.exception
            call.children += span.children
    return calls


def _goes_on(call: Span, span: Span) -> bool:
    if span.request is None or call.request is None or not call.finished or span.start < call.end - PAUSE_S:
        return False
    answer = call.status is None and not call.failed and span.status is not None
    return (span.request[0] == READ and call.status is not None) or (answer and span.request == call.request)
