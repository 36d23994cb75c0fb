"""Usage as CloudWatch metric data: pure, and the same for the same day however often it is made.

CloudWatch adds up what it gets twice for one minute, so read these with Maximum, which a repeated run
does not change, never with Sum.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from handlers.usage_reporter.periods import Quota, timestamp
from handlers.usage_reporter.usage import PlanUsage

NAMESPACE = "InferenceWatch"
MAX_METRICS = 1000  # a PutMetricData's, as is its size of 1 MB
MAX_BYTES = 900_000
DATUM_BYTES = 600  # a datum without its texts, generously, in any of the service's protocols
ESCAPED = 3  # bytes that one byte of text can become in a form-encoded request


def metric_data(plans: Iterable[PlanUsage], service: str, day: date) -> list[dict[str, Any]]:
    """All data of the day.

    `UsageRequests` per key and, summed, per plan: the day's requests. `UsagePercentOfQuota` per plan: its
    busiest key's requests since the period began, in percent of what one key may send; and for the
    service: its highest plan's. A plan without a quota has no percentage, one without keys no data.
    """
    moment = timestamp(day)
    by_service = {"Service": service}
    data: list[dict[str, Any]] = []
    percents: list[float] = []
    for plan in plans:
        if not plan.keys:
            continue
        by_plan = {**by_service, "Plan": plan.name}
        data.extend(
            _datum("UsageRequests", {**by_plan, "Key": key.name}, moment, key.day, "Count")
            for key in plan.keys
        )
        data.append(_datum("UsageRequests", by_plan, moment, sum(key.day for key in plan.keys), "Count"))
        if plan.quota is not None:
            percents.append(percent_of_quota(max(key.period for key in plan.keys), plan.quota))
            data.append(_datum("UsagePercentOfQuota", by_plan, moment, percents[-1], "Percent"))
    if percents:
        data.append(_datum("UsagePercentOfQuota", by_service, moment, max(percents), "Percent"))
    return data


def percent_of_quota(used: int, quota: Quota) -> float:
    """`used` in percent of the limit. A limit of 0 refuses everything, so it is always used up."""
    return 100.0 * used / quota.limit if quota.limit else 100.0


def requests(data: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """`data` in order, in parts that fit one PutMetricData each."""
    part: list[Mapping[str, Any]] = []
    size = 0
    for datum in data:
        needed = _size(datum)
        if part and (len(part) == MAX_METRICS or size + needed > MAX_BYTES):
            yield part
            part, size = [], 0
        part.append(datum)
        size += needed
    if part:
        yield part


def _size(datum: Mapping[str, Any]) -> int:
    texts = (dimension["Value"] for dimension in datum["Dimensions"])
    return DATUM_BYTES + ESCAPED * sum(len(text.encode()) for text in texts)


def _datum(
    metric: str, dimensions: Mapping[str, str], moment: datetime, value: float, unit: str
) -> dict[str, Any]:
    return {
        "MetricName": metric,
        "Dimensions": [{"Name": name, "Value": text} for name, text in dimensions.items()],
        "Timestamp": moment,
        "Value": value,
        "Unit": unit,
    }
