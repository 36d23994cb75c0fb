"""The spans of one trace -> a tree with corrected times, and its critical path.

What it corrects, and only that: an inferred segment is folded into the call it restates; a segment that
another host's clock puts outside the call that caused it is moved inside; a cold start recorded ahead of
its function's segment is counted into it; what a handler recorded lies under Lambda's `Invocation`; a span
that never ended ends with its parent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from reports.traces.read.segments import Hop, Span

FUNCTION = "AWS::Lambda::Function"
INITIALIZATION = ("Initialization", "Restore")  # Lambda's names, without and with SnapStart
INVOCATION = "Invocation"
PHASES = (*INITIALIZATION, INVOCATION, "Overhead")  # all that Lambda itself records of a function
BY_START, BY_END = attrgetter("start"), attrgetter("end")
ACCEPTED = 202  # the status of an asynchronous call: what it starts may run after it
NO_ROOT, ROOTS, OPEN, CIRCLE = "no root", "more than one root", "the root never ended", "circular parents"
ORPHANS, UNFINISHED, HEADLESS = "orphaned parts", "unfinished spans", "caller not recorded"


@dataclass(slots=True)
class Tree:
    """A trace. `root` is None if there is none to measure by, and `defects` then say why.

    `orphans` are the tops of the parts whose parent is missing, `unfinished` the spans closed here.
    `headless`: the root itself names a parent that is not in the data; everything below is there.
    """

    trace_id: str
    root: Span | None = None
    orphans: list[Span] = field(default_factory=list)
    unfinished: list[Span] = field(default_factory=list)
    headless: bool = False
    shifted_s: list[float] = field(default_factory=list)
    cold: bool = False
    defects: list[str] = field(default_factory=list)

    @property
    def analysed(self) -> bool:
        """Whether its times take part in the statistics: one finished root, and nothing orphaned."""
        return self.root is not None and not self.orphans

    @property
    def top(self) -> Span:
        """The root of a trace that has one. Raises ValueError for one that has none."""
        if self.root is None:
            raise ValueError(f"trace {self.trace_id} cannot be measured: {', '.join(self.defects)}")
        return self.root

    @property
    def total_s(self) -> float:
        """The root's duration: what the caller waited."""
        return self.top.end - self.top.start

    def walk(self) -> Iterator[tuple[int, Span]]:
        """Depth and span, parents first, siblings in order of start."""
        stack = [(0, self.top)]
        while stack:
            depth, span = stack.pop()
            yield depth, span
            stack.extend((depth + 1, child) for child in reversed(span.children))


class Piece(NamedTuple):
    """A stretch of the critical path, in epoch seconds, and the span that held the request up in it."""

    span: Span
    start: float
    end: float


def build(trace_id: str, spans: Mapping[str, Span]) -> Tree:
    """Link, check and correct the spans of one trace. Changes them in place: build a trace once."""
    tree = Tree(trace_id)
    heads, tops = _link(spans)
    if len(heads) > 1:
        tree.defects.append(ROOTS)
        tree.orphans = tops
        return tree
    if heads:
        root, tree.orphans = heads[0], tops
    elif tops:
        tops.sort(key=lambda top: (top.hop.kind != "service", top.start))
        root, tree.orphans, tree.headless = tops[0], tops[1:], True
    else:
        tree.defects.append(NO_ROOT)
        return tree
    if not root.finished:
        tree.unfinished.append(root)
        tree.defects.append(OPEN)
        return tree
    reached, linked = _correct(tree, root), sum(not span.inferred for span in spans.values())
    if reached < linked and not tree.orphans:
        tree.defects.append(CIRCLE)
        return tree
    tree.root = root
    tree.defects += [
        what
        for what, found in ((ORPHANS, tree.orphans), (UNFINISHED, tree.unfinished), (HEADLESS, tree.headless))
        if found
    ]
    return tree


def critical_path(root: Span) -> list[Piece]:
    """Who held the request up, from the root's start to its end without gap or overlap.

    Every instant belongs to the deepest span at work in it; where siblings overlap, to the one that ends
    last, for it alone was waited for. So the pieces add up to the root's duration.
    """
    pieces: list[Piece] = []
    stack = [(root, root.start, root.end)]
    while stack:
        span, low, cursor = stack.pop()
        children = span.children
        if len(children) > 1:
            children = sorted(children, key=BY_END, reverse=True)
        for child in children:
            end, start = min(child.end, cursor), max(child.start, low)
            if end <= start:
                continue
            if end < cursor:
                pieces.append(Piece(span, end, cursor))
            stack.append((child, start, end))
            cursor = start
        if cursor > low:
            pieces.append(Piece(span, low, cursor))
    pieces.sort(key=BY_START)
    return pieces


def _link(spans: Mapping[str, Span]) -> tuple[list[Span], list[Span]]:
    """Fill `children`; returns the spans without a parent, and those whose parent is missing."""
    heads: list[Span] = []
    tops: list[Span] = []
    for span in spans.values():
        parent = spans.get(span.parent_id) if span.parent_id else None
        if span.inferred:
            if parent is not None:
                parent.failed |= span.failed
        elif parent is not None:
            parent.children.append(span)
        else:
            (tops if span.parent_id else heads).append(span)
    return heads, tops


def _correct(tree: Tree, root: Span) -> int:
    """Correct times from the root down, order siblings, tell cold starts; returns how many spans it met."""
    colds = [_is_cold(root, root)]
    stack: list[tuple[Span, float, str]] = [(root, 0.0, root.hop.name)]
    while stack:
        span, shift, owner = stack.pop()
        if span.hop.detail == FUNCTION:
            _put_under_invocation(span)
        for child in span.children:
            if not child.finished:
                tree.unfinished.append(child)
                child.end = max(child.start, span.end - shift)
            child_shift, child_owner = shift, owner
            if shift:
                child.start += shift
                child.end += shift
            if child.hop.kind == "service":
                child_owner = child.hop.name
                skew = _skew(span, child)
                if skew:
                    tree.shifted_s.append(skew)
                    child.start += skew
                    child.end += skew
                    child_shift += skew
                _count_initialization_in(span, child, child_shift)
            elif child.hop.kind in ("step", "local"):
                child.hop = _owned(child.hop, owner)
            colds.append(_is_cold(child, root))
            stack.append((child, child_shift, child_owner))
        if len(span.children) > 1:
            span.children.sort(key=BY_START)
    tree.cold = True in colds and False not in colds
    return len(colds)


@lru_cache(maxsize=4096)
def _owned(hop: Hop, owner: str) -> Hop:
    """A step's or local hop under its segment: `## predict` of the model is not that of the function."""
    return hop._replace(detail=owner)


def _put_under_invocation(function: Span) -> None:
    """Lambda's `Invocation` encloses what the handler recorded in it, also where both name one parent.

    Before any shift: both are told by one host's clock, and still as they were sent.
    """
    invocation = next((child for child in function.children if child.hop.name == INVOCATION), None)
    if invocation is None:
        return
    end = invocation.end if invocation.finished else float("inf")
    inside: list[Span] = []
    beside: list[Span] = []
    for child in function.children:
        enclosed = invocation.start <= (child.start + child.end) / 2 <= end
        (inside if enclosed and child.hop.name not in PHASES else beside).append(child)
    function.children = beside
    invocation.children += inside


def _skew(parent: Span, child: Span) -> float:
    """Seconds to move another host's segment by, so that it lies within what caused it; 0 if it may stay.

    A segment cannot start before its parent. One that outlasts the call it answers is moved only if it
    fits into the call and the call was not asynchronous.
    """
    spare = (parent.end - parent.start) - (child.end - child.start)
    before = child.start < parent.start
    after = child.end > parent.end and parent.hop.kind in ("aws", "remote") and parent.status != ACCEPTED
    if spare >= 0 and (before or after):
        return parent.start + spare / 2 - child.start
    return parent.start - child.start if before else 0.0


def _count_initialization_in(parent: Span, function: Span, shift: float) -> None:
    """A cold start recorded ahead of the function's segment delayed it: let the segment begin with it.

    Not with provisioned concurrency, whose initialisation ran before the request came.
    """
    for child in function.children:
        if child.hop.name in INITIALIZATION and parent.start <= child.start + shift < function.start:
            function.start = child.start + shift


def _is_cold(span: Span, root: Span) -> bool | None:
    """True if the span tells of a cold start, False if of one before the request came, None if of neither."""
    if span.hop.kind == "local" and span.hop.name in INITIALIZATION:
        return root.start <= span.start < root.end
    return True if span.annotations and span.annotations.get("cold_start") is True else None
