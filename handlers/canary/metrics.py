"""Outcomes as CloudWatch metric data: pure, so that what is published can be read in one place."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.canary.outcome import Outcome, worst

NAMESPACE = "InferenceWatch"


def metric_data(
    outcomes: Mapping[str, Outcome], service: str, started: datetime, location: str | None = None
) -> list[dict[str, Any]]:
    """The data of one `PutMetricData`, all at `started`, when the probes began; `outcomes` by probe.

    The service's figures are those of its worst probe: it is up when all that is probed is. Where there are
    several, each has its own too, with the dimension `Probe`. From one of several locations the service's
    figures come once more with the dimension `Location`; without it those of all locations add up.
    """
    whole = worst(list(outcomes.values()))
    data = _data(whole, {"Service": service}, started)
    if location is not None:
        data += _data(whole, {"Service": service, "Location": location}, started)
    if len(outcomes) > 1:
        for name, outcome in outcomes.items():
            data += _data(outcome, {"Service": service, "Probe": name}, started)
    return data


def _data(outcome: Outcome, dimensions: Mapping[str, str], started: datetime) -> list[dict[str, Any]]:
    """`CanaryAttempts` always: 1 for a probe that went out, 0 when the canary had nothing to send one with,
    so that a canary without its secret is seen as a canary that is down, not as an API that is.
    `CanarySuccess` with `CanaryLatency`, or `CanaryFailure` once in all and once by `Reason`. A success is
    never published as a 0, and no latency for a failure: how fast an error came, or that nothing came, is
    no response time.
    """
    data = [_datum("CanaryAttempts", dimensions, started, int(outcome.sent), "Count")]
    if outcome.reason is None:
        data.append(_datum("CanarySuccess", dimensions, started, 1, "Count"))
        data.append(_datum("CanaryLatency", dimensions, started, outcome.latency_ms, "Milliseconds"))
    else:
        by_reason = {**dimensions, "Reason": outcome.reason}
        data.append(_datum("CanaryFailure", dimensions, started, 1, "Count"))
        data.append(_datum("CanaryFailure", by_reason, started, 1, "Count"))
    return data


def heartbeat_data(failures: int, service: str, started: datetime) -> list[dict[str, Any]]:
    """How many addresses outside AWS were not reached; nothing is published when all were."""
    return [_datum("CanaryHeartbeatFailure", {"Service": service}, started, failures, "Count")]


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
