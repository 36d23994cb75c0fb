"""X-Ray -> segment documents: finds the traces of a time range and fetches them, within AWS's limits.

Where Transaction Search is on, segments go to CloudWatch Logs: X-Ray lists the traces it has indexed, and
hands them out by StartTraceRetrieval and ListRetrievedTraces instead of BatchGetTraces, which finds nothing.

Owns every retry (its client makes none of its own), so that throttling is waited out once and visibly. It
parses nothing: documents are handed on as they are.
"""

import random
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore import exceptions
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_xray import XRayClient

WINDOW = timedelta(hours=6)  # GetTraceSummaries takes no longer range
BATCH = 5  # BatchGetTraces takes no more ids
RETRIEVAL = 100  # StartTraceRetrieval takes no more ids
POLLS = 60  # of a retrieval, with the pauses of a retry between them: some nine minutes
WORKERS = 4
ATTEMPTS = 8
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
THROTTLES = {"ThrottledException", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"}


class XRayError(RuntimeError):
    """X-Ray could not be asked; the message names the operation and the reason."""


def client(region: str | None, profile: str | None) -> "XRayClient":
    """An X-Ray client that leaves retries to `XRayReader`. Raises `XRayError`, as without a region."""
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        return session.client(
            "xray", config=Config(retries={"total_max_attempts": 1}, max_pool_connections=WORKERS)
        )
    except BotoCoreError as error:
        raise XRayError(f"X-Ray cannot be asked: {error}") from None


def filter_expression(group: str | None, expression: str | None) -> str | None:
    """A filter expression for the traces of a group that also match `expression`; None for all traces."""
    parts = [f'group.name = "{group}"'] if group else []
    if expression:
        parts.append(f"({expression})" if group else expression)
    return " AND ".join(parts) or None


def windows(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The range in consecutive windows that GetTraceSummaries accepts."""
    while start < end:
        stop = min(start + WINDOW, end)
        yield start, stop
        start = stop


@dataclass(slots=True)
class XRayReader:
    """Asks X-Ray. `missing` are ids that it listed and did not hand out, `truncated` those of too many
    segments. `in_logs`: whether Transaction Search is on, None before anything was fetched.

    `sleep` and `chance` (0 to 1) are passed in for tests.
    """

    client: "XRayClient"
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    workers: int = WORKERS
    missing: list[str] = field(default_factory=list)
    truncated: list[str] = field(default_factory=list)
    in_logs: bool | None = None

    def trace_ids(
        self,
        start: datetime,
        end: datetime,
        expression: str | None = None,
        *,
        on_window: Callable[[int], None] = lambda _: None,
    ) -> list[str]:
        """The ids of all traces begun in the range that match; each once, in the order they were listed.

        `on_window` hears after each window how many ids are known. Raises `XRayError`.
        """
        ids: dict[str, None] = {}
        for window_start, window_end in windows(start, end):
            request: dict[str, Any] = {"StartTime": window_start, "EndTime": window_end, "Sampling": False}
            if expression:
                request["FilterExpression"] = expression
            for page in self._pages("GetTraceSummaries", self.client.get_trace_summaries, request):
                ids.update(
                    (summary["Id"], None) for summary in page.get("TraceSummaries", ()) if "Id" in summary
                )
            on_window(len(ids))
        return list(ids)

    def documents(
        self,
        ids: Sequence[str],
        *,
        on_traces: Callable[[int], None] = lambda _: None,
    ) -> Iterator[str]:
        """The segment documents, as JSON texts, of the traces with these ids.

        `on_traces` hears how many more traces are done. Raises `XRayError`.
        """
        batches = [ids[i : i + BATCH] for i in range(0, len(ids), BATCH)]
        pool = ThreadPoolExecutor(self.workers)
        try:
            for batch, traces in zip(batches, pool.map(self._fetch, batches), strict=True):
                on_traces(len(batch))
                for trace in traces:
                    for segment in trace.get("Segments", ()):
                        yield segment.get("Document", "")
        finally:
            pool.shutdown(cancel_futures=True)

    def segments(
        self, ids: Sequence[str], start: datetime, end: datetime, *, on_traces: Callable[[int], None]
    ) -> Iterator[str]:
        """The segment documents of traces listed for a range, from where the account sends them.

        Raises `XRayError`. Without permission to ask, segments are taken to be in X-Ray: the default.
        """
        if self.in_logs is None:
            try:
                answer = self._ask(
                    "GetTraceSegmentDestination", self.client.get_trace_segment_destination, {}
                )
                self.in_logs = answer.get("Destination") == "CloudWatchLogs"
            except XRayError as error:
                if "AccessDenied" not in str(error):
                    raise
                self.in_logs = False
        if self.in_logs:
            return self.retrieved(ids, start, end, on_traces=on_traces)
        return self.documents(ids, on_traces=on_traces)

    def retrieved(
        self,
        ids: Sequence[str],
        start: datetime,
        end: datetime,
        *,
        on_traces: Callable[[int], None] = lambda _: None,
    ) -> Iterator[str]:
        """As `documents`, of traces whose segments went to CloudWatch Logs. Raises `XRayError`."""
        for first in range(0, len(ids), RETRIEVAL):
            batch = ids[first : first + RETRIEVAL]
            left = dict.fromkeys(batch)
            for trace in self._retrieve({"TraceIds": batch, "StartTime": start, "EndTime": end}):
                left.pop(trace.get("Id", ""), None)
                for span in trace.get("Spans", ()):
                    yield span.get("Document", "")
            self.missing += left
            on_traces(len(batch))

    def _retrieve(self, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        token = self._ask("StartTraceRetrieval", self.client.start_trace_retrieval, request)["RetrievalToken"]
        wanted = {"RetrievalToken": token, "TraceFormat": "XRAY"}
        operation, call = "ListRetrievedTraces", self.client.list_retrieved_traces
        for attempt in range(POLLS):
            status = self._ask(operation, call, wanted)["RetrievalStatus"]
            if status == "COMPLETE":
                for page in self._pages(operation, call, wanted):
                    yield from page.get("Traces", ())
                return
            if status not in ("SCHEDULED", "RUNNING"):
                raise XRayError(f"{operation}: the retrieval ended as {status}; ask again")
            self._pause(attempt)
        raise XRayError(f"{operation}: the retrieval is not complete after {POLLS} polls")

    def _fetch(self, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        traces: list[Mapping[str, Any]] = []
        left = list(ids)
        for attempt in range(ATTEMPTS):
            unprocessed: list[str] = []
            for page in self._pages("BatchGetTraces", self.client.batch_get_traces, {"TraceIds": left}):
                traces += page.get("Traces", ())
                unprocessed += page.get("UnprocessedTraceIds", ())
            if not unprocessed:
                break
            left = unprocessed
            self._pause(attempt)
        else:
            self.missing.extend(left)
        self.truncated += [trace["Id"] for trace in traces if trace.get("LimitExceeded")]
        return traces

    def _pages(
        self, operation: str, call: Callable[..., Any], request: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        token: str | None = None
        while True:
            page = self._ask(operation, call, {**request, **({"NextToken": token} if token else {})})
            yield page
            token = page.get("NextToken")
            if not token:
                return

    def _ask(self, operation: str, call: Callable[..., Any], request: Mapping[str, Any]) -> Mapping[str, Any]:
        reason: Exception | None = None
        for attempt in range(ATTEMPTS):
            try:
                answer: Mapping[str, Any] = call(**request)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in THROTTLES:
                    raise XRayError(f"{operation}: {error}") from None
                reason = error
            except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
                reason = error
            except BotoCoreError as error:  # no credentials, for example: another try changes nothing
                raise XRayError(f"{operation}: {error}") from None
            else:
                return answer
            self._pause(attempt)
        raise XRayError(f"{operation}: given up after {ATTEMPTS} attempts: {reason}")

    def _pause(self, attempt: int) -> None:
        """Wait with full jitter: somewhere between nothing and a doubling limit."""
        self.sleep(self.chance() * min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**attempt))


def some_of(ids: Sequence[str], most: int) -> list[str]:
    """At most `most` of the ids, by a checksum: the same ones every time, and unrelated to their time."""
    if len(ids) <= most:
        return list(ids)
    return sorted(ids, key=lambda trace_id: (zlib.crc32(trace_id.encode()), trace_id))[:most]
