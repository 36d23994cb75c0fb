"""Documents -> spans: what is read, how parts of one trace are merged, what is refused."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.traces import report
from reports.traces.read.segments import ERROR, FAULT, THROTTLE, Hop, SegmentError, Span, TraceStore
from tests.reports.traces.make import T0, Shape, documents, segment, trace_id

TRACE = trace_id(1)


def spans(*given_documents: dict[str, Any]) -> dict[str, Span]:
    return TraceStore().add_all(given_documents).traces[TRACE]


@pytest.mark.parametrize(
    ("fields", "hop"),
    [
        ({"origin": "AWS::Lambda"}, Hop("service", "x", "AWS::Lambda")),
        ({}, Hop("service", "x")),
        (
            {"type": "subsegment", "namespace": "aws", "aws": {"operation": "GetItem"}},
            Hop("aws", "x", "GetItem"),
        ),
        ({"type": "subsegment", "namespace": "remote"}, Hop("remote", "x")),
        ({"type": "subsegment", "name": "## predict"}, Hop("step", "## predict")),
        ({"type": "subsegment", "name": "Invocation"}, Hop("local", "Invocation")),
    ],
)
def test_a_hop_is_told_by_origin_namespace_and_name(fields: dict[str, Any], hop: Hop) -> None:
    document = {**segment("x", 0, 1, span_id="a", parent="p", trace=TRACE), **fields}
    assert spans(document)["a"].hop == hop


def test_a_label_leaves_out_the_prefix_that_every_origin_has() -> None:
    assert Hop("service", "api", "AWS::ApiGateway::Stage").label == "api · ApiGateway::Stage"
    assert Hop("remote", "example.com").label == "example.com"


def test_nested_subsegments_become_children_of_what_holds_them() -> None:
    inner = segment("## inner", 2, 3, span_id="c")
    outer = segment("## outer", 1, 4, span_id="b", subs=[inner])
    found = spans(segment("api", 0, 5, span_id="a", trace=TRACE, subs=[outer]))
    assert {span.id: span.parent_id for span in found.values()} == {"a": None, "b": "a", "c": "b"}
    assert (found["c"].start, found["c"].end) == (T0 + 0.002, T0 + 0.003)


@pytest.mark.parametrize(
    ("fields", "failed"),
    [
        ({"error": True}, ERROR),
        ({"fault": True}, FAULT),
        ({"error": True, "throttle": True}, ERROR | THROTTLE),
        ({"http": {"response": {"status": 200}}}, 0),
        ({"http": {"response": {"status": 404}}}, ERROR),
        ({"http": {"response": {"status": 429}}}, ERROR | THROTTLE),
        ({"http": {"response": {"status": 503}}}, FAULT),
        ({"error": True, "http": {"response": {"status": 503}}}, ERROR),
    ],
)
def test_flags_tell_failures_and_the_status_only_where_there_is_no_flag(
    fields: dict[str, Any], failed: int
) -> None:
    assert spans(segment("api", 0, 1, span_id="a", trace=TRACE, **fields))["a"].failed == failed


def test_the_complete_document_wins_over_the_one_in_progress_whichever_comes_first() -> None:
    begun = segment("api", 0, None, span_id="a", trace=TRACE)
    done = segment("api", 0, 7, span_id="a", trace=TRACE, fault=True)
    for order in ((begun, done), (done, begun), (begun, done, begun)):
        span = spans(*order)["a"]
        assert span.finished
        assert (span.end, span.failed) == (T0 + 0.007, FAULT)


def test_of_two_complete_documents_the_last_one_wins() -> None:
    first, last = (segment("api", 0, end, span_id="a", trace=TRACE) for end in (7, 9))
    assert spans(first, last)["a"].end == T0 + 0.009


def test_of_two_documents_in_progress_the_last_one_wins() -> None:
    first, last = (segment("api", 0, None, span_id="a", trace=TRACE, error=flag) for flag in (False, True))
    assert spans(first, last)["a"].failed == ERROR


def test_a_complete_segment_keeps_the_subsegments_that_came_with_the_one_in_progress() -> None:
    begun = segment("f", 0, None, span_id="a", trace=TRACE, subs=[segment("## s", 1, 2, span_id="b")])
    assert set(spans(begun, segment("f", 0, 5, span_id="a", trace=TRACE))) == {"a", "b"}


@given(seed=st.integers(0, 10_000), copies=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_neither_order_nor_repetition_of_documents_changes_the_report(seed: int, copies: int) -> None:
    made = list(documents(Shape(cold_share=0.2, model_skew_ms=-2), 8, seed))
    rng = np.random.default_rng(seed)
    shuffled = [(made * copies)[i] for i in rng.permutation(len(made) * copies)]
    expected, found = report(made).to_json(), report(shuffled).to_json()
    assert found["counts"].pop("segments") == copies * expected["counts"].pop("segments")
    for part in (
        "counts",
        "total",
        "hops",
        "critical_path",
        "slowest",
        "waterfalls",
        "advice",
        "cold_starts",
    ):
        assert found[part] == expected[part]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"trace_id": "1-abc"}, "`trace_id` is '1-abc', not of the form"),
        ({"trace_id": None}, "`trace_id` is None"),
        ({"id": None}, "`id` and `name` must be texts, and are None and 'api'"),
        ({"name": 7}, "`id` and `name` must be texts, and are 'a' and 7"),
        ({"start_time": "now"}, "`start_time` of 'api' is 'now', not epoch seconds"),
        ({"start_time": T0 * 1000}, "not epoch seconds"),
        ({"start_time": float("nan")}, "`start_time` of 'api' is nan"),
        ({"end_time": float("inf")}, "`end_time` of 'api' is inf"),
        ({"end_time": None}, "'api' has neither `end_time` nor `in_progress`"),
        ({"end_time": T0 - 1}, "'api' ends 1.000000 s before it starts"),
        ({"parent_id": 3}, "`parent_id` is 3, not a text"),
        ({"type": "subsegment"}, "a subsegment sent by itself needs a `parent_id`"),
        ({"origin": ["x"]}, "`namespace`, `operation` or `origin` of 'api' is not a text"),
        ({"aws": "x"}, "`aws` is 'x', not a JSON object"),
        ({"http": {"response": 5}}, "`response` is 5, not a JSON object"),
        ({"subsegments": {"id": "b"}}, "`subsegments` of 'api' is not a list"),
        ({"subsegments": ["b"]}, "a segment is a JSON object, not str"),
    ],
)
def test_what_is_no_segment_is_refused_with_the_field_at_fault(fields: dict[str, Any], message: str) -> None:
    document = {**segment("api", 0, 1, span_id="a", trace=TRACE), **fields}
    store = TraceStore()
    with pytest.raises(SegmentError, match=r".") as error:
        store.add(document)
    assert message in str(error.value)
    assert store.traces == {}
    assert store.documents == 0


def test_deep_nesting_is_read_without_recursion() -> None:
    text = '{"name":"s","id":"0","start_time":1,"end_time":2}'
    document = json.loads(text)
    for number in range(1, 5000):
        document = {**json.loads(text), "id": str(number), "subsegments": [document]}
    document["trace_id"] = TRACE
    assert report([document]).counts.complete == 1
