"""An outcome as CloudWatch metric data: pure, so that what is published can be read in one place."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.canary.outcome import Outcome

NAMESPACE = "InferenceWatch"


def metric_data(outcome: Outcome, service: str, started: datetime) -> list[dict[str, Any]]:
    """The data of one `PutMetricData`, all at `started`, when the probe began.

    `CanaryAttempts` always; `CanarySuccess`, or `CanaryFailure` once in all and once by `Reason`;
    `CanaryLatency` when it is known. Every count is 1: a success is never published as a 0.
    """
    by_service = {"Service": service}
    data = [_datum("CanaryAttempts", by_service, started, 1, "Count")]
    if outcome.reason is None:
        data.append(_datum("CanarySuccess", by_service, started, 1, "Count"))
    else:
        by_reason = {**by_service, "Reason": outcome.reason}
        data.append(_datum("CanaryFailure", by_service, started, 1, "Count"))
        data.append(_datum("CanaryFailure", by_reason, started, 1, "Count"))
    if outcome.latency_ms is not None:
        data.append(_datum("CanaryLatency", by_service, started, outcome.latency_ms, "Milliseconds"))
    return data


def _datum(
    metric: str, dimensions: Mapping[str, str], timestamp: datetime, value: float, unit: str
) -> dict[str, Any]:
    return {
        "MetricName": metric,
        "Dimensions": [{"Name": name, "Value": text} for name, text in dimensions.items()],
        "Timestamp": timestamp,
        "Value": value,
        "Unit": unit,
    }
