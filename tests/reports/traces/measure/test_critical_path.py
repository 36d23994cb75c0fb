"""The critical path: no gap, no overlap, and who was at work in each instant of it."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.traces.measure.path import critical_path
from reports.traces.measure.trees import build
from reports.traces.read.segments import Span, TraceStore
from tests.reports.traces.make import T0, segment, trace_id

TRACE = trace_id(1)


def root_of(*children: dict[str, Any], end: float = 100) -> Span:
    document = segment("root", 0, end, span_id="root", trace=TRACE, subs=list(children))
    return build(TRACE, TraceStore().add_all([document]).traces[TRACE]).top


def path(root: Span) -> list[tuple[str, float, float]]:
    return [
        (piece.span.id, round((piece.start - T0) * 1000, 3), round((piece.end - T0) * 1000, 3))
        for piece in critical_path(root)
    ]


def sub(span_id: str, start: float, end: float, *subs: dict[str, Any]) -> dict[str, Any]:
    return segment(span_id, start, end, span_id=span_id, subs=list(subs))


def test_time_under_no_child_is_the_spans_own() -> None:
    assert path(root_of(sub("a", 10, 40), sub("b", 60, 90))) == [
        ("root", 0, 10),
        ("a", 10, 40),
        ("root", 40, 60),
        ("b", 60, 90),
        ("root", 90, 100),
    ]


def test_of_overlapping_siblings_the_one_that_ends_last_was_waited_for() -> None:
    found = path(root_of(sub("short", 10, 50), sub("long", 10, 90)))
    assert found == [("root", 0, 10), ("long", 10, 90), ("root", 90, 100)]


def test_what_a_sibling_did_before_the_one_waited_for_began_is_its_own() -> None:
    found = path(root_of(sub("first", 10, 60), sub("second", 50, 90)))
    assert found == [("root", 0, 10), ("first", 10, 50), ("second", 50, 90), ("root", 90, 100)]


def test_the_deepest_span_at_work_owns_the_instant() -> None:
    found = path(root_of(sub("a", 0, 100, sub("b", 20, 80, sub("c", 30, 40)))))
    assert found == [("a", 0, 20), ("b", 20, 30), ("c", 30, 40), ("b", 40, 80), ("a", 80, 100)]


def test_work_that_outlasts_the_answer_counts_only_up_to_it() -> None:
    assert path(root_of(sub("late", 90, 250))) == [("root", 0, 90), ("late", 90, 100)]


Tree = tuple[float, float, list[Any]]
trees: st.SearchStrategy[Tree] = st.recursive(
    st.tuples(st.floats(-20, 120), st.floats(0, 90), st.just([])),
    lambda inner: st.tuples(st.floats(-20, 120), st.floats(0, 90), st.lists(inner, max_size=4)),
    max_leaves=25,
)


def built(children: list[Tree], end: float) -> Span:
    ids = iter(range(10_000))

    def made(tree: Tree) -> dict[str, Any]:
        start, length, inner = tree
        return sub(f"s{next(ids)}", start, start + length, *(made(item) for item in inner))

    return root_of(*(made(child) for child in children), end=end)


@given(children=st.lists(trees, max_size=5), end=st.floats(1, 150))
@settings(max_examples=120, deadline=None)
def test_the_pieces_add_up_to_the_total_without_gap_or_overlap(children: list[Tree], end: float) -> None:
    root = built(children, end)
    pieces = critical_path(root)
    assert pieces[0].start == root.start
    assert pieces[-1].end == root.end
    assert all(first.end == second.start for first, second in pairwise(pieces))
    assert all(piece.start < piece.end for piece in pieces)
    assert sum(piece.end - piece.start for piece in pieces) == pytest.approx(root.end - root.start, abs=1e-6)


@given(children=st.lists(trees, max_size=5), end=st.floats(1, 150))
@settings(max_examples=120, deadline=None)
def test_a_piece_lies_within_its_span_and_under_it_no_child_is_at_work(
    children: list[Tree], end: float
) -> None:
    for span, start, stop in critical_path(built(children, end)):
        assert span.start <= start
        assert stop <= span.end
        middle = (start + stop) / 2
        assert not any(child.start < middle < child.end for child in span.children)
