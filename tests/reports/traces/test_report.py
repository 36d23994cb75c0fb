"""The report as a whole: the bottleneck is named, shares add up, and what is incomplete is counted."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.traces import UnknownTraceError, report
from tests.reports.traces.make import T0, Shape, documents, request, segment, trace_id

PARTS = {
    "table": "dynamodb · GetItem",
    "predict": "## predict · model",
    "call": "runtime.sagemaker · InvokeEndpoint",
    "lambda": "inference-dev-inference · Lambda",
    "gateway": "inference-dev/live · ApiGateway::Stage",
    "parse": "inference-dev-inference · Lambda::Function",
    "preprocess": "## preprocess · model",
    "postprocess": "## postprocess · model",
}


def flat(name: str, number: int, total_ms: float, *, start_ms: float = 0, **more: Any) -> dict[str, Any]:
    return segment(name, start_ms, start_ms + total_ms, span_id="a", trace=trace_id(number), **more)


@pytest.mark.parametrize(("part", "hop"), PARTS.items())
@pytest.mark.parametrize("seed", [1, 2])
def test_the_bottleneck_is_named(part: str, hop: str, seed: int) -> None:
    found = report(documents(Shape(cold_share=0.01).slower(part, 80), 120, seed))
    assert found.bottleneck is not None
    assert found.bottleneck.label == hop
    assert found.bottleneck.share > 0.5
    assert found.advice[0].kind == "bottleneck"
    assert found.advice[0].hops == (hop,)


@given(
    seed=st.integers(0, 1000),
    count=st.integers(1, 40),
    lookups=st.integers(1, 4),
    skew=st.floats(-50, 50),
    cold=st.floats(0, 1),
)
@settings(max_examples=30, deadline=None)
def test_shares_of_the_p90_add_up_to_one(
    seed: int, count: int, lookups: int, skew: float, cold: float
) -> None:
    shape = Shape(lookups=lookups, model_skew_ms=skew, cold_share=cold)
    found = report(documents(shape, count, seed))
    assert sum(hop.share for hop in found.hops) == pytest.approx(1)
    assert sum(node.share for node in found.service_map.nodes) == pytest.approx(1)
    assert found.total is not None
    assert sum(step.ms for step in found.critical_path) == pytest.approx(found.total.p90_ms, abs=1e-3)
    assert found.counts.complete == found.counts.total == count
    for fall in found.waterfalls:
        assert sum(step.ms for step in fall.path) == pytest.approx(fall.total_ms, abs=1e-3)
        assert sum(ms for row in fall.rows for _, ms in row.path) == pytest.approx(fall.total_ms, abs=1e-3)


def test_percentiles_are_those_of_the_roots() -> None:
    found = report(flat("api", i, float(i + 1)) for i in range(100))
    assert found.total is not None
    total = found.total
    values = (total.p50_ms, total.p90_ms, total.p99_ms, total.max_ms, total.mean_ms)
    assert values == pytest.approx((50, 90, 99, 100, 50.5), abs=1e-3)
    assert total.count == 100
    assert [fall.titles for fall in found.waterfalls] == [("p50",), ("p90",), ("slowest",)]
    assert [fall.trace_id for fall in found.waterfalls] == [trace_id(49), trace_id(89), trace_id(99)]


def test_one_trace_is_p50_p90_and_slowest_at_once() -> None:
    found = report([flat("api", 1, 12)])
    assert [fall.titles for fall in found.waterfalls] == [("p50", "p90", "slowest")]


def test_the_slowest_come_first_with_what_held_them_up_and_a_link() -> None:
    made = [flat("api", i, 10 + i) for i in range(5)]
    made.append(
        flat("api", 9, 100, subs=[segment("db", 10, 90, span_id="b", namespace="remote")], fault=True)
    )
    found = report(made, region="eu-west-1", slowest=2)
    assert [line.trace_id for line in found.slowest] == [trace_id(9), trace_id(4)]
    first = found.slowest[0]
    assert (first.held_by, round(first.held_ms, 3), first.failed) == ("db", 80, True)
    assert first.url == (
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#xray:traces/" + trace_id(9)
    )
    assert report(made).slowest[0].url is None


@pytest.mark.parametrize(
    ("region", "host"),
    [("cn-north-1", "console.amazonaws.cn"), ("us-gov-west-1", "console.amazonaws-us-gov.com")],
)
def test_other_partitions_have_their_own_console(region: str, host: str) -> None:
    url = report([flat("api", 1, 5)], region=region).slowest[0].url
    assert url is not None
    assert url.startswith(f"https://{region}.{host}/")


def test_a_report_of_the_services_shape_counts_every_hop_once_a_request() -> None:
    found = report(documents(Shape(lookups=2), 50, 1))
    calls = {hop.label: (hop.latency.count, hop.traces) for hop in found.hops}
    assert calls == {
        "inference-dev/live · ApiGateway::Stage": (50, 50),
        "Lambda": (50, 50),
        "inference-dev-inference · Lambda": (50, 50),
        "inference-dev-inference · Lambda::Function": (50, 50),
        "## lookup · inference-dev-inference": (50, 50),
        "dynamodb · GetItem": (100, 50),
        "## model · inference-dev-inference": (50, 50),
        "runtime.sagemaker · InvokeEndpoint": (50, 50),
        "model": (50, 50),
        "## preprocess · model": (50, 50),
        "## predict · model": (50, 50),
        "## postprocess · model": (50, 50),
    }
    assert {hop.label for hop in found.steps} == {label for label in calls if label.startswith("## ")}


def test_cold_starts_are_told_apart_by_lambdas_own_subsegment() -> None:
    found = report(documents(Shape(cold_share=0.25), 200, 3))
    cold = found.cold_starts
    assert cold.cold is not None
    assert cold.warm is not None
    assert cold.initialization is not None
    assert cold.cold.count == found.counts.cold == cold.initialization.count
    assert cold.cold.count + cold.warm.count == 200
    assert 30 <= cold.cold.count <= 70
    assert cold.initialization.p50_ms == pytest.approx(180, abs=0.01)
    assert cold.cold.p50_ms - cold.warm.p50_ms > 150


def test_failures_are_counted_by_kind() -> None:
    flags = [{"error": True}, {"fault": True}, {"error": True, "throttle": True}, {}]
    found = report(flat("api", i, 10, **flag) for i, flag in enumerate(flags))
    hop = found.hops[0]
    assert (hop.errors, hop.faults, hop.throttles, hop.failed) == (2, 1, 1, 3)
    assert found.counts.failed == 3


def test_incomplete_traces_are_counted_and_listed_and_broken_ones_left_out() -> None:
    made = list(documents(Shape(), 10, 1))
    broken = [
        flat("api", 101, 50),
        segment("model", 5, 6, span_id="m", parent="gone", trace=trace_id(101)),
        segment("api", 0, None, span_id="a", trace=trace_id(102)),
        flat("api", 103, 60, parent="caller"),
        flat("api", 104, 70, subs=[segment("## x", 1, None, span_id="b")]),
    ]
    found = report(made + broken)
    counts = found.counts
    assert (counts.total, counts.analysed, counts.complete) == (14, 12, 10)
    assert (counts.orphaned, counts.open, counts.headless, counts.unfinished) == (1, 1, 1, 1)
    listed = {trace.trace_id: (trace.defects, trace.spans, trace.analysed) for trace in found.incomplete}
    assert listed == {
        trace_id(101): (("orphaned parts",), ("model",), False),
        trace_id(102): (("the root never ended",), ("api",), False),
        trace_id(103): (("caller not recorded",), (), True),
        trace_id(104): (("unfinished spans",), ("## x · api",), True),
    }
    assert found.total is not None
    assert found.total.count == 12


def test_every_lost_segment_shows_as_an_orphan_or_not_at_all() -> None:
    """Losing the function's segment orphans its parts; losing the model's, a leaf, leaves a whole trace."""
    made = list(documents(Shape(), 20, 1))
    without_function = [d for d in made if d.get("origin") != "AWS::Lambda::Function"]
    without_model = [d for d in made if d["name"] != "model"]
    assert report(without_function).counts.orphaned == 20
    assert report(without_model).counts.complete == 20


def test_segments_moved_for_their_hosts_clock_are_counted() -> None:
    counts = report(documents(Shape(model_skew_ms=-40), 10, 1)).counts
    assert counts.shifted == 10
    assert 25 < counts.max_shift_ms < 45


def test_a_skewed_clock_moves_no_time_to_another_hop() -> None:
    straight = report(documents(Shape(), 40, 1)).hops
    skewed = report(documents(Shape(model_skew_ms=-75), 40, 1)).hops
    assert [hop.label for hop in skewed] == [hop.label for hop in straight]
    for one, other in zip(straight, skewed, strict=True):
        assert one.share == pytest.approx(other.share, abs=1e-4)


def test_a_step_of_one_service_is_not_that_of_another() -> None:
    step = segment(
        "## predict", 1, 9, span_id="s", subs=[segment("call", 2, 8, span_id="c", namespace="aws")]
    )
    inner = segment("## predict", 3, 7, span_id="t")
    found = report(
        [
            flat("fn", 1, 10, subs=[step]),
            segment("model", 3, 7, span_id="m", parent="c", trace=trace_id(1), subs=[inner]),
        ]
    )
    assert {hop.label: hop.latency.count for hop in found.steps} == {
        "## predict · fn": 1,
        "## predict · model": 1,
    }
    assert [row.label for row in found.waterfalls[0].rows] == [
        "fn",
        "## predict",
        "call",
        "model",
        "## predict",
    ]


def test_one_entry_is_reported_on_where_traces_begin_at_several() -> None:
    made = [flat("api", i, 10) for i in range(6)] + [flat("canary", i, 500) for i in range(10, 12)]
    made.append(segment("api", 0, None, span_id="a", trace=trace_id(50)))
    both, one = report(made), report(made, entry="api")
    assert both.entries == {"api": 6, "canary": 2}
    assert one.entries == {"api": 6}
    assert one.total is not None
    assert one.total.max_ms < 11
    assert (one.counts.total, one.counts.open) == (7, 1)


def test_a_chosen_trace_is_drawn_and_one_that_is_not_there_refused() -> None:
    made = list(documents(Shape(), 10, 1))
    found = report(made, traces=[trace_id(3)])
    assert any("chosen" in fall.titles and fall.trace_id == trace_id(3) for fall in found.waterfalls)
    with pytest.raises(UnknownTraceError, match="is not in the data"):
        report(made, traces=[trace_id(99)])
    made.append(segment("api", 0, None, span_id="a", trace=trace_id(50)))
    with pytest.raises(UnknownTraceError, match="the root never ended"):
        report(made, traces=[trace_id(50)])


def test_a_waterfall_row_tells_what_its_span_recorded() -> None:
    step = segment("## x", 2, 8, span_id="b", annotations={"plan": "gold", "size": 3, "odd": [1]}, fault=True)
    fall = report([flat("api", 1, 10, subs=[step])]).waterfalls[0]
    row = fall.rows[1]
    assert (row.depth, row.label, row.kind, row.failures) == (1, "## x", "step", ("fault",))
    assert (row.offset_ms, row.duration_ms) == pytest.approx((2, 6), abs=1e-3)
    assert row.annotations == {"plan": "gold", "size": 3, "odd": "[1]"}


def test_a_trace_of_thousands_of_spans_is_drawn_in_part() -> None:
    steps = [segment("## x", i, i + 1, span_id=f"s{i}") for i in range(1000)]
    fall = report([flat("api", 1, 1000, subs=steps)]).waterfalls[0]
    assert (len(fall.rows), fall.hidden) == (201, 801)
    assert fall.rows[-1].label == "## x, 801 times"
    assert [pytest.approx(stretch, abs=0.01) for stretch in fall.rows[-1].path] == [(199.0, 801.0)]


@pytest.mark.parametrize("made", [[], [segment("api", 0, None, span_id="a", trace=trace_id(1))]])
def test_nothing_to_measure_is_an_empty_report_and_no_crash(made: list[dict[str, Any]]) -> None:
    found = report(made)
    assert found.total is None
    assert found.bottleneck is None
    assert (found.hops, found.slowest, found.waterfalls, found.advice, found.critical_path) == ((),) * 5
    assert found.counts.total == len(made)


def test_the_json_holds_plain_data_only() -> None:
    found = report(documents(Shape(cold_share=0.3), 20, 1), region="eu-west-1").to_json()
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text)["schema"] == "inference-watch/trace-report/1"
    assert json.loads(text)["counts"]["total"] == 20


def test_the_span_of_the_report_is_that_of_its_requests() -> None:
    found = report([flat("api", 1, 10), flat("api", 2, 10, start_ms=5000)])
    assert (found.start, found.end) == ("2026-09-21T14:13:20.000Z", "2026-09-21T14:13:25.010Z")
    assert T0 == 1_790_000_000


def test_requests_are_told_apart_by_trace_and_not_by_span_ids() -> None:
    rng_free = [flat("api", number, 10) for number in range(3)]
    assert report(rng_free).counts.total == 3


def test_the_generator_makes_requests_whose_parts_add_up() -> None:
    """The other tests stand on this one: a synthetic total is the sum of its parts."""
    shape = Shape(sigma=0.0)
    made = request(shape, np.random.default_rng(0), 1, 0)
    stage = next(d for d in made if d.get("origin") == "AWS::ApiGateway::Stage")
    assert (stage["end_time"] - stage["start_time"]) * 1000 == pytest.approx(
        sum(shape.parts.values()), abs=1e-3
    )
