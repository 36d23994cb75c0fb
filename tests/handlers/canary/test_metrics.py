from datetime import UTC, datetime

import pytest

from handlers.canary.metrics import heartbeat_data, metric_data
from handlers.canary.outcome import Outcome

STARTED = datetime(2026, 11, 24, 14, 3, 1, tzinfo=UTC)


def compact(outcome: Outcome) -> list[tuple[str, dict[str, str], float, str]]:
    data = metric_data({"one": outcome}, "inference-dev", STARTED)
    assert all(datum["Timestamp"] == STARTED for datum in data)
    return [
        (d["MetricName"], {x["Name"]: x["Value"] for x in d["Dimensions"]}, d["Value"], d["Unit"])
        for d in data
    ]


SERVICE = {"Service": "inference-dev"}
ATTEMPT = ("CanaryAttempts", SERVICE, 1, "Count")


def test_a_success_is_an_attempt_a_success_and_a_latency() -> None:
    assert compact(Outcome(reason=None, detail="", status=200, latency_ms=87.5)) == [
        ATTEMPT,
        ("CanarySuccess", SERVICE, 1, "Count"),
        ("CanaryLatency", SERVICE, 87.5, "Milliseconds"),
    ]


@pytest.mark.parametrize("reason", ["status", "timeout"])
def test_a_failure_counts_once_in_all_and_once_by_reason_without_a_success_or_a_latency(reason: str) -> None:
    outcome = Outcome(reason=reason, detail="", latency_ms=1.0)  # type: ignore[arg-type]  # parametrized
    assert compact(outcome) == [
        ATTEMPT,
        ("CanaryFailure", SERVICE, 1, "Count"),
        ("CanaryFailure", {**SERVICE, "Reason": reason}, 1, "Count"),
    ]


def test_a_canary_without_its_secret_has_made_no_attempt() -> None:
    assert compact(Outcome(reason="secret", detail="")) == [
        ("CanaryAttempts", SERVICE, 0, "Count"),
        ("CanaryFailure", SERVICE, 1, "Count"),
        ("CanaryFailure", {**SERVICE, "Reason": "secret"}, 1, "Count"),
    ]


def test_of_several_probes_the_worst_is_the_services_and_each_has_its_own() -> None:
    fine = Outcome(reason=None, detail="", status=200, latency_ms=10.0)
    slower = Outcome(reason=None, detail="", status=200, latency_ms=20.0)
    broken = Outcome(reason="value", detail="", status=200, latency_ms=1.0)

    def told(**outcomes: Outcome) -> list[tuple[str, tuple[str, ...], float]]:
        data = metric_data(outcomes, "inference-dev", STARTED)
        return [(d["MetricName"], tuple(x["Value"] for x in d["Dimensions"][1:]), d["Value"]) for d in data]

    assert told(a=fine, b=slower) == [
        ("CanaryAttempts", (), 1),
        ("CanarySuccess", (), 1),
        ("CanaryLatency", (), 20.0),
        ("CanaryAttempts", ("a",), 1),
        ("CanarySuccess", ("a",), 1),
        ("CanaryLatency", ("a",), 10.0),
        ("CanaryAttempts", ("b",), 1),
        ("CanarySuccess", ("b",), 1),
        ("CanaryLatency", ("b",), 20.0),
    ]
    assert told(a=fine, b=broken)[:3] == [
        ("CanaryAttempts", (), 1),
        ("CanaryFailure", (), 1),
        ("CanaryFailure", ("value",), 1),
    ]
    assert ("CanaryFailure", ("b", "value"), 1) in told(a=fine, b=broken)


def test_from_one_of_several_locations_the_services_figures_come_once_more_with_it() -> None:
    fine = Outcome(reason=None, detail="", status=200, latency_ms=10.0)
    data = metric_data({"a": fine}, "inference-dev", STARTED, "us-east-1")
    location = {"Name": "Location", "Value": "us-east-1"}
    service = {"Name": "Service", "Value": "inference-dev"}
    names = ["CanaryAttempts", "CanarySuccess", "CanaryLatency"]
    assert [(d["MetricName"], d["Dimensions"]) for d in data] == [
        *((name, [service]) for name in names),
        *((name, [service, location]) for name in names),
    ]
    assert heartbeat_data(2, "inference-dev", STARTED) == [
        {
            "MetricName": "CanaryHeartbeatFailure",
            "Dimensions": [service],
            "Timestamp": STARTED,
            "Value": 2,
            "Unit": "Count",
        }
    ]


def test_a_probe_without_its_secret_does_not_hide_that_another_found_the_api_down() -> None:
    lacking, down = Outcome(reason="secret", detail=""), Outcome(reason="status", detail="", status=500)
    data = metric_data({"a": lacking, "b": down}, "inference-dev", STARTED)
    assert [(d["MetricName"], d["Value"]) for d in data[:2]] == [("CanaryAttempts", 1), ("CanaryFailure", 1)]
    assert data[2]["Dimensions"][1] == {"Name": "Reason", "Value": "status"}
