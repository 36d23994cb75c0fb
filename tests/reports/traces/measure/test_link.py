"""Who is whose child: what is folded, joined, and put where it belongs; and what nobody waits for."""

from typing import Any

import pytest

from reports.traces import report
from reports.traces.result import HopStats, TraceReport
from tests.reports.traces.make import Document, segment, trace_id

TRACE = trace_id(1)


def stats(documents: list[Document]) -> tuple[TraceReport, dict[str, HopStats]]:
    made = report(documents)
    return made, {hop.label: hop for hop in made.hops}


def top(end_ms: float, *subs: Document) -> Document:
    return segment("api", 0, end_ms, span_id="root", trace=TRACE, subs=list(subs))


def part(start: float, end: float, span_id: str, method: str, status: int | None, **more: Any) -> Document:
    http: Document = {"request": {"method": method, "url": more.pop("url", "http://shop.example/a")}}
    if status is not None:
        http["response"] = {"status": status}
    return segment("shop.example", start, end, span_id=span_id, namespace="remote", http=http, **more)


def test_the_parts_of_one_http_request_are_one_call() -> None:
    parts = [
        part(0, 10, "a", "GET", None),
        part(10.1, 40, "b", "GET", 500),
        part(40.1, 41, "c", "READ", 500),
        part(41.1, 42, "d", "READ", 500),
    ]
    made, hops = stats([top(50, *parts)])
    assert hops["shop.example"].latency.count == hops["shop.example"].failed == 1
    assert hops["shop.example"].latency.max_ms == pytest.approx(42, abs=0.01)
    assert {advice.kind for advice in made.advice} == {"bottleneck"}


def test_requests_to_several_addresses_and_failed_ones_stay_apart() -> None:
    parts = [
        part(0, 5, "a", "GET", None, fault=True),
        part(5.1, 9, "b", "GET", None),
        part(9.1, 20, "c", "GET", 200),
        part(20.1, 25, "d", "GET", None, url="http://shop.example/b"),
        part(25.1, 30, "e", "GET", 200, url="http://shop.example/b"),
    ]
    _, hops = stats([top(50, *parts)])
    assert (hops["shop.example"].latency.count, hops["shop.example"].failed) == (3, 1)


def test_an_answer_read_much_later_leaves_the_pause_to_the_caller() -> None:
    parts = [part(0, 5, "a", "GET", None), part(5, 10, "b", "GET", 200), part(40, 42, "c", "READ", 200)]
    _, hops = stats([top(50, *parts)])
    assert hops["shop.example"].latency.max_ms == pytest.approx(10, abs=0.01)
    assert hops["reading shop.example · api"].path_ms == pytest.approx(2, abs=0.01)
    assert hops["api"].path_ms == pytest.approx(38, abs=0.01)


@pytest.mark.parametrize(
    "call",
    [
        {"aws": {"operation": "PutEvents"}, "http": {"response": {"status": 200}}},
        {"aws": {"operation": "Publish"}},
        {"aws": {"operation": "Invoke", "invocation_type": "Event"}},
        {"aws": {"operation": "Invoke"}, "http": {"response": {"status": 202}}},
    ],
)
def test_what_an_asynchronous_call_starts_is_off_the_path_and_not_moved(call: Document) -> None:
    sent = segment("x", 10, 30, span_id="s", namespace="aws", **call)
    during = segment("quick", 15, 25, span_id="q", trace=TRACE, parent="s")
    late = segment("late", 900, 910, span_id="l", trace=TRACE, parent="s")
    made, hops = stats([top(100, sent), during, late])
    assert (hops["quick"].path_ms, hops["late"].path_ms, made.counts.shifted) == (0, 0, 0)
    assert sum(hop.path_ms for label, hop in hops.items() if label.startswith("x")) == pytest.approx(
        20, abs=0.01
    )


def test_a_synchronous_callee_outside_its_call_is_moved_inside() -> None:
    sent = segment("x", 10, 30, span_id="s", namespace="aws", aws={"operation": "Invoke"})
    callee = segment("callee", 900, 910, span_id="l", trace=TRACE, parent="s")
    made, hops = stats([top(100, sent), callee])
    assert made.counts.shifted == 1
    assert hops["callee"].path_ms == pytest.approx(10, abs=0.01)


def test_what_hangs_on_an_inferred_segment_hangs_on_the_call_it_restates() -> None:
    sent = segment("SNS", 10, 30, span_id="s", namespace="aws", aws={"operation": "Publish"})
    topic = segment("SNS", 10, 30, span_id="t", trace=TRACE, parent="s", inferred=True)
    consumer = segment("consumer", 600, 800, span_id="c", trace=TRACE, parent="t")
    made, hops = stats([top(100, sent), topic, consumer])
    assert (made.counts.complete, hops["consumer"].path_ms) == (1, 0)
    assert hops["consumer"].latency.p50_ms == pytest.approx(200, abs=0.01)


def test_inferred_segments_that_name_each_other_orphan_what_hangs_on_them() -> None:
    a = segment("a", 0, 1, span_id="a", trace=TRACE, parent="b", inferred=True)
    b = segment("b", 0, 1, span_id="b", trace=TRACE, parent="a", inferred=True)
    made = report([top(10), a, b, segment("c", 0, 1, span_id="c", trace=TRACE, parent="a")])
    assert made.counts.orphaned == 1


def invocation(start: float, end: float, number: int, *subs: Document) -> list[Document]:
    inner = segment("Invocation", start, end, span_id=f"i{number}", subs=list(subs))
    return [
        segment("Lambda", start, end, span_id=f"c{number}", trace=TRACE, parent="root", type="subsegment",
                namespace="aws", aws={"operation": "Invoke"}),
        segment("fn", start, end, span_id=f"f{number}", trace=TRACE, parent=f"c{number}",
                origin="AWS::Lambda::Function", subs=[inner]),
    ]  # fmt: skip


def test_a_step_recorded_under_an_earlier_invocation_goes_to_its_own() -> None:
    wrong = segment("## handle", 410, 740, span_id="w", trace=TRACE, parent="i1", type="subsegment")
    _, hops = stats([top(1000), *invocation(100, 300, 1), *invocation(400, 750, 2), wrong])
    assert hops["## handle · fn"].path_ms == pytest.approx(330, abs=0.01)
    assert hops["Invocation · fn"].path_ms == pytest.approx(220, abs=0.01)


@pytest.mark.parametrize(("callee_start", "cold"), [(-600_000.0, 0), (120.0, 1)])
def test_a_cold_start_counts_when_any_function_on_the_path_waited(callee_start: float, cold: int) -> None:
    start = segment("Initialization", callee_start, callee_start + 30, span_id="n")
    step = segment("## handle", 160, 170, span_id="h", annotations={"cold_start": True})
    function = segment("fn", 120, 200, span_id="f", trace=TRACE, parent="root",
                       origin="AWS::Lambda::Function", subs=[start, step])  # fmt: skip
    warm = segment("other", 10, 50, span_id="o", trace=TRACE, parent="root", subs=[])
    assert report([top(300), warm, function]).counts.cold == cold


def test_a_cold_start_that_nobody_waited_for_does_not_count() -> None:
    sent = segment("x", 10, 30, span_id="s", namespace="aws", aws={"operation": "PutEvents"})
    step = segment("## handle", 16, 20, span_id="h", annotations={"cold_start": True})
    consumer = segment("late", 15, 25, span_id="l", trace=TRACE, parent="s", subs=[step])
    assert report([top(100, sent), consumer]).counts.cold == 0
