"""The access log, summed by CloudWatch Logs Insights: what was answered, to whom, and how fast.

Insights gives at most 10,000 rows a query: a window that has as many is asked again in halves.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from monitoring.names import access_log_group
from monitoring.watched import Watched
from reports.sla.collect.minutes import midnight

MAX_ROWS = 10_000
LIMIT = f"| limit {MAX_ROWS}"
POLL_S, PATIENCE_S = 1.0, 300.0
MINUTE = timedelta(minutes=1)
NO_KEY = "-"
# A function that answers 5XX itself was reached: its integration status is 200.
GATEWAY_ERRORS = 'filter status like /^5/ and integrationStatus != "200" | stats count(*) as n by bin(5m)'
THROTTLED = 429
Row = dict[str, Any]


class AccessLogError(RuntimeError):
    """Insights did not answer; the message says what it said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessLog:
    """What one day's log says. `answered` and `in_time` are predictions by minute.

    `gateway_errors` are the 5XX of each five minutes that did not come from the function.
    """

    answered: Mapping[datetime, int]
    in_time: Mapping[datetime, int]
    customers: list[Row]
    latencies: list[Row]
    gateway_errors: Mapping[datetime, int]


def read_access_log(
    client: Any,
    watched: Watched,
    day: date,
    key_names: Mapping[str, str],
    sleep: Callable[[float], None] = time.sleep,
) -> AccessLog | None:
    """None where there is no such log group. Raises `AccessLogError` and botocore's errors."""
    asked = _Asked(client=client, group=access_log_group(watched.name), sleep=sleep)
    in_time = f"filter status like /^2/ and latencyMs <= {watched.slo.latency_p90_ms:g} | "
    begin, end = midnight(day), midnight(day) + timedelta(days=1)
    try:
        by_minute = list(asked.rows("stats count(*) as n by bin(1m), status", begin, end))
    except client.exceptions.ResourceNotFoundException:
        return None
    fast = list(asked.rows(f"{in_time}stats count(*) as n by bin(1m)", begin, end))
    by_customer = list(asked.rows("stats count(*) as n by bin(1h), apiKeyId, status", begin, end))
    fast_by_customer = list(asked.rows(f"{in_time}stats count(*) as n by bin(1h), apiKeyId", begin, end))
    spread = list(asked.rows("stats count(*) as n by bin(1h), latencyMs, status", begin, end))
    gateway = list(asked.rows(GATEWAY_ERRORS, begin, end))
    return AccessLog(
        answered=_sums((row["at"], row["n"]) for row in by_minute if _answered(row)),
        in_time=_sums((row["at"], row["n"]) for row in fast),
        customers=_customers(watched.name, by_customer, fast_by_customer, key_names),
        latencies=_latencies(watched.name, spread),
        gateway_errors=_sums((row["at"], row["n"]) for row in gateway),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    client: Any
    group: str
    sleep: Callable[[float], None]

    def rows(self, query: str, begin: datetime, end: datetime) -> Iterator[Row]:
        """Rows with `at`, `n` and what the query groups by; a bin may come in parts, which add up."""
        found = self._answer(f"{query} {LIMIT}", begin, end)
        if len(found) < MAX_ROWS:
            yield from (_row(fields) for fields in found)
            return
        if end - begin <= MINUTE:
            raise AccessLogError(f"one minute of {self.group} has over {MAX_ROWS} rows: {query}")
        middle = begin + MINUTE * ((end - begin) // MINUTE // 2)
        yield from self.rows(query, begin, middle)
        yield from self.rows(query, middle, end)

    def _answer(self, query: str, begin: datetime, end: datetime) -> list[list[dict[str, str]]]:
        started = self.client.start_query(
            logGroupName=self.group,
            startTime=int(begin.timestamp()),
            endTime=int(end.timestamp()) - 1,  # both ends are included
            queryString=query,
            limit=MAX_ROWS,
        )
        waited = 0.0
        while True:
            answer = self.client.get_query_results(queryId=started["queryId"])
            status = answer["status"]
            if status == "Complete":
                found: list[list[dict[str, str]]] = answer["results"]
                return found
            if status not in ("Scheduled", "Running") or waited > PATIENCE_S:
                raise AccessLogError(f"the query of {self.group} is {status} after {waited:.0f} s: {query}")
            self.sleep(POLL_S)
            waited += POLL_S


def _row(fields: list[dict[str, str]]) -> Row:
    row: Row = {"status": "", "apiKeyId": "", "latencyMs": ""}
    for field in fields:
        name, value = field["field"], field.get("value", "")
        if name.startswith("bin("):
            row["at"] = datetime.fromisoformat(value).replace(tzinfo=UTC)
        elif name == "n":
            row["n"] = int(value)
        else:
            row[name] = value
    return row


def _answered(row: Row) -> bool:
    return bool(row["status"].startswith("2"))


def _sums(pairs: Iterator[tuple[datetime, int]]) -> Counter[datetime]:
    found: Counter[datetime] = Counter()
    for at, number in pairs:
        found[at] += number
    return found


def _customers(service: str, rows: list[Row], fast: list[Row], names: Mapping[str, str]) -> list[Row]:
    def name(row: Row) -> str:
        key = row["apiKeyId"]
        return NO_KEY if key in ("", NO_KEY) else names.get(key, key)

    sums: dict[tuple[datetime, str], Counter[str]] = {}
    for row in rows:
        found = sums.setdefault((row["at"], name(row)), Counter())
        found["requests"] += row["n"]
        found[_kind(row["status"])] += row["n"]
    for row in fast:
        sums.setdefault((row["at"], name(row)), Counter())["answered_in_time"] += row["n"]
    columns = ("requests", "refused", "throttled", "failed", "answered", "answered_in_time")
    return [
        {
            "service": service,
            "hour": at,
            "customer": customer,
            **{column: found[column] for column in columns},
        }
        for (at, customer), found in sorted(sums.items())
    ]


def _kind(status: str) -> str:
    if status == str(THROTTLED):
        return "throttled"
    return {"2": "answered", "4": "refused", "5": "failed"}.get(status[:1], "other")


def _latencies(service: str, rows: list[Row]) -> list[Row]:
    sums: Counter[tuple[datetime, str, int]] = Counter()
    for row in rows:
        if row["latencyMs"].isdigit():
            sums[row["at"], "stage", int(row["latencyMs"])] += row["n"]
            if _answered(row):
                sums[row["at"], "answered", int(row["latencyMs"])] += row["n"]
    return [
        {"service": service, "hour": at, "source": source, "ms": ms, "requests": number}
        for (at, source, ms), number in sorted(sums.items())
    ]
