"""Minutes of the canary and of the API, and the five-minute sums for AWS's own ledger."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, get_args

from handlers.canary.outcome import Reason
from monitoring.catalogue import api, canary, endpoint, function, table
from monitoring.kpi import Metric
from monitoring.watched import Watched
from reports.metric_data import points

MINUTE_S, FIVE_MINUTES_S = 60, 300
DAY_MINUTES = 1440
MINUTE = timedelta(minutes=1)
BATCH = 60  # series a request: a day of minutes of 60 is within GetMetricData's 100,800 datapoints
REASONS: tuple[Reason, ...] = get_args(Reason)  # of the canary
COUNTED = {  # what AWS services count, and how it is added up
    "apigateway": {"requests": ("Count", "Sum"), "errors": ("5XXError", "Sum")},
    "lambda": {"requests": ("Invocations", "Sum"), "errors": ("Errors", "Sum")},
    "sagemaker": {"requests": ("Invocations", "Sum"), "errors": ("Invocation5XXErrors", "Sum")},
    "dynamodb": {
        "requests": ("SuccessfulRequestLatency", "SampleCount"),
        "errors": ("SystemErrors", "Sum"),
    },
}
Found = dict[str, dict[datetime, float]]
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One statistic of one metric, and the column that it becomes."""

    column: str
    metric: Metric
    statistic: str
    period_s: int = MINUTE_S

    def query(self, number: int) -> dict[str, Any]:
        """As GetMetricData takes it."""
        dimensions = [{"Name": name, "Value": value} for name, value in self.metric.dimensions.items()]
        metric = {
            "Namespace": self.metric.namespace,
            "MetricName": self.metric.name,
            "Dimensions": dimensions,
        }
        stat = {"Metric": metric, "Period": self.period_s, "Stat": self.statistic}
        return {"Id": f"q{number}", "MetricStat": stat}


def midnight(day: date) -> datetime:
    """The UTC day's first moment."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def read_minutes(monitor: Any, service: Any, watched: Watched, day: date) -> list[Row]:
    """The rows of `minutes`, every minute of the day; `monitor` and `service` are CloudWatch clients.

    A minute without a datapoint has nulls: CloudWatch publishes nothing where nothing was.
    """
    found = _fetch(monitor, probe_series(watched), day) | _fetch(service, request_series(watched), day)
    reasons: Found = {}
    if found["failures"]:  # most days have none, and each reason would be a metric to pay for
        reasons = _fetch(monitor, reason_series(watched), day)
    begin = midnight(day)
    return [_minute(watched.name, begin + MINUTE * n, found, reasons) for n in range(DAY_MINUTES)]


def read_intervals(service: Any, watched: Watched, day: date) -> list[Row]:
    """The rows of `intervals`: the five minutes in which an AWS service of the chain was asked anything."""
    found = _fetch(service, interval_series(watched), day)
    rows = []
    for provider in COUNTED:
        requests, errors = found[f"{provider} requests"], found[f"{provider} errors"]
        for at in sorted(requests):
            failed = int(errors.get(at, 0))
            # DynamoDB counts its successful requests only.
            asked = int(requests[at]) + (failed if provider == "dynamodb" else 0)
            row = {"begins_at": at, "provider": provider, "requests": asked, "errors": min(failed, asked)}
            rows.append({"service": watched.name, **row})
    return rows


def probe_series(watched: Watched) -> list[Series]:
    """What the canary publishes."""

    def series(column: str, name: str, statistic: str) -> Series:
        return Series(column=column, metric=canary.metric(watched, name), statistic=statistic)

    return [
        series("attempts", "CanaryAttempts", "Sum"),
        series("successes", "CanarySuccess", "Sum"),
        series("failures", "CanaryFailure", "Sum"),
        series("probe_ms", "CanaryLatency", "Average"),
        series("probes_timed", "CanaryLatency", "SampleCount"),
        series("probes_share", "CanaryLatency", f"PR(:{watched.slo.latency_p90_ms:g})"),
    ]


def reason_series(watched: Watched) -> list[Series]:
    """Why probes failed, a series a reason."""
    plain = canary.metric(watched, "CanaryFailure")
    return [
        Series(
            column=reason,
            metric=Metric(
                namespace=plain.namespace, name=plain.name, dimensions={**plain.dimensions, "Reason": reason}
            ),
            statistic="Sum",
        )
        for reason in REASONS
    ]


def request_series(watched: Watched) -> list[Series]:
    """What the API's stage counts; nothing where there is no API."""
    if (stage := watched.api) is None:
        return []

    def series(column: str, name: str, statistic: str) -> Series:
        return Series(column=column, metric=api.metric(stage, name), statistic=statistic)

    return [
        series("requests", "Count", "Sum"),
        series("refused", "4XXError", "Sum"),
        series("failed", "5XXError", "Sum"),
        series("timed", "Latency", "SampleCount"),
        series("share", "Latency", f"PR(:{watched.slo.latency_p90_ms:g})"),
    ]


def interval_series(watched: Watched) -> list[Series]:
    """What each AWS service counts of requests and errors, every five minutes; its parts are added up."""
    parts: Mapping[str, list[Callable[[str], Metric]]] = {
        "apigateway": [partial(api.metric, watched.api)] if watched.api else [],
        "lambda": [partial(function.metric, part) for part in watched.functions],
        "sagemaker": [partial(endpoint.metric, part) for part in watched.endpoints],
        "dynamodb": [partial(table.metric, part) for part in watched.tables],
    }
    return [
        Series(
            column=f"{provider} {column}", metric=metric(name), statistic=statistic, period_s=FIVE_MINUTES_S
        )
        for provider, metrics in parts.items()
        for metric in metrics
        for column, (name, statistic) in COUNTED[provider].items()
    ]


def _fetch(client: Any, series: Sequence[Series], day: date) -> Found:
    found: Found = defaultdict(dict)
    begin = midnight(day)
    for first in range(0, len(series), BATCH):
        batch = series[first : first + BATCH]
        queries = [one.query(number) for number, one in enumerate(batch)]
        for query_id, at, value in points(client, queries, begin, begin + timedelta(days=1)):
            values = found[batch[int(query_id.removeprefix("q"))].column]
            values[at.astimezone(UTC)] = values.get(at.astimezone(UTC), 0) + value
    return found


def _minute(service: str, at: datetime, found: Found, reasons: Found) -> Row:
    def count(column: str) -> int | None:
        value = found[column].get(at)
        return None if value is None else round(value)

    def part(share: str, whole: str) -> int | None:
        """A share in percent of a count is a count again: PR(:limit) x SampleCount."""
        pct, number = found[share].get(at), found[whole].get(at)
        return None if pct is None or number is None else round(pct * number / 100)

    why = ",".join(reason for reason in REASONS if reasons.get(reason, {}).get(at))
    return {
        "service": service,
        "minute": at,
        "attempts": count("attempts"),
        "successes": count("successes"),
        "failures": count("failures"),
        "reason": why or None,
        "probe_ms": found["probe_ms"].get(at),
        "probes_in_time": part("probes_share", "probes_timed"),
        "requests": count("requests"),
        "refused": count("refused"),
        "failed": count("failed"),
        "timed": count("timed"),
        "in_time": part("share", "timed"),
        "answered": None,
        "answered_in_time": None,
    }
