"""A tree -> its critical path: who held the request up, instant by instant."""

from operator import attrgetter
from typing import NamedTuple

from reports.traces.read.segments import Span

BY_START, BY_END = attrgetter("start"), attrgetter("end")


class Piece(NamedTuple):
    """A stretch of the critical path, in epoch seconds, and the span that held the request up in it."""

    span: Span
    start: float
    end: float


def critical_path(root: Span) -> list[Piece]:
    """Who held the request up, from the root's start to its end without gap or overlap.

    Every instant belongs to the deepest span at work in it; where siblings overlap, to the one that ends
    last, for it alone was waited for. What nobody waited for has no part in it. So the pieces add up to the
    root's duration.
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
            if end <= start or child.detached:
                continue
            if end < cursor:
                pieces.append(Piece(span, end, cursor))
            stack.append((child, start, end))
            cursor = start
        if cursor > low:
            pieces.append(Piece(span, low, cursor))
    pieces.sort(key=BY_START)
    return pieces
