"""The tree of a trace: roots, orphans, what never ended, other hosts' clocks, cold starts."""

from typing import Any

import pytest

from reports.traces.measure.trees import (
    CIRCLE,
    HEADLESS,
    OPEN,
    ORPHANS,
    ROOTS,
    UNFINISHED,
    Tree,
    build,
)
from reports.traces.read.segments import FAULT, TraceStore
from tests.reports.traces.make import T0, segment, trace_id

TRACE = trace_id(1)


def tree(*documents: dict[str, Any]) -> Tree:
    return build(TRACE, TraceStore().add_all(documents).traces[TRACE])


def times(found: Tree) -> dict[str, tuple[float, float]]:
    return {
        span.id: (round((span.start - T0) * 1000, 3), round((span.end - T0) * 1000, 3))
        for _, span in found.walk()
    }


def seg(name: str, start: float, end: float | None, span_id: str, **more: Any) -> dict[str, Any]:
    return segment(name, start, end, span_id=span_id, trace=TRACE, **more)


def test_a_whole_trace_has_no_defect() -> None:
    found = tree(
        seg("fn", 2, 8, "b", parent="c"),
        seg("api", 0, 10, "a", subs=[segment("Lambda", 1, 9, span_id="c", namespace="aws")]),
    )
    assert found.defects == []
    assert found.analysed
    assert [(depth, span.id) for depth, span in found.walk()] == [(0, "a"), (1, "c"), (2, "b")]
    assert found.total_s == pytest.approx(0.010)


def test_a_part_whose_parent_is_missing_is_an_orphan_and_the_trace_is_left_out() -> None:
    found = tree(seg("api", 0, 10, "a"), seg("model", 3, 4, "m", parent="lost"))
    assert found.defects == [ORPHANS]
    assert [span.id for span in found.orphans] == ["m"]
    assert not found.analysed


def test_a_root_whose_caller_is_recorded_elsewhere_is_measured_and_named_headless() -> None:
    found = tree(seg("api", 0, 10, "a", parent="canary"), seg("fn", 1, 9, "b", parent="a"))
    assert found.defects == [HEADLESS]
    assert found.analysed
    assert found.top.id == "a"


def test_two_roots_cannot_be_measured() -> None:
    found = tree(seg("api", 0, 10, "a"), seg("other", 1, 9, "b"))
    assert found.defects == [ROOTS]
    with pytest.raises(ValueError, match=r"cannot be measured: more than one root"):
        _ = found.total_s


def test_a_root_that_never_ended_cannot_be_measured() -> None:
    found = tree(seg("api", 0, None, "a"), seg("fn", 1, 9, "b", parent="a"))
    assert found.defects == [OPEN]
    assert [span.id for span in found.unfinished] == ["a"]
    assert not found.analysed


@pytest.mark.parametrize("with_root", [True, False])
def test_circular_parents_are_a_defect_and_no_endless_loop(*, with_root: bool) -> None:
    circle = [seg("x", 1, 2, "x", parent="y"), seg("y", 1, 2, "y", parent="x")]
    found = tree(*circle, *([seg("api", 0, 10, "a")] if with_root else []))
    assert found.defects == ([CIRCLE] if with_root else ["no root"])
    assert not found.analysed


def test_an_inner_span_that_never_ended_ends_with_its_parent_as_when_a_function_times_out() -> None:
    found = tree(seg("fn", 0, 10, "a", subs=[segment("## predict", 4, None, span_id="b")]))
    assert found.defects == [UNFINISHED]
    assert found.analysed
    assert times(found)["b"] == (4, 10)


def test_an_inferred_segment_restates_its_call_and_is_not_counted_beside_it() -> None:
    call = segment("DynamoDB", 1, 9, span_id="b", namespace="aws")
    inferred = seg(
        "DynamoDB", 1, 9, "i", parent="b", inferred=True, fault=True, origin="AWS::DynamoDB::Table"
    )
    found = tree(seg("fn", 0, 10, "a", subs=[call]), inferred)
    assert found.defects == []
    assert set(times(found)) == {"a", "b"}
    assert found.top.children[0].failed == FAULT


def call_and_callee(start: float, end: float, status: int = 200) -> dict[str, tuple[float, float]]:
    call = segment(
        "runtime.sagemaker", 10, 30, span_id="b", namespace="aws", http={"response": {"status": status}}
    )
    model = seg("model", start, end, "m", parent="b", subs=[segment("## predict", start, end, span_id="p")])
    return times(tree(seg("fn", 0, 40, "a", subs=[call]), model))


def test_a_segment_within_its_call_stays_where_it_is() -> None:
    assert call_and_callee(12, 20)["m"] == (12, 20)


@pytest.mark.parametrize(("start", "end"), [(5, 15), (25, 35), (-500, -490), (900, 910)])
def test_another_hosts_clock_cannot_put_a_segment_outside_the_call_that_caused_it(
    start: float, end: float
) -> None:
    found = call_and_callee(start, end)
    assert found["m"] == (15, 25)
    assert found["p"] == (15, 25)


def test_an_asynchronous_call_may_start_what_runs_after_it() -> None:
    assert call_and_callee(35, 39, status=202)["m"] == (35, 39)


def test_a_segment_longer_than_its_call_starts_with_it_at_the_earliest() -> None:
    assert call_and_callee(5, 65)["m"] == (10, 70)
    assert call_and_callee(15, 75)["m"] == (15, 75)


def test_how_far_segments_were_moved_is_kept() -> None:
    found = tree(
        seg("fn", 0, 40, "a", subs=[segment("call", 10, 30, span_id="b", namespace="remote")]),
        seg("model", 5, 15, "m", parent="b"),
    )
    assert found.shifted_s == [pytest.approx(0.010, abs=1e-6)]


def function(initialization: tuple[float, float], start: float, **more: Any) -> Tree:
    init = segment("Initialization", *initialization, span_id="i")
    return tree(
        seg("fn", 100, 400, "a", origin="AWS::Lambda"),
        seg("fn", start, 390, "b", parent="a", origin="AWS::Lambda::Function", subs=[init], **more),
    )


def test_a_cold_start_recorded_ahead_of_its_function_is_counted_into_it() -> None:
    found = function((110, 290), 300)
    assert found.cold
    assert times(found)["b"] == (110, 390)


def test_initialisation_before_the_request_came_is_no_cold_start() -> None:
    found = function((-9000, -8000), 105, annotations={"cold_start": True})
    assert not found.cold
    assert times(found)["b"] == (105, 390)


@pytest.mark.parametrize(("value", "cold"), [(True, True), (False, False), ("yes", False)])
def test_the_annotation_tells_a_cold_start_where_lambda_recorded_none(value: object, *, cold: bool) -> None:
    assert tree(seg("fn", 0, 10, "a", annotations={"cold_start": value})).cold is cold


@pytest.mark.parametrize("nested", [True, False])
def test_what_a_handler_recorded_lies_under_lambdas_invocation_wherever_it_was_put(*, nested: bool) -> None:
    step = segment(
        "## handle", 20, 80, span_id="s", subs=[segment("db", 30, 60, span_id="d", namespace="aws")]
    )
    invocation = segment("Invocation", 15, 85, span_id="i", subs=[step] if nested else None)
    phases = [segment("Initialization", 1, 14, span_id="n"), segment("Overhead", 85, 90, span_id="o")]
    subs = [*phases, invocation, *([] if nested else [step])]
    found = tree(seg("fn", 0, 100, "f", origin="AWS::Lambda::Function", subs=subs))
    assert [(depth, span.id) for depth, span in found.walk()] == [
        (0, "f"),
        (1, "n"),
        (1, "i"),
        (2, "s"),
        (3, "d"),
        (1, "o"),
    ]
    assert found.defects == []


def test_an_invocation_that_timed_out_holds_what_began_in_it() -> None:
    invocation = segment("Invocation", 10, None, span_id="i")
    step = segment("## handle", 20, None, span_id="s")
    found = tree(seg("fn", 0, 100, "f", origin="AWS::Lambda::Function", subs=[step, invocation]))
    assert times(found) == {"f": (0, 100), "i": (10, 100), "s": (20, 100)}
    assert [span.id for span in found.top.children] == ["i"]


def test_only_lambda_functions_have_an_invocation() -> None:
    subs = [segment("Invocation", 10, 90, span_id="i"), segment("## x", 20, 30, span_id="s")]
    found = tree(seg("web", 0, 100, "w", subs=subs))
    assert [span.id for span in found.top.children] == ["i", "s"]
