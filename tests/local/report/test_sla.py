"""The SLA's report over a run's own minutes."""

import json
from pathlib import Path
from typing import Any

from local.emulator import MONITOR_ACCOUNT
from local.report.sla import write_sla
from local.run.watching import Alarm, Page
from reports.sla.evidence.verify import verify
from tests.local.made import START, WATCHED, findings, probe

FIRST = START - START % 60 + 60  # the first whole minute after the deployment


def point(at: float, metric: str, value: float, count: float = 1) -> dict[str, Any]:
    ours = metric.startswith(("Canary", "Answered"))
    dimensions = {"Service": "inference-dev"} if ours else {"ApiName": "inference-dev", "Stage": "live"}
    return {
        "namespace": "InferenceWatch" if ours else "AWS/ApiGateway",
        "metric": metric,
        "dimensions": dimensions,
        "timestamp": at,
        "unit": "Count",
        "value": value,
        "count": count,
    }


def test_a_run_ends_with_the_report_over_its_own_minutes(tmp_path: Path) -> None:
    times = {"deployed_at": FIRST - 30, "ended_at": FIRST + 200}
    found = findings(
        **times,
        probes=(probe(0), probe(FIRST + 61 - START - 15, "timeout")),
        datapoints=[
            point(FIRST - 70, "Count", 1, 50),  # before the first minute
            point(FIRST + 5, "Count", 1, 40),
            point(FIRST + 6, "Latency", 50, 36),
            point(FIRST + 7, "Latency", 900, 4),
            point(FIRST + 1, "CanaryAttempts", 1),
            point(FIRST + 1, "CanarySuccess", 1),
            point(FIRST + 1, "CanaryLatency", 61),
            point(FIRST + 61, "CanaryAttempts", 1),
            point(FIRST + 61, "CanaryFailure", 1),
            point(FIRST + 70, "Count", 1, 10),
            point(FIRST + 70, "5XXError", 0, 8),
            point(FIRST + 71, "5XXError", 1, 2),
            point(FIRST + 250, "Count", 1, 9),  # after the last minute
            {**point(FIRST + 5, "Count", 1, 40), "dimensions": {"ApiName": "inference-dev"}},
        ],
        alarms=(
            Alarm(
                name="inference-dev-monitor-page-api-down",
                account=MONITOR_ACCOUNT,
                kind="composite",
                state="OK",
                description="",
                went_off=((FIRST + 90, FIRST + 150),),
            ),
        ),
        pages=(
            Page(
                at=FIRST + 90,
                alarm="inference-dev-monitor-page-api-down",
                account=MONITOR_ACCOUNT,
                level="critical",
                topic="arn:aws:sns:eu-central-1:222222222222:inference-dev-monitor-critical",
                to=(),
            ),
        ),
    )
    for _ in range(2):  # the second run replaces the first
        whole = write_sla([found], tmp_path / "sla")
    assert (whole.services[0].service, whole.services[0].requests) == ("inference-dev", 50)
    one = json.loads((tmp_path / "sla" / "services" / "inference-dev.json").read_text())
    assert (one["span"]["expected_minutes"], one["span"]["missing_minutes"]) == (5, 0)
    assert (one["requests"]["failed"], one["probes"]["total"], one["probes"]["failed"]) == (2, 2, 1)
    latency = one["latency"]  # 36 of 40 in time; two of the 40 were failures, fast or slow
    assert (latency["lower_pct"], latency["upper_pct"]) == (100 * 34 / 38, 100 * 36 / 38)
    assert latency["source"] == "stage metrics"
    (incident,) = one["incidents"]
    assert (incident["reasons"], incident["detected_after_s"], len(incident["pages"])) == (
        {"timeout": 1},
        30,
        1,
    )
    assert verify(tmp_path / "sla" / "evidence").head == whole.proof.head
    assert (tmp_path / "sla" / "index.html").exists()


def test_a_run_of_less_than_a_minute_has_a_report(tmp_path: Path) -> None:
    found = findings(deployed_at=FIRST + 5, ended_at=FIRST + 50)
    whole = write_sla([found], tmp_path / "sla")
    assert whole.verdict == "not provable"


def test_the_latency_is_that_of_what_the_filter_on_the_access_log_saw_answered(tmp_path: Path) -> None:
    watched = {**WATCHED, "api": {**WATCHED["api"], "answered_as": "inference-dev"}}
    flood = [point(FIRST + 5, "Latency", 4, 900), point(FIRST + 5, "Latency", 300, 40)]
    answered = [point(FIRST + 6, "AnsweredLatency", 300, 40), point(FIRST + 6, "AnsweredLatency", 200, 10)]
    found = findings(
        watched=watched,
        deployed_at=FIRST - 30,
        ended_at=FIRST + 200,
        datapoints=[
            point(FIRST + 5, "Count", 1, 950),
            point(FIRST + 5, "4XXError", 1, 900),
            *flood,
            *answered,
        ],
    )
    write_sla([found], tmp_path / "sla")
    latency = json.loads((tmp_path / "sla" / "services" / "inference-dev.json").read_text())["latency"]
    assert (latency["source"], latency["verdict"]) == ("access log", "broken")
    assert (latency["share_pct"], latency["stage_share_pct"]) == (20, 100 * 900 / 940)
    assert (latency["answered_ms"]["p90"], latency["stage_ms"]["p90"]) == (300, 4)
