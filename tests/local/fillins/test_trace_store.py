"""The collected segments: whose they are, and the header that joins them."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local.emulator import SERVICE_ACCOUNT, Emulator
from local.fillins.xray.traces import TraceHeader, TraceStore, parse_header


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


def test_a_document_that_is_no_segment_comes_back_unprocessed(emulator: Emulator) -> None:
    answer = emulator.client("xray", SERVICE_ACCOUNT).put_trace_segments(
        TraceSegmentDocuments=[json.dumps({"name": "without ids"})]
    )
    assert [one["ErrorCode"] for one in answer["UnprocessedTraceSegments"]] == ["ParseError"]
