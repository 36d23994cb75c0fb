"""Traces put together, filtered and summarised: pure functions and X-Ray's reading API."""

import json
import time
from typing import Any

import botocore.exceptions
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from local.fillins.trace_assembly import Trace, assemble, nodes
from local.fillins.trace_filter import FilterError, compile_filter
from local.fillins.trace_store import TraceHeader, TraceStore, new_id, new_trace_id, parse_header


def segment(identifier: str = "a", **fields: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "trace_id": "1-1-1",
        "name": identifier,
        "start_time": 1.0,
        "end_time": 2.0,
    } | fields


def subsegment(identifier: str, parent: str, **fields: Any) -> dict[str, Any]:
    return segment(identifier, parent_id=parent, type="subsegment", **fields)


def one_trace(*documents: dict[str, Any]) -> Trace:
    (trace,) = assemble(list(documents))
    return trace


def test_subsegments_sent_alone_are_embedded_wherever_their_parent_is() -> None:
    trace = one_trace(subsegment("c", "b"), segment("a", subsegments=[segment("b")]), subsegment("d", "c"))
    assert [part["id"] for part in trace.segments] == ["a"]
    assert [node["id"] for node in nodes(trace)] == ["a", "b", "c", "d"]


def test_a_subsegment_whose_parent_never_came_stays_a_document_of_its_own() -> None:
    trace = one_trace(segment("a"), subsegment("z", "missing"))
    assert {part["id"] for part in trace.segments} == {"a", "z"}


def test_a_finished_document_replaces_the_one_in_progress() -> None:
    trace = one_trace(segment("a", in_progress=True), segment("a", end_time=5.0))
    assert trace.end == 5.0
    assert "in_progress" not in trace.root


def test_the_root_is_the_segment_whose_parent_is_not_in_the_trace() -> None:
    trace = one_trace(segment("b", parent_id="a", start_time=0.5), segment("a", parent_id="elsewhere"))
    assert trace.root["id"] == "a"


@given(st.lists(st.integers(min_value=0, max_value=30), min_size=1, max_size=30), st.randoms())
def test_no_node_is_lost_or_doubled_whatever_the_order_of_arrival(parents: list[int], order: Any) -> None:
    documents = [segment("n0")]
    documents += [
        subsegment(f"n{number}", f"n{parent % number}") for number, parent in enumerate(parents, start=1)
    ]
    order.shuffle(documents)
    trace = one_trace(*documents)
    assert sorted(node["id"] for node in nodes(trace)) == sorted(document["id"] for document in documents)
    assert [part["id"] for part in trace.segments] == ["n0"]


SAMPLE = one_trace(
    segment(
        "api/live",
        end_time=1.3,
        fault=True,
        http={"request": {"method": "POST", "url": "https://h/p"}, "response": {"status": 502}},
        annotations={"outcome": "model_failure"},
    ),
    segment("function", parent_id="api/live", end_time=4.0, annotations={"cold": True, "items": 3}),
)


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ("", True),
        ("fault", True),
        ("error", False),
        ("ok", False),
        ("!error AND fault", True),
        ("error OR fault", True),
        ("(error OR fault) AND throttle", False),
        ("responsetime > 0.2", True),
        ("responsetime > 0.5", False),
        ("duration >= 3", True),
        ("http.status = 502", True),
        ("http.status != 502", False),
        ('http.method = "POST"', True),
        ('annotation.outcome = "model_failure"', True),
        ('annotation[outcome] = "other"', False),
        ("annotation.cold = true", True),
        ("annotation.items < 4", True),
        ('service("api/live")', True),
        ('service("other")', False),
        ('service("api/live") { fault }', True),
        ('service("function") { fault }', False),
        ('service("api/live") AND responsetime > 0.2', True),
    ],
)
def test_filter_expressions_mean_what_x_ray_says(expression: str, matches: bool) -> None:
    assert compile_filter(expression)(SAMPLE) is matches


@pytest.mark.parametrize(
    "expression",
    [
        "nonsense = 1",
        "fault fault",
        "responsetime >",
        "responsetime 3",
        '"x"',
        "service(api)",
        "(fault",
        "#",
        "http.status = a",
    ],
)
def test_a_filter_expression_that_is_not_understood_is_refused(expression: str) -> None:
    with pytest.raises(FilterError):
        compile_filter(expression)


@given(
    st.builds(
        TraceHeader,
        root=st.just("1-12345678-0123456789abcdef01234567"),
        parent=st.none() | st.just("0123456789abcdef"),
        sampled=st.none() | st.booleans(),
    )
)
def test_a_trace_header_survives_writing_and_reading(header: TraceHeader) -> None:
    assert parse_header(str(header)) == header


def test_a_text_without_a_root_is_no_header() -> None:
    assert parse_header("Self=1-2-3;Sampled=1") is None


def test_a_document_without_an_account_belongs_to_its_parents() -> None:
    store = TraceStore()
    store.claim("function", "222222222222")
    store.add(subsegment("a", "function"), None)
    store.add(subsegment("b", "a"), None)
    store.add(segment("c", trace_id="1-1-2"), "111111111111")
    assert [account for account, _document in store.all()] == ["222222222222", "222222222222", "111111111111"]
    assert [document["id"] for document in store.of(["111111111111"])] == ["c"]


def put(emulator: Emulator, account: str, *documents: dict[str, Any]) -> Any:
    texts = [json.dumps(document) for document in documents]
    return emulator.client("xray", account).put_trace_segments(TraceSegmentDocuments=texts)


def live(name: str, **fields: Any) -> dict[str, Any]:
    now = time.time()
    return segment(new_id(), trace_id=new_trace_id(), name=name, start_time=now - 1, end_time=now) | fields


def summaries(emulator: Emulator, account: str, expression: str) -> list[Any]:
    pages = emulator.client("xray", account).get_paginator("get_trace_summaries")
    now = time.time()
    found = pages.paginate(StartTime=now - 60, EndTime=now + 60, FilterExpression=expression)
    return [summary for page in found for summary in page["TraceSummaries"]]


def test_segments_put_are_summarised_and_read_back(emulator: Emulator) -> None:
    document = live("read-back", fault=True, annotations={"plan": "gold"}, origin="AWS::Lambda")
    assert put(emulator, SERVICE_ACCOUNT, document)["UnprocessedTraceSegments"] == []
    (summary,) = summaries(emulator, SERVICE_ACCOUNT, 'service("read-back")')
    assert (summary["Id"], summary["HasFault"], summary["HasError"]) == (document["trace_id"], True, False)
    assert summary["ResponseTime"] == pytest.approx(1.0)
    assert summary["Annotations"]["plan"][0]["AnnotationValue"] == {"StringValue": "gold"}
    assert summary["EntryPoint"] == {"Name": "read-back", "Names": ["read-back"], "Type": "AWS::Lambda"}
    client = emulator.client("xray", SERVICE_ACCOUNT)
    answer = client.batch_get_traces(TraceIds=[document["trace_id"], "1-none"])
    assert json.loads(answer["Traces"][0]["Segments"][0]["Document"]) == document
    assert answer["UnprocessedTraceIds"] == ["1-none"]


def test_summaries_come_in_pages_of_a_hundred(emulator: Emulator) -> None:
    put(emulator, SERVICE_ACCOUNT, *(live("many-traces") for _ in range(101)))
    assert len(summaries(emulator, SERVICE_ACCOUNT, 'service("many-traces")')) == 101


def test_a_document_that_is_no_segment_comes_back_unprocessed(emulator: Emulator) -> None:
    answer = put(emulator, SERVICE_ACCOUNT, {"name": "without ids"})
    assert [one["ErrorCode"] for one in answer["UnprocessedTraceSegments"]] == ["ParseError"]


def test_the_other_account_does_not_see_the_trace_without_a_link(emulator: Emulator) -> None:
    put(emulator, "444444444444", live("unlinked"))
    assert summaries(emulator, MONITOR_ACCOUNT, 'service("unlinked")') == []


def test_a_filter_that_is_not_understood_is_an_invalid_request(emulator: Emulator) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="keyword 'edge' is not supported"):
        summaries(emulator, SERVICE_ACCOUNT, "edge = 1")


def test_more_than_five_traces_at_once_are_refused(emulator: Emulator) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="At most 5"):
        emulator.client("xray", SERVICE_ACCOUNT).batch_get_traces(TraceIds=[f"1-{n}" for n in range(6)])
