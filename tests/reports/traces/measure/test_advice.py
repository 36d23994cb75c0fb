"""Advice is given where the numbers give reason for it, and only there."""

from collections.abc import Callable
from typing import Any

import pytest

from reports.traces import report
from reports.traces.result import Advice
from tests.reports.traces.make import Shape, documents, segment, trace_id

Subs = Callable[[], list[dict[str, Any]]]


def call(name: str, start: float, end: float, span_id: str, **more: Any) -> dict[str, Any]:
    return segment(name, start, end, span_id=span_id, namespace="aws", aws={"operation": "Get"}, **more)


def advice(kind: str, subs: list[dict[str, Any]], *, total_ms: float = 100, traces: int = 20) -> list[Advice]:
    made = [
        segment("fn", 0, total_ms, span_id="a", trace=trace_id(i), subs=[dict(sub) for sub in subs])
        for i in range(traces)
    ]
    return [item for item in report(made).advice if item.kind == kind]


def test_a_call_repeated_in_a_loop_is_told_with_what_a_batch_would_save() -> None:
    found = advice("loop", [call("db", 10 * i, 10 * i + 10, f"c{i}") for i in range(5)])
    assert len(found) == 1
    assert found[0].title == "db · Get is called 5 times in a loop"
    assert found[0].saving_ms == pytest.approx(40, abs=0.01)
    assert (found[0].hops, found[0].traces) == (("db · Get",), 20)


def test_the_loop_of_the_services_own_shape_is_found() -> None:
    found = [item for item in report(documents(Shape(lookups=6), 50, 1)).advice if item.kind == "loop"]
    assert [item.hops for item in found] == [("dynamodb · GetItem",)]
    assert "under ## lookup · inference-dev-inference" in found[0].text


def test_a_business_step_in_a_loop_is_one_too() -> None:
    found = advice("loop", [segment("## row", 10 * i, 10 * i + 9, span_id=f"c{i}") for i in range(4)])
    assert [item.hops for item in found] == [("## row · fn",)]


def test_calls_of_a_loop_with_others_between_them_are_a_loop() -> None:
    subs = [call("ab"[i % 2], 10 * i, 10 * i + 10, f"c{i}") for i in range(8)]
    assert {item.hops for item in advice("loop", subs)} == {("a · Get",), ("b · Get",)}


@pytest.mark.parametrize(
    "subs",
    [
        pytest.param(lambda: [call("db", 30 * i, 30 * i + 30, f"c{i}") for i in range(2)], id="twice"),
        pytest.param(lambda: [call("db", i, i + 90, f"c{i}") for i in range(5)], id="side by side already"),
        pytest.param(lambda: [call("db", 0.3 * i, 0.3 * i + 0.3, f"c{i}") for i in range(5)], id="cheap"),
        pytest.param(
            lambda: [call("db", 20 * i, 20 * i + 20, f"c{i}", fault=i < 3) for i in range(4)], id="retries"
        ),
        pytest.param(
            lambda: [segment("Overhead", 20 * i, 20 * i + 20, span_id=f"c{i}") for i in range(4)],
            id="the runtime's own",
        ),
    ],
)
def test_what_is_no_loop_worth_a_word_is_none(subs: Subs) -> None:
    assert advice("loop", subs()) == []


def test_calls_back_to_back_are_a_question_with_what_it_would_save() -> None:
    found = advice("parallel", [call("a", 10, 40, "x"), call("b", 40, 90, "y")])
    assert len(found) == 1
    assert found[0].title == "a · Get and b · Get run one after the other"
    assert found[0].saving_ms == pytest.approx(30, abs=0.01)
    assert "If none needs the answer of the one before" in found[0].text


def test_steps_that_wait_for_calls_count_as_calls() -> None:
    steps = [
        segment("## look up", 10, 40, span_id="x", subs=[call("a", 11, 39, "x1")]),
        segment("## model", 40, 90, span_id="y", subs=[call("b", 41, 89, "y1")]),
    ]
    assert [item.hops for item in advice("parallel", steps)] == [("## look up · fn", "## model · fn")]


def test_a_row_of_three_is_one_advice_and_saves_all_but_the_longest() -> None:
    found = advice("parallel", [call("a", 0, 20, "x"), call("b", 20, 60, "y"), call("c", 60, 90, "z")])
    assert [item.hops for item in found] == [("a · Get", "b · Get", "c · Get")]
    assert found[0].saving_ms == pytest.approx(50, abs=0.01)


@pytest.mark.parametrize(
    "subs",
    [
        pytest.param(lambda: [call("a", 0, 40, "x"), call("b", 20, 60, "y")], id="overlapping"),
        pytest.param(lambda: [call("a", 0, 30, "x"), call("b", 50, 90, "y")], id="work between them"),
        pytest.param(lambda: [call("a", 0, 50, "x"), call("b", 50, 52, "y")], id="little to save"),
        pytest.param(lambda: [call("a", 0, 40, "x", fault=True), call("b", 40, 80, "y")], id="failed"),
        pytest.param(
            lambda: [
                segment("## parse", 0, 40, span_id="x"),
                segment("## format", 40, 80, span_id="y"),
            ],
            id="computing, not waiting",
        ),
    ],
)
def test_what_cannot_or_need_not_run_side_by_side_is_not_told(subs: Subs) -> None:
    assert advice("parallel", subs()) == []


def test_a_rare_shape_is_not_told() -> None:
    plain = [segment("fn", 0, 100, span_id="a", trace=trace_id(i)) for i in range(99)]
    subs = [call("db", 10 * i, 10 * i + 10, f"c{i}") for i in range(5)]
    rare = segment("fn", 0, 100, span_id="a", trace=trace_id(99), subs=subs)
    assert [item.kind for item in report([*plain, rare]).advice if item.kind == "loop"] == []


def test_retries_are_told_whether_the_sdk_or_the_code_made_them() -> None:
    by_code = [call("db", 0, 10, "x", fault=True), call("db", 12, 30, "y")]
    assert advice("retries", by_code)[0].text.startswith("20 retries in 40 calls.")
    by_sdk = [segment("db", 0, 10, span_id="x", namespace="aws", aws={"operation": "Get", "retries": 2})]
    assert advice("retries", by_sdk)[0].text.startswith("40 retries in 20 calls.")
    assert advice("retries", [call("db", 0, 10, "x")]) == []


def test_throttling_is_told_with_its_count() -> None:
    throttled = [call("db", 0, 10, "x", error=True, throttle=True)]
    found = advice("throttling", throttled)
    assert found[0].title == "db · Get throttles"
    assert found[0].text.startswith("20 of 20 calls were answered 429.")
    assert advice("throttling", [call("db", 0, 10, "x", error=True)]) == []


def test_cold_starts_are_told_with_what_they_cost() -> None:
    found = [a for a in report(documents(Shape(cold_share=0.1), 300, 1)).advice if a.kind == "cold-start"]
    assert len(found) == 1
    assert "15 of the 15 slowest 5 % are cold" in found[0].text
    assert [a for a in report(documents(Shape(), 300, 1)).advice if a.kind == "cold-start"] == []


def test_a_service_without_fault_gets_no_advice() -> None:
    made = [
        segment(
            "fn", 0, 100, span_id="a", trace=trace_id(i),
            subs=[call("a", 0, 30, "x"), segment("## b", 35, 60, span_id="y"), call("c", 65, 90, "z")],
        )
        for i in range(50)
    ]  # fmt: skip
    assert report(made).advice == ()


def test_the_bottleneck_comes_first_and_then_what_saves_most() -> None:
    subs = [
        *[call("db", 5 * i, 5 * i + 5, f"c{i}") for i in range(4)],
        segment("## wait", 20, 90, span_id="w", subs=[call("slow", 20, 90, "v")]),
    ]
    made = [segment("fn", 0, 100, span_id="a", trace=trace_id(i), subs=subs) for i in range(5)]
    assert [item.kind for item in report(made).advice] == ["bottleneck", "loop"]
