from datetime import UTC, datetime

import pytest

from handlers.canary.metrics import metric_data
from handlers.canary.outcome import Outcome

STARTED = datetime(2026, 11, 24, 14, 3, 1, tzinfo=UTC)


def compact(outcome: Outcome) -> list[tuple[str, dict[str, str], float, str]]:
    data = metric_data(outcome, "inference-dev", STARTED)
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
