"""What a run left behind in the two accounts: canary probes and usage.

Reads only what the deployed parts published themselves, through the emulator's public API. It never
invokes the canary: every probe it finds was fired by the canary's own schedule.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from local.summary import Usage
from monitoring.names import NAMESPACE


class Accounts(Protocol):
    """Whatever hands out boto3 clients of an account; `local.emulator.Emulator` does."""

    def client(self, service: str, account: str) -> Any:
        """A boto3 client of `service` in `account`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """One probe of the canary. `at` is epoch seconds; `latency_ms` is None when it published none."""

    at: float
    succeeded: bool
    reason: str | None
    latency_ms: float | None


class UsageReporterError(RuntimeError):
    """The deployed usage reporter ended with an error; the message is its own."""


def probes(accounts: Accounts, account: str, service: str, since: float) -> tuple[Probe, ...]:
    """The canary's probes since an epoch time, oldest first, from the metrics it published.

    The canary publishes one datapoint of each metric a probe, all with the probe's own time.
    """
    client = accounts.client("cloudwatch", account)
    base = {"Service": service}
    attempts = _points(client, "CanaryAttempts", base, "Sum", since)
    succeeded = _points(client, "CanarySuccess", base, "Sum", since)
    latency = _points(client, "CanaryLatency", base, "Average", since)
    reasons: dict[float, str] = {}
    pages = client.get_paginator("list_metrics").paginate(Namespace=NAMESPACE, MetricName="CanaryFailure")
    for metric in (metric for page in pages for metric in page["Metrics"]):
        dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
        if dimensions.get("Service") == service and "Reason" in dimensions:
            failures = _points(client, "CanaryFailure", dimensions, "Sum", since)
            reasons |= dict.fromkeys(failures, str(dimensions["Reason"]))
    return tuple(
        Probe(at=at, succeeded=at in succeeded, reason=reasons.get(at), latency_ms=latency.get(at))
        for at in sorted(attempts)
    )


def report_usage(accounts: Accounts, account: str, function: str, day: date) -> None:
    """Run the deployed usage reporter as its schedule does just after `day` is over.

    Raises `UsageReporterError` with the function's own error when it fails.
    """
    fired = datetime.combine(day + timedelta(days=1), time(0, 5), UTC)
    answer = accounts.client("lambda", account).invoke(
        FunctionName=function,
        Payload=json.dumps({"time": fired.strftime("%Y-%m-%dT%H:%M:%SZ")}).encode(),
    )
    payload = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        raise UsageReporterError(f"The usage reporter failed: {payload}")


def usage(
    accounts: Accounts, account: str, service: str, plans: Sequence[Mapping[str, Any]], since: date
) -> dict[str, Usage]:
    """What the usage reporter published for each of `plans` (name and quota, as the stack exports them).

    A plan that it did not publish is left out.
    """
    client = accounts.client("cloudwatch", account)
    start = datetime.combine(since, time(), UTC).timestamp()
    pages = client.get_paginator("list_metrics").paginate(Namespace=NAMESPACE, MetricName="UsageRequests")
    found = [
        dimensions
        for page in pages
        for metric in page["Metrics"]
        if (dimensions := {each["Name"]: each["Value"] for each in metric["Dimensions"]})["Service"]
        == service
    ]
    result: dict[str, Usage] = {}
    for plan in plans:
        of_plan = [dimensions for dimensions in found if dimensions.get("Plan") == plan["name"]]
        keys = [_latest(client, "UsageRequests", each, start) for each in of_plan if "Key" in each]
        if not keys:
            continue
        quota = plan["quota"]
        dimensions = {"Service": service, "Plan": plan["name"]}
        percent = _points(client, "UsagePercentOfQuota", dimensions, "Maximum", start)
        if quota and not percent:
            continue
        result[plan["name"]] = Usage(
            used=int(max(keys)),
            requests=int(sum(keys)),
            limit=quota["limit"] if quota else None,
            period=quota["period"] if quota else None,
            percent=round(percent[max(percent)], 2) if percent else None,
        )
    return result


def _latest(client: Any, metric: str, dimensions: Mapping[str, str], since: float) -> float:
    points = _points(client, metric, dimensions, "Maximum", since)
    return points[max(points)]


def _points(
    client: Any, metric: str, dimensions: Mapping[str, str], statistic: str, since: float
) -> dict[float, float]:
    """A metric's values by epoch second. The emulator keeps raw datapoints, so a period of 1 s shows each."""
    answer = client.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=datetime.fromtimestamp(since, UTC),
        EndTime=datetime.now(UTC) + timedelta(days=2),
        Period=1,
        Statistics=[statistic],
    )
    return {point["Timestamp"].timestamp(): point[statistic] for point in answer["Datapoints"]}
