"""Traces by annotation, exception and duration; and many names folded into few."""

import time
import tracemalloc
from typing import Any

import numpy as np
import pytest

from reports.traces import compare, report
from reports.traces.measure.analysis import analyse
from reports.traces.measure.breakdown import has_all, histogram, slices
from reports.traces.measure.fold import MAX_HOPS, fold
from reports.traces.read.segments import TraceStore
from tests.reports.traces.make import Document, segment, trace_id


def request(number: int, ms: float, **step: Any) -> Document:
    return segment("api", 0, ms, span_id="r", trace=trace_id(number),
                   subs=[segment("## handle", 0, ms / 2, span_id="s", **step)])  # fmt: skip


def test_requests_are_grouped_by_an_annotation_of_any_span() -> None:
    made = [
        request(1, 10, annotations={"plan": "gold", "ok": True}),
        request(2, 20, annotations={"plan": "gold", "ok": False}, fault=True),
        request(3, 30, annotations={"plan": 7}),
        request(4, 40),
    ]
    analysis = analyse(TraceStore().add_all(made))
    assert [(part.value, part.latency.count) for part in slices(analysis, "plan")] == [
        ("gold", 2), ("(none)", 1), ("7", 1),
    ]  # fmt: skip
    assert slices(analysis, "plan")[0].latency.max_ms == pytest.approx(20, abs=0.01)
    assert [part.value for part in slices(analysis, "ok")] == ["(none)", "false", "true"]
    wanted = [sum(has_all(tree, w) for tree in analysis.trees) for w in (
        [], [("plan", "gold")], [("plan", "gold"), ("ok", "true")], [("plan", "7")], [("plan", "x")],
    )]  # fmt: skip
    assert wanted == [4, 2, 1, 1, 0]


def test_exceptions_are_counted_once_where_they_were_raised() -> None:
    thrown = {
        "exceptions": [{"id": "1", "type": "KeyError", "message": " 'a'\n b "}, {"id": "2", "type": "E"}]
    }
    inner = segment("## x", 0, 1, span_id="x", cause=thrown, fault=True)
    made = [
        segment("api", 0, 9, span_id="r", trace=trace_id(n), subs=[inner], cause="1", fault=True)
        for n in (1, 2)
    ]
    (found,) = report(made).exceptions
    assert (found.type, found.message, found.label) == ("KeyError", "'a' b", "## x · api")
    assert (found.count, found.traces, found.example) == (2, 2, trace_id(2))


def test_the_histogram_holds_every_request_in_bins_of_one_ratio() -> None:
    values = np.array([0.0, 1.0, 9.99, 10.0, 10.1, 5000.0])
    bins = histogram(values)
    assert sum(part.count for part in bins) == 6
    assert all(part.to_ms / part.from_ms == pytest.approx(10 ** (1 / 8)) for part in bins)
    assert next(part for part in bins if part.from_ms == pytest.approx(10)).count == 2
    assert len(bins) <= 40
    assert histogram(np.array([])) == ()


def named(count: int, slow: str = "") -> list[Document]:
    return [
        segment("api", 0, 50, span_id="r", trace=trace_id(n), subs=[
            segment(f"user-{n}", 1, 2, span_id="a", namespace="remote"),
            segment("shop", 2, 40 if slow == "shop" else 20, span_id="b", namespace="remote"),
        ])
        for n in range(count)
    ]  # fmt: skip


def test_many_names_are_folded_and_the_costly_ones_kept() -> None:
    made = report(named(1000))
    labels = {hop.label: hop for hop in made.hops}
    assert set(labels) == {"api", "shop", "1,000 other names"}
    assert labels["1,000 other names"].latency.count == 1000
    assert sum(hop.share for hop in made.hops) == pytest.approx(1)
    assert {node.name for node in made.service_map.nodes} == {"callers", "api", "1,000 other names", "shop"}


def test_of_many_frequent_names_the_costly_ones_are_kept() -> None:
    subs = [
        segment(f"part-{n}", n * 9, n * 9 + n / 100, span_id=f"s{n}", namespace="remote") for n in range(300)
    ]
    made = report([segment("api", 0, 3000, span_id="r", trace=trace_id(n), subs=subs) for n in range(5)])
    labels = {hop.label for hop in made.hops}
    assert len(labels) == MAX_HOPS + 1
    assert {"part-299", "part-101", "101 other names"} <= labels
    assert "part-100" not in labels


def test_two_ranges_are_folded_alike() -> None:
    found = compare(named(300), named(400, "shop"))
    assert [change.label for change in found.slower] == ["shop"]


def test_a_few_names_are_left_as_they_are() -> None:
    analysis = analyse(TraceStore().add_all(named(150)))
    before = set(analysis.hops)
    fold(analysis)
    assert set(analysis.hops) == before


def test_twenty_thousand_names_take_seconds_and_megabytes() -> None:
    documents, started = named(20_000), time.process_time()
    tracemalloc.start()
    compare(documents[:10_000], documents[10_000:])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300e6
    assert time.process_time() - started < 40  # tracing the memory takes most of it
