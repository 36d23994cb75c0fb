"""The spans of one trace -> a tree with corrected times.

What it corrects, and only that (besides what `link` does): a segment that another host's clock puts outside
the call that caused it is moved inside; a cold start recorded ahead of its function's segment is counted into
it; what a handler recorded lies under Lambda's `Invocation`; a span that never ended ends with its parent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from reports.traces.measure.link import BY_START, FUNCTION, INITIALIZATION, INVOCATION, PHASES, link
from reports.traces.measure.path import critical_path
from reports.traces.read.segments import Hop, Span

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


def build(trace_id: str, spans: Mapping[str, Span]) -> Tree:
    """Link, check and correct the spans of one trace. Changes them in place: build a trace once."""
    tree = Tree(trace_id)
    linked = link(spans)
    heads, tops = linked.heads, linked.tops
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
    if _correct(tree, root) < len(spans) - linked.folded and not tree.orphans:
        tree.defects.append(CIRCLE)
        return tree
    tree.root = root
    tree.defects += [
        what
        for what, found in ((ORPHANS, tree.orphans), (UNFINISHED, tree.unfinished), (HEADLESS, tree.headless))
        if found
    ]
    return tree


def _correct(tree: Tree, root: Span) -> int:
    """Correct times from the root down, order siblings, tell cold starts; returns how many spans it met."""
    starts = _Starts(root)
    starts.tell(root, root)
    reached = 1
    stack: list[tuple[Span, float, Span]] = [(root, 0.0, root)]
    while stack:
        span, shift, owner = stack.pop()
        reached += len(span.children)
        if span.hop.detail == FUNCTION:
            _put_under_invocation(span)
        for child in span.children:
            child_owner, skew = owner, 0.0
            if not child.finished:
                tree.unfinished.append(child)
                child.end = max(child.start, span.end - shift)
            if shift:
                child.start += shift
                child.end += shift
            if child.hop.kind == "service":
                child_owner, skew = child, _correct_service(tree, span, child, shift)
            elif child.hop.kind in ("step", "local"):
                child.hop = _owned(child.hop, owner.hop.name)
            starts.tell(child, child_owner)
            stack.append((child, shift + skew, child_owner))
        if len(span.children) > 1:
            span.children.sort(key=BY_START)
    tree.cold = starts.waited_for()
    return reached


def _correct_service(tree: Tree, caller: Span, service: Span, shift: float) -> float:
    """Move a segment of another host into its caller; returns by how many seconds, besides the `shift`."""
    service.detached = caller.asynchronous
    skew = _skew(caller, service)
    if skew:
        tree.shifted_s.append(skew)
        service.start += skew
        service.end += skew
    _count_initialization_in(caller, service, shift + skew)
    return skew


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
    fits into the call and somebody waited for it.
    """
    spare = (parent.end - parent.start) - (child.end - child.start)
    before = child.start < parent.start
    after = child.end > parent.end and parent.hop.kind in ("aws", "remote")
    if spare >= 0 and (before or after) and not child.detached:
        return parent.start + spare / 2 - child.start
    return parent.start - child.start if before else 0.0


def _count_initialization_in(parent: Span, function: Span, shift: float) -> None:
    """A cold start recorded ahead of the function's segment delayed it: let the segment begin with it.

    Not with provisioned concurrency, whose initialisation ran before the request came.
    """
    for child in function.children:
        if child.hop.name in INITIALIZATION and parent.start <= child.start + shift < function.start:
            function.start = child.start + shift


@dataclass(slots=True)
class _Starts:
    """What the spans of a trace tell of cold starts, by the segment they belong to."""

    root: Span
    told: dict[str, tuple[Span, list[bool]]] = field(default_factory=dict)

    def tell(self, span: Span, owner: Span) -> None:
        """Keep whether the span tells of a cold start, or of one before the request came; most do neither."""
        if span.hop.kind == "local" and span.hop.name in INITIALIZATION:
            cold = self.root.start <= span.start < self.root.end
        elif span.annotations and span.annotations.get("cold_start") is True:
            cold = True
        else:
            return
        self.told.setdefault(owner.id, (owner, []))[1].append(cold)

    def waited_for(self) -> bool:
        """Whether the request waited for a segment that started cold.

        With provisioned concurrency the first request is told to be cold, and its initialisation is over.
        """
        cold = [owner for owner, told in self.told.values() if all(told)]
        if not cold:
            return False
        on_path = {piece.span.id for piece in critical_path(self.root)}
        return any(not on_path.isdisjoint(span.id for span in _below(owner)) for owner in cold)


def _below(span: Span) -> Iterator[Span]:
    stack = [span]
    while stack:
        inner = stack.pop()
        yield inner
        stack += inner.children
