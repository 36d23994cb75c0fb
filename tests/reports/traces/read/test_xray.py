"""Reading X-Ray: ranges, paging, throttling and what it does not hand out, under botocore's validation."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from botocore.stub import ANY, Stubber

from reports.traces.read.xray import (
    ATTEMPTS,
    XRayError,
    XRayReader,
    client,
    filter_expression,
    some_of,
    windows,
)
from tests.reports.traces.make import trace_id

START = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Stubbed:
    """A reader of one worker whose answers are given in advance, and the pauses it made."""

    def __init__(self) -> None:
        self.client = boto3.client(
            "xray", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.stub = Stubber(self.client)
        self.pauses: list[float] = []
        self.reader = XRayReader(self.client, sleep=self.pauses.append, chance=lambda: 1.0, workers=1)

    def summaries(self, numbers: list[int], *, token: str | None = None, **expected: Any) -> None:
        answer: dict[str, Any] = {"TraceSummaries": [{"Id": trace_id(n)} for n in numbers]}
        if token:
            answer["NextToken"] = token
        request = {"StartTime": ANY, "EndTime": ANY, "Sampling": False, **expected}
        self.stub.add_response("get_trace_summaries", answer, request)

    def batch(
        self, asked: list[int], got: list[int], *, unprocessed: tuple[int, ...] = (), **more: Any
    ) -> None:
        self.stub.add_response(
            "batch_get_traces",
            {
                "Traces": [
                    {"Id": trace_id(n), "Segments": [{"Id": "a", "Document": f'{{"n": {n}}}'}]} for n in got
                ],
                "UnprocessedTraceIds": [trace_id(n) for n in unprocessed],
                **{k: v for k, v in more.items() if k == "NextToken"},
            },
            {"TraceIds": [trace_id(n) for n in asked], **more.get("request", {})},
        )

    def destination(self, destination: str) -> None:
        answer = {"Destination": destination, "Status": "ACTIVE"}
        self.stub.add_response("get_trace_segment_destination", answer, {})

    def retrieval(self, status: str, got: list[int], *, token: str | None = None, **request: Any) -> None:
        traces = [{"Id": trace_id(n), "Spans": [{"Id": "a", "Document": f'{{"n": {n}}}'}]} for n in got]
        self.stub.add_response(
            "list_retrieved_traces",
            {"RetrievalStatus": status, "Traces": traces, **({"NextToken": token} if token else {})},
            {"RetrievalToken": "r", "TraceFormat": "XRAY", **request},
        )

    def throttle(self, operation: str, times: int = 1, code: str = "ThrottledException") -> None:
        for _ in range(times):
            self.stub.add_client_error(operation, code, "slow down", 429)


@pytest.fixture
def xray() -> Iterator[Stubbed]:
    stubbed = Stubbed()
    with stubbed.stub:
        yield stubbed
        stubbed.stub.assert_no_pending_responses()


def test_a_long_range_is_asked_for_in_windows_of_six_hours() -> None:
    found = list(windows(START, START + 13 * HOUR))
    assert found == [
        (START, START + 6 * HOUR),
        (START + 6 * HOUR, START + 12 * HOUR),
        (START + 12 * HOUR, START + 13 * HOUR),
    ]
    assert list(windows(START, START + 6 * HOUR)) == [(START, START + 6 * HOUR)]
    assert list(windows(START, START)) == []


def test_every_page_of_every_window_is_read_and_each_trace_taken_once(xray: Stubbed) -> None:
    first: dict[str, Any] = {"StartTime": START, "EndTime": START + 6 * HOUR}
    second: dict[str, Any] = {"StartTime": START + 6 * HOUR, "EndTime": START + 8 * HOUR}
    xray.summaries([1, 2], token="more", **first)
    xray.summaries([], token="yet more", NextToken="more", **first)
    xray.summaries([3], NextToken="yet more", **first)
    xray.summaries([3, 4], **second)
    heard: list[int] = []
    found = xray.reader.trace_ids(START, START + 8 * HOUR, on_window=heard.append)
    assert found == [trace_id(n) for n in (1, 2, 3, 4)]
    assert heard == [3, 4]


def test_group_and_filter_become_one_expression(xray: Stubbed) -> None:
    assert filter_expression(None, None) is None
    assert filter_expression(None, "fault = true OR error") == "fault = true OR error"
    assert filter_expression("slow", None) == 'group.name = "slow"'
    expression = filter_expression("slow", "fault = true OR error")
    assert expression == 'group.name = "slow" AND (fault = true OR error)'
    xray.summaries([1], FilterExpression=expression)
    assert xray.reader.trace_ids(START, START + HOUR, expression) == [trace_id(1)]


def test_traces_are_fetched_five_at_a_time(xray: Stubbed) -> None:
    xray.batch([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    xray.batch([6, 7], [6, 7])
    heard: list[int] = []
    found = list(xray.reader.documents([trace_id(n) for n in range(1, 8)], on_traces=heard.append))
    assert found == [f'{{"n": {n}}}' for n in range(1, 8)]
    assert heard == [5, 2]


def test_the_pages_of_a_batch_are_read(xray: Stubbed) -> None:
    xray.batch([1, 2], [1], NextToken="more")
    xray.batch([1, 2], [2], request={"NextToken": "more"})
    assert len(list(xray.reader.documents([trace_id(1), trace_id(2)]))) == 2


def test_throttling_is_waited_out_with_doubling_pauses(xray: Stubbed) -> None:
    xray.throttle("get_trace_summaries", times=4)
    xray.summaries([1])
    assert xray.reader.trace_ids(START, START + HOUR) == [trace_id(1)]
    assert xray.pauses == pytest.approx([0.2, 0.4, 0.8, 1.6])


def test_a_pause_is_chosen_at_random_below_its_limit(xray: Stubbed) -> None:
    xray.reader.chance = lambda: 0.25
    xray.throttle("get_trace_summaries", times=2)
    xray.summaries([])
    xray.reader.trace_ids(START, START + HOUR)
    assert xray.pauses == pytest.approx([0.05, 0.1])


def test_endless_throttling_is_given_up_with_a_clear_error(xray: Stubbed) -> None:
    xray.throttle("get_trace_summaries", times=ATTEMPTS, code="ThrottlingException")
    with pytest.raises(XRayError, match=r"GetTraceSummaries: given up after 8 attempts: .*slow down"):
        xray.reader.trace_ids(START, START + HOUR)
    assert max(xray.pauses) == 10.0


def test_a_refusal_is_not_tried_again(xray: Stubbed) -> None:
    xray.stub.add_client_error("get_trace_summaries", "AccessDeniedException", "no", 403)
    with pytest.raises(XRayError, match=r"GetTraceSummaries: .*AccessDenied"):
        xray.reader.trace_ids(START, START + HOUR)
    assert xray.pauses == []


def test_unprocessed_traces_are_asked_for_again(xray: Stubbed) -> None:
    xray.batch([1, 2, 3], [1], unprocessed=(2, 3))
    xray.batch([2, 3], [2, 3])
    assert len(list(xray.reader.documents([trace_id(n) for n in (1, 2, 3)]))) == 3
    assert len(xray.pauses) == 1
    assert xray.reader.missing == []


def test_traces_that_stay_unprocessed_are_told_and_the_rest_kept(xray: Stubbed) -> None:
    xray.batch([1, 2], [1], unprocessed=(2,))
    for _ in range(ATTEMPTS - 1):
        xray.batch([2], [], unprocessed=(2,))
    assert list(xray.reader.documents([trace_id(1), trace_id(2)])) == ['{"n": 1}']
    assert xray.reader.missing == [trace_id(2)]


def test_an_error_while_fetching_ends_the_reading(xray: Stubbed) -> None:
    xray.batch([1, 2, 3, 4, 5], [1])
    xray.stub.add_client_error("batch_get_traces", "AccessDeniedException", "no", 403)
    with pytest.raises(XRayError, match="BatchGetTraces"):
        list(xray.reader.documents([trace_id(n) for n in range(1, 9)]))


@pytest.mark.parametrize(
    ("error", "tries"),
    [(EndpointConnectionError(endpoint_url="https://xray"), ATTEMPTS), (NoCredentialsError(), 1)],
)
def test_a_lost_connection_is_tried_again_and_missing_credentials_are_not(
    error: Exception, tries: int
) -> None:
    class Broken:
        calls = 0

        def get_trace_summaries(self, **_: Any) -> dict[str, Any]:
            self.calls += 1
            raise error

        def batch_get_traces(self, **_: Any) -> dict[str, Any]:
            raise AssertionError("not asked")

    broken = Broken()
    reader = XRayReader(broken, sleep=lambda _: None)  # type: ignore[arg-type]  # the two calls it makes
    with pytest.raises(XRayError, match="GetTraceSummaries"):
        reader.trace_ids(START, START + HOUR)
    assert broken.calls == tries


def test_the_client_makes_no_retries_of_its_own() -> None:
    made = client("eu-west-1", None)
    assert made.meta.region_name == "eu-west-1"
    assert made.meta.config.retries["total_max_attempts"] == 1  # type: ignore[attr-defined]  # set by Config


def test_a_profile_that_is_not_there_is_a_clear_error() -> None:
    with pytest.raises(XRayError, match="nobody"):
        client("eu-west-1", "nobody")


def test_a_sample_of_traces_is_the_same_every_time_and_even_over_time() -> None:
    ids = [trace_id(n) for n in range(10_000)]
    chosen = some_of(ids, 1000)
    assert chosen == some_of(list(reversed(ids)), 1000)
    assert len(set(chosen)) == 1000
    early = sum(trace in chosen for trace in ids[:5000])
    assert 400 < early < 600
    assert some_of(ids, 20_000) == ids


def ask(xray: Stubbed) -> list[str]:
    xray.reader.in_logs = None
    return list(xray.reader.segments([trace_id(1)], START, START + HOUR, on_traces=lambda _: None))


def test_segments_come_from_where_the_account_sends_them(xray: Stubbed) -> None:
    xray.destination("XRay")
    xray.batch([1], [1])
    assert ask(xray) == ['{"n": 1}']
    xray.destination("CloudWatchLogs")
    xray.stub.add_response("start_trace_retrieval", {"RetrievalToken": "r"}, None)
    xray.retrieval("COMPLETE", [1])
    xray.retrieval("COMPLETE", [1])
    assert ask(xray) == ['{"n": 1}']
    assert xray.reader.in_logs


def test_without_permission_to_ask_segments_are_taken_to_be_in_x_ray(xray: Stubbed) -> None:
    xray.stub.add_client_error("get_trace_segment_destination", "AccessDeniedException", "no", 403)
    xray.batch([1], [1])
    assert ask(xray) == ['{"n": 1}']
    xray.stub.add_client_error("get_trace_segment_destination", "InvalidRequestException", "no", 400)
    with pytest.raises(XRayError, match="GetTraceSegmentDestination"):
        ask(xray)


def test_what_went_to_the_logs_is_retrieved_and_waited_for(xray: Stubbed) -> None:
    ids = [trace_id(n) for n in (1, 2, 3)]
    request = {"TraceIds": ids, "StartTime": START, "EndTime": START + HOUR}
    xray.stub.add_response("start_trace_retrieval", {"RetrievalToken": "r"}, request)
    xray.retrieval("SCHEDULED", [])
    xray.retrieval("RUNNING", [1])
    xray.retrieval("COMPLETE", [1], token="more")
    xray.retrieval("COMPLETE", [1], token="more")
    xray.retrieval("COMPLETE", [3], NextToken="more")
    heard: list[int] = []
    found = list(xray.reader.retrieved(ids, START, START + HOUR, on_traces=heard.append))
    assert found == ['{"n": 1}', '{"n": 3}']
    assert (xray.reader.missing, heard, len(xray.pauses)) == ([trace_id(2)], [3], 2)


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED", "TIMEOUT"])
def test_a_retrieval_that_ends_otherwise_is_an_error(xray: Stubbed, status: str) -> None:
    xray.stub.add_response("start_trace_retrieval", {"RetrievalToken": "r"}, None)
    xray.retrieval(status, [])
    with pytest.raises(XRayError, match=f"the retrieval ended as {status}"):
        list(xray.reader.retrieved([trace_id(1)], START, START + HOUR))


def test_truncated_traces_are_told(xray: Stubbed) -> None:
    trace = {"Id": trace_id(1), "LimitExceeded": True, "Segments": []}
    answer = {"Traces": [trace], "UnprocessedTraceIds": []}
    xray.stub.add_response("batch_get_traces", answer, None)
    assert list(xray.reader.documents([trace_id(1)])) == []
    assert xray.reader.truncated == [trace_id(1)]
