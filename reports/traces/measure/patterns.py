"""Trees -> shapes that cost time: calls repeated in a loop, and calls in a row that might run side by side.

It finds and counts; `advice` says what is worth saying. A trace does not show whether one call needs the
answer of the one before, so the second shape is a question to the reader, never a verdict.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple

from reports.traces.measure.trees import Tree
from reports.traces.read.segments import Hop, Span

LOOP_LENGTH = 3  # two calls may be chance, three are a loop
OVERLAP_S = 1e-4  # calls overlap by more than this, or not at all: clocks are read between them
BACK_TO_BACK_SHARE = 0.1  # of the shorter neighbour; after a longer pause something else came between


class Shape(NamedTuple):
    """A kind of pattern under one parent hop: `loop` of one hop, or `row` of several."""

    kind: Literal["loop", "row"]
    parent: Hop
    hops: tuple[Hop, ...]


@dataclass(slots=True)
class Pattern:
    """Where a shape occurs. `calls` and `saving_ms` have one entry per trace it occurs in.

    `saving_ms` is the most that a request could save: all but the longest of its calls. `example` is the
    trace in which that is largest.
    """

    calls: list[int] = field(default_factory=list)
    saving_ms: list[float] = field(default_factory=list)
    example: str = ""
    example_ms: float = -1.0

    def add(self, trace_id: str, calls: int, saving_ms: float) -> None:
        """Count one trace."""
        self.calls.append(calls)
        self.saving_ms.append(saving_ms)
        if saving_ms > self.example_ms:
            self.example, self.example_ms = trace_id, saving_ms


@dataclass(slots=True)
class Found:
    """All patterns, and per hop how often a failed call was made again at once."""

    patterns: dict[Shape, Pattern] = field(default_factory=dict)
    made_again: Counter[Hop] = field(default_factory=Counter)


def find_patterns(trees: Iterable[Tree]) -> Found:
    """Look at the siblings under every span of every trace."""
    found = Found()
    for tree in trees:
        calls: Counter[Shape] = Counter()
        savings: dict[Shape, float] = {}
        stack = [tree.top]
        while stack:
            parent = stack.pop()
            stack += parent.children
            if len(parent.children) > 1:
                groups = _groups(parent.children)
                if any(child.failed for child in parent.children):
                    found.made_again.update(_made_again(groups))
                for shape, spans in _shapes(parent, groups):
                    calls[shape] += len(spans)
                    savings[shape] = savings.get(shape, 0.0) + _saving_ms(spans)
        for shape, saving_ms in savings.items():
            found.patterns.setdefault(shape, Pattern()).add(tree.trace_id, calls[shape], saving_ms)
    return found


def _groups(siblings: Sequence[Span]) -> dict[Hop, list[Span]]:
    """The calls and business steps among siblings, by hop, in order of start."""
    groups: dict[Hop, list[Span]] = {}
    for span in siblings:
        if span.hop.kind in ("aws", "remote", "step"):
            groups.setdefault(span.hop, []).append(span)
    return groups


def _made_again(groups: dict[Hop, list[Span]]) -> Counter[Hop]:
    again: Counter[Hop] = Counter()
    for hop, spans in groups.items():
        if hop.kind != "step":
            again[hop] = sum(
                bool(first.failed) and _follows(first, second) for first, second in pairwise(spans)
            )
    return +again


def _shapes(parent: Span, groups: dict[Hop, list[Span]]) -> Iterator[tuple[Shape, list[Span]]]:
    loops: set[Hop] = set()
    for hop, spans in groups.items():
        done = [span for span in spans if not span.failed]
        if len(done) >= LOOP_LENGTH and all(map(_follows, done, done[1:])):
            loops.add(hop)
            yield Shape("loop", parent.hop, (hop,)), done
    if len(groups) - len(loops) < 2:  # noqa: PLR2004  # a row takes two
        return
    row: list[Span] = []
    for span in parent.children:
        if span.hop not in groups or span.hop in loops or span.failed or not _carries_call(span):
            yield from _row(parent, row)
            row = []
        elif row and _back_to_back(row[-1], span) and all(span.hop != other.hop for other in row):
            row.append(span)
        else:
            yield from _row(parent, row)
            row = [span]
    yield from _row(parent, row)


def _row(parent: Span, spans: list[Span]) -> Iterator[tuple[Shape, list[Span]]]:
    if len(spans) > 1:
        yield Shape("row", parent.hop, tuple(span.hop for span in spans)), spans


def _follows(first: Span, second: Span) -> bool:
    return second.start >= first.end - OVERLAP_S


def _back_to_back(first: Span, second: Span) -> bool:
    shorter = min(first.end - first.start, second.end - second.start)
    return _follows(first, second) and second.start - first.end <= max(
        OVERLAP_S, BACK_TO_BACK_SHARE * shorter
    )


def _carries_call(span: Span) -> bool:
    """Whether it waits for somebody else: only waiting can be done side by side."""
    stack = [span]
    while stack:
        inner = stack.pop()
        if inner.hop.kind in ("aws", "remote"):
            return True
        stack.extend(inner.children)
    return False


def _saving_ms(spans: Sequence[Span]) -> float:
    durations = [span.end - span.start for span in spans]
    return (sum(durations) - max(durations)) * 1000
