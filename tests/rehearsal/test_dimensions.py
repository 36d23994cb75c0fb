"""A metric with other dimensions is another metric; what is told of alarms on nothing, and in which state
they are.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal.cli import main
from tests.rehearsal.test_sources import ALARM, TOPIC

API: dict[str, Any] = {
    **ALARM,
    "Namespace": "AWS/ApiGateway",
    "MetricName": "Count",
    "EvaluationPeriods": 1,
    "DatapointsToAlarm": 1,
    "Threshold": 0,
    "OKActions": [],
}


def rehearsed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], alarms: list[Any], scenario: str
) -> dict[str, Any]:
    """The JSON of the one result."""
    (tmp_path / "a.json").write_text(json.dumps(alarms))
    (tmp_path / "s.yaml").write_text("name: n\nwhy: w\nduration: 30m\nexpect: {}\n" + scenario)
    main(["run", "--no-check", "--json", "--alarms", str(tmp_path / "a.json"), str(tmp_path / "s.yaml")])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["results"][0]
    return found


def on(name: str, **dimensions: str) -> dict[str, Any]:
    pairs = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {**API, "AlarmName": name, "Dimensions": pairs}


def test_the_service_is_what_most_alarms_name_and_others_are_alarms_on_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alarms = [
        on("nope", ApiName="nope"),
        on("right", ApiName="shop"),
        on("right-too", ApiName="shop", Stage="live"),
        on("http", ApiId="abc"),
        on("all"),
    ]
    found = rehearsed(tmp_path, capsys, alarms, "history: 0m")
    assert [page["alarm"] for page in found["pages"]] == ["all", "right", "right-too"]
    assert found["notes"] == [
        "not simulated, so without data: AWS/ApiGateway Count of ApiId=abc, "
        "AWS/ApiGateway Count of ApiName=nope"
    ]


def test_a_series_with_dimensions_is_read_by_alarms_with_just_these(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queue = {**API, "Namespace": "AWS/SQS", "MetricName": "Sent"}
    alarms = [
        {**queue, "AlarmName": name, "Dimensions": [{"Name": "Queue", "Value": v}] if v else []}
        for name, v in (("orders", "orders"), ("bills", "bills"), ("bare", ""))
    ]
    series = "series: [{metric: AWS/SQS Sent, dimensions: {Queue: orders}, at: 10m, values: 5x3}]"
    found = rehearsed(tmp_path, capsys, alarms, f"history: 0m\n{series}")
    assert [(page["alarm"], page["minute"]) for page in found["pages"]] == [("orders", 11)]
    assert found["notes"] == ["not simulated, so without data: AWS/SQS Sent, AWS/SQS Sent of Queue=bills"]


def test_a_series_without_dimensions_stands_in_for_the_service_s_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alarm = {**on("calls", ApiName="shop"), "Threshold": 1e6}
    series = "series: [{metric: AWS/ApiGateway Count, at: 10m, values: 2e6x2}]"
    found = rehearsed(tmp_path, capsys, [alarm], f"history: 1h\n{series}")
    assert [page["minute"] for page in found["pages"]] == [12]  # AWS's metrics are a minute late


def test_a_series_may_begin_before_the_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alarm = {**API, "AlarmName": "long", "Namespace": "App", "MetricName": "M", "Dimensions": []}
    alarm |= {"Period": 1200, "Threshold": 20, "Statistic": "Sum"}
    series = "series: [{metric: App M, at: -15m, values: 1x29}]"
    found = rehearsed(tmp_path, capsys, [{**alarm, "Threshold": 19}], f"history: 20m\n{series}")
    assert [page["minute"] for page in found["pages"]] == [5]  # the twentieth value


@pytest.mark.parametrize(("fault", "minute"), [("metric-late, minutes: 2", 13), ("metric-missing", None)])
def test_faults_of_the_reporting_hold_for_the_scenario_s_own_series(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str, minute: int | None
) -> None:
    alarm = {**API, "AlarmName": "m", "Namespace": "App", "MetricName": "M", "Dimensions": []}
    kind, *rest = fault.split(", ")
    faults = f'faults: [{{{", ".join([f"fault: {kind}", "at: 0m", *rest])}, metrics: "App *"}}]'
    series = "series: [{metric: App M, at: 10m, values: 1x5}]"
    found = rehearsed(tmp_path, capsys, [alarm], f"history: 0m\n{faults}\n{series}")
    assert [page["minute"] for page in found["pages"]] == ([] if minute is None else [minute])


def test_every_change_and_every_action_is_in_the_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alarm = {
        **API,
        "AlarmName": "m",
        "Namespace": "App",
        "MetricName": "M",
        "Dimensions": [],
        "Threshold": 5,
        "AlarmActions": [],
        "OKActions": [TOPIC],
        "InsufficientDataActions": ["other"],
        "TreatMissingData": "missing",
    }
    series = 'series: [{metric: App M, at: 0m, values: "1 _x9 1"}]'
    found = rehearsed(tmp_path, capsys, [alarm], f"history: 0m\n{series}")
    assert found["pages"] == []
    assert found["changes"]["m"] == [
        {"minute": 1, "state": "OK"},
        {"minute": 4, "state": "INSUFFICIENT_DATA"},
        {"minute": 11, "state": "OK"},
        {"minute": 14, "state": "INSUFFICIENT_DATA"},
    ]
    assert [(told["minute"], told["state"], told["targets"]) for told in found["notifications"]] == [
        (4, "INSUFFICIENT_DATA", ["other"]),
        (11, "OK", [TOPIC]),
        (14, "INSUFFICIENT_DATA", ["other"]),
    ]


def test_a_quota_of_the_scenario_is_what_service_quota_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    metric = {"Namespace": "AWS/Usage", "MetricName": "Calls", "Dimensions": [{"Name": "S", "Value": "x"}]}
    alarm = {
        "AlarmName": "quota",
        "AlarmActions": [TOPIC],
        "Metrics": [
            {"Id": "m1", "ReturnData": False, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}},
            {"Id": "e1", "Expression": "m1 / SERVICE_QUOTA(m1) * 100"},
        ],
        "EvaluationPeriods": 1,
        "Threshold": 80,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    series = "series: [{metric: AWS/Usage Calls, dimensions: {S: x}, at: 0m, values: 0+10x20}]"
    quotas = "quotas: [{metric: AWS/Usage Calls, dimensions: {S: x}, value: 200}]"
    found = rehearsed(tmp_path, capsys, [alarm], f"history: 0m\n{series}\n{quotas}")
    assert [page["minute"] for page in found["pages"]] == [18]  # 170 of 200


def test_a_series_that_goes_on_after_the_end_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rehearsed(
        tmp_path, capsys, [on("all")], "history: 0m\nseries: [{metric: App M, at: 20m, values: 1x14}]"
    )
    assert found["notes"] == ["s.yaml: the last 5m of App M are after the end and have no effect"]
