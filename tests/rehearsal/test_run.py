"""One rehearsal: expectations, detections, doubts, and what the faults do to the metrics."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from monitoring.spec import MetricAlarm
from rehearsal.errors import RehearsalError
from rehearsal.incident.metrics import incident
from rehearsal.incident.scenario import Scenario, load
from rehearsal.run import run
from rehearsal.sources.stack import Account, AlarmSet
from tests.rehearsal.builders import alarm, stat

Make = Callable[[str], Scenario]
BASE = """\
name: Test
why: To test.
duration: 2h
history: 2h
traffic: {{per_minute: 600, swing: 0, noise: 0}}
{0}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Make:
    def make(text: str) -> Scenario:
        path = tmp_path / "s.yaml"
        path.write_text(BASE.format(text))
        return load(path)

    return make


def watch(
    metric: str, statistic: str = "Sum", namespace: str = "AWS/Lambda", **fields: object
) -> MetricAlarm:
    query = stat(metric, namespace=namespace, statistic=statistic, return_data=True)
    values: dict[str, object] = {
        "queries": (query,),
        "level": "critical",
        "missing_data": "notBreaching",
        **fields,
    }
    return alarm(f"{metric}-{statistic}".lower(), **values)  # type: ignore[arg-type]  # fields are per case


def alarms(*found: MetricAlarm) -> AlarmSet:
    return AlarmSet(name="test", accounts=(Account(id=None, alarms=found),))


ERRORS = "faults:\n  - {fault: errors, at: 30m, for: 30m, share: 0.5}\n"


@pytest.mark.parametrize(
    ("expect", "failures"),
    [
        ("pages: [{alarm: errors-sum, by: 35m, after: 31m}]", []),
        ("pages: [{alarm: errors-sum, by: 31m}]", [("errors-sum pages by 31m", "it paged at 32m")]),
        (
            "pages: []",
            [("errors-sum is not among the expected pages", "it paged at 32m (critical)")],
        ),
        ("pages: []\n  allow: [errors-*]", []),
        ("silent: [errors-sum]", [("errors-sum stays silent", "it paged at 32m (critical)")]),
        ("states: [{alarm: errors-sum, is: ALARM, by: 32m}]", []),
        (
            "states: [{alarm: errors-sum, is: ALARM, by: 31m}]",
            [("errors-sum is ALARM by 31m", "first at 32m")],
        ),
        (
            "states: [{alarm: errors-sum, is: INSUFFICIENT_DATA, by: 2h}]",
            [("errors-sum is INSUFFICIENT_DATA by 2h", "it never was INSUFFICIENT_DATA")],
        ),
        ("states: [{alarm: errors-sum, is: ALARM, from: 32m, to: 61m}]", []),
        (
            "states: [{alarm: errors-sum, is: ALARM, from: 32m, to: 70m}]",
            [("errors-sum is ALARM 32m to 1h10m", "OK at 1h2m")],
        ),
        ("states: [{alarm: errors-sum, is: OK, at: 31m}]", []),
        ("states: [{alarm: errors-sum, is: OK, at: 32m}]", [("errors-sum is OK 32m to 32m", "ALARM at 32m")]),
    ],
)
def test_expectations_are_held_against_what_happened(
    scenario: Make, expect: str, failures: list[tuple[str, str]]
) -> None:
    """Datapoints are a minute late, so the first bad minute, 30m to 31m, is seen at 32m."""
    result = run(scenario(f"{ERRORS}expect:\n  {expect}\n"), alarms(watch("Errors")))
    assert [(f.expected, f.happened) for f in result.failures] == failures
    assert result.passed is not bool(failures)


def test_an_expectation_of_an_unknown_alarm_is_an_error_with_its_place(scenario: Make) -> None:
    with pytest.raises(RehearsalError, match=r"s\.yaml:10: expect\.pages\[0\]: no alarm matches 'eras'"):
        run(scenario(f"{ERRORS}expect:\n  pages:\n    - {{alarm: eras, by: 1h}}"), alarms(watch("Errors")))


def test_a_fault_is_detected_by_the_first_page_after_it_began(scenario: Make) -> None:
    faults = ERRORS + "  - {fault: throttling, at: 80m, for: 10m, share: 0.1}\n"
    result = run(scenario(f"{faults}expect: {{}}"), alarms(watch("Errors")))
    assert [(d.fault.kind, d.after, d.missed) for d in result.detections] == [
        ("errors", 2, False),
        ("throttling", None, True),
    ]


@pytest.mark.parametrize(("second", "noticed"), [("67m", 1), ("66m", 0)])
def test_a_page_up_to_the_next_fault_s_beginning_is_the_first_fault_s(
    scenario: Make, second: str, noticed: int
) -> None:
    """The alarm goes off at 67m: 25 datapoints after 42m, one of them late."""
    late = watch("Errors", of=25, threshold=0.0)
    faults = "faults:\n  - {fault: errors, at: 41m, for: 25m, share: 0.5}\n"
    faults += f"  - {{fault: throttling, at: {second}, for: 10m, share: 0.01}}\n"
    result = run(scenario(f"{faults}expect: {{}}"), alarms(late), doubt=False)
    assert [page.minute for page in result.sent] == [67]
    assert sum(d.fault.kind == "errors" and d.page is not None for d in result.detections) == noticed


def test_a_page_that_hangs_on_the_evaluation_range_is_named(scenario: Make) -> None:
    late = watch("Invocations", comparison="LessThanThreshold", threshold=1.0, missing_data="breaching", of=5)
    faults = 'faults:\n  - {fault: metric-missing, at: 30m, for: 30m, metrics: "AWS/Lambda *"}\n'
    result = run(scenario(f"{faults}expect: {{}}"), alarms(late))
    assert [page.minute for page in result.sent] == [37]  # 30 and the evaluation range of 7
    assert [(d.alarm, d.sent, d.otherwise, d.extra_points) for d in result.doubts] == [
        ("invocations-sum", 37, 35, 0),
        ("invocations-sum", 37, 40, 5),
    ]


def test_metrics_that_are_not_simulated_are_named(scenario: Make) -> None:
    result = run(scenario("expect: {}"), alarms(watch("Errors"), watch("CPU", namespace="AWS/EC2")))
    assert result.unknown_metrics == ("AWS/EC2 CPU",)


def test_an_explicit_series_takes_the_place_of_the_simulated_one(scenario: Make) -> None:
    text = "series:\n  - {metric: AWS/Lambda Errors, at: 10m, values: 7x2 _}\nexpect: {}"
    series = incident(scenario(text), alarms(watch("Errors"))).series
    windows = series.find(stat("Errors", namespace="AWS/Lambda"))
    assert windows is not None
    found = windows.matrix("Sum", 1, 1, np.arange(129, 135), seen_after=60)[0]
    assert np.nan_to_num(found, nan=-1).tolist() == [0, 7, 7, 7, -1, 0]


FAULTS: list[tuple[str, MetricAlarm]] = [
    (
        "{fault: model-slow, factor: 5, %s}",
        watch("ModelLatency", "p50", "AWS/SageMaker", threshold=150_000.0),
    ),
    (
        "{fault: model-tail, share: 0.1, factor: 9, %s}",
        watch("Latency", "p99", "AWS/ApiGateway", threshold=200.0),
    ),
    ("{fault: model-down, %s}", watch("Invocation5XXErrors", "Average", "AWS/SageMaker", threshold=0.9)),
    ("{fault: model-refuses, share: 0.5, %s}", watch("Invocation4XXErrors", "Average", "AWS/SageMaker")),
    (
        "{fault: overhead-slow, factor: 9, %s}",
        watch("OverheadLatency", "p50", "AWS/SageMaker", threshold=30_000.0),
    ),
    ("{fault: errors, share: 0.5, %s}", watch("5XXError", "Average", "AWS/ApiGateway", threshold=0.4)),
    ("{fault: slow-failures, share: 0.5, seconds: 30, %s}", watch("Duration", "Maximum", threshold=29_999.0)),
    ("{fault: client-errors, share: 0.5, %s}", watch("4XXError", "Average", "AWS/ApiGateway", threshold=0.4)),
    ("{fault: surge, factor: 4, %s}", watch("Count", "Sum", "AWS/ApiGateway", threshold=2000.0)),
    ("{fault: throttling, share: 0.5, %s}", watch("Throttles", "Average", threshold=0.4)),
    ("{fault: table-throttled, share: 0.5, %s}", watch("ThrottledRequests", "Sum", "AWS/DynamoDB")),
    ("{fault: table-errors, share: 0.5, %s}", watch("SystemErrors", "Sum", "AWS/DynamoDB")),
    (
        "{fault: table-slow, factor: 9, %s}",
        watch("SuccessfulRequestLatency", "Average", "AWS/DynamoDB", threshold=30.0),
    ),
    (
        "{fault: disk-filling, to: 95, %s}",
        watch("DiskUtilization", "Maximum", "/aws/sagemaker/Endpoints", threshold=90.0),
    ),
    (
        "{fault: memory-leak, to: 95, %s}",
        watch("MemoryUtilization", "Maximum", "/aws/sagemaker/Endpoints", threshold=90.0),
    ),
    (
        "{fault: cpu-busy, to: 95, %s}",
        watch("CPUUtilization", "Average", "/aws/sagemaker/Endpoints", threshold=90.0),
    ),
    ("{fault: canary-fails, %s}", watch("CanaryFailure", "Sum", "InferenceWatch")),
    ("{fault: canary-keyless, %s}", watch("CanaryFailure", "Sum", "InferenceWatch")),
    (
        "{fault: canary-keyless, %s}",
        watch("CanaryAttempts", "Sum", "InferenceWatch", threshold=1.0, comparison="LessThanThreshold"),
    ),
]


@pytest.mark.parametrize(
    ("fault", "spec"), FAULTS, ids=[f"{fault.split(',')[0][8:]}-{spec.key}" for fault, spec in FAULTS]
)
def test_a_fault_moves_its_metric_and_nothing_moves_it_before(
    scenario: Make, fault: str, spec: MetricAlarm
) -> None:
    result = run(
        scenario(f"faults:\n  - {fault % 'at: 30m, for: 40m'}\nexpect: {{}}"), alarms(spec), doubt=False
    )
    assert len(result.sent) == 1
    assert 30 < result.sent[0].minute <= 71


@pytest.mark.parametrize(
    ("fault", "namespace", "metric"),
    [
        ("traffic-drop, factor: 0", "AWS/ApiGateway", "Count"),
        ("api-down", "AWS/ApiGateway", "Count"),
        ("canary-stopped", "InferenceWatch", "CanaryAttempts"),
        ("canary-keyless", "InferenceWatch", "CanarySuccess"),
        ("region-down", "InferenceWatch", "CanaryAttempts"),
        ('metric-missing, metrics: "AWS/Lambda *"', "AWS/Lambda", "Invocations"),
    ],
)
def test_a_fault_takes_its_metric_away_for_as_long_as_it_lasts(
    scenario: Make, fault: str, namespace: str, metric: str
) -> None:
    few = 2.0 if metric == "Count" else 1.0  # the canary's probe is a request too
    gone = watch(
        metric, namespace=namespace, threshold=few, comparison="LessThanThreshold", missing_data="breaching"
    )
    late = 0 if namespace == "InferenceWatch" else 1
    seen = 30 + 1 + late if "drop" in fault else 30 + 3  # a low value at once, a gap after the range of 3
    text = f"faults:\n  - {{fault: {fault}, at: 30m, for: 40m}}\nexpect: {{}}"
    line = run(scenario(text), alarms(gone), doubt=False).timeline
    assert [(minute + 1 - 120, state) for minute, state in line.changes(gone.name)][-2:] == [
        (seen, "ALARM"),
        (70 + 1 + late, "OK"),
    ]


def test_late_metrics_are_seen_late(scenario: Make) -> None:
    text = ERRORS + '  - {fault: metric-late, at: 0m, metrics: "AWS/Lambda Errors", minutes: 7}\nexpect: {}'
    spec = watch("Errors", of=10, to_alarm=1)
    assert [page.minute for page in run(scenario(text), alarms(spec), doubt=False).sent] == [39]


def test_data_later_than_the_evaluation_range_is_never_seen(scenario: Make) -> None:
    text = ERRORS + '  - {fault: metric-late, at: 0m, metrics: "AWS/Lambda Errors", minutes: 7}\nexpect: {}'
    assert run(scenario(text), alarms(watch("Errors")), doubt=False).sent == []


def test_a_hanging_invocation_s_datapoint_carries_its_start_and_arrives_late(scenario: Make) -> None:
    text = "faults:\n  - {fault: slow-failures, at: 30m, for: 30m, share: 0.5, seconds: 300}\nexpect: {}"
    spec = watch("Errors", of=10, to_alarm=1)
    assert [page.minute for page in run(scenario(text), alarms(spec), doubt=False).sent] == [37]


def test_the_same_seed_gives_the_same_incident(scenario: Make) -> None:
    made = [incident(scenario(f"{ERRORS}expect: {{}}"), alarms(watch("Errors"))).series for _ in range(2)]
    first, second = (next(iter(series.metrics.values())) for series in made)
    assert np.array_equal(first.value, second.value)
    assert np.array_equal(first.weight, second.weight)
