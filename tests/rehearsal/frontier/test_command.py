"""`python -m rehearsal frontier`: what it prints and writes, and its exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal import cli
from rehearsal.frontier import arguments
from rehearsal.incident.scenario import FOLDER

QUERY = {
    "Stat": "Sum",
    "Period": 60,
    "Metric": {"Namespace": "AWS/ApiGateway", "Dimensions": [{"Name": "ApiName", "Value": "shop"}]},
}


def alarms(folder: Path, **fields: Any) -> str:
    """A file with an alarm that pages when a request fails."""
    metric = {**QUERY["Metric"], "MetricName": "5XXError"}  # type: ignore[dict-item]
    alarm = {
        "AlarmName": "api",
        "ActionsEnabled": True,
        "AlarmActions": ["arn:aws:sns:eu-central-1:111111111111:page"],
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
        "TreatMissingData": "notBreaching",
        "Metrics": [{"Id": "m", "ReturnData": True, "MetricStat": {**QUERY, "Metric": metric}}],
        **fields,
    }
    path = folder / "alarms.json"
    path.write_text(json.dumps({"MetricAlarms": [alarm]}))
    return str(path)


def test_it_prints_the_answer_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["frontier", "--alarms", alarms(tmp_path), "--requests-per-minute", "10"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in printed[:3]] == [
        "The largest incident that nobody hears of",
        "The slowest page",
        "The smallest incident that always pages",
    ]
    assert "note: no alarm's metrics show slow answers, so nothing is said of them" in printed


def test_json_has_every_point_and_what_it_is_the_worst_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["frontier", "--json", "--alarms", alarms(tmp_path), "--requests-per-minute", "10,50"]
    assert cli.main(given) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["worst_over"] == {"begin_seconds": [0, 30], "late_minutes": [1, 2]}
    assert found["kinds"]["failing"]["begins"] == ["2026-01-13T00:00:00+00:00"]
    assert found["kinds"]["failing"]["shows_in"] == ["AWS/ApiGateway 5XXError of ApiName=shop"]
    assert [answer["kind"] for answer in found["answers"]] == ["failing"]
    assert len(found["points"]) == 13 * 14 * 2
    assert found["points"][-1] == {
        "kind": "failing",
        "share": 1.0,
        "latency_ms": None,
        "minutes": 4320,
        "requests_per_minute": 50,
        "warn_after_minutes": None,
        "critical_after_minutes": 3.0,
        "told_after_minutes": 3.0,
        "ok_after_end_minutes": 3.5,
        "budget_spent": pytest.approx(200),
        "budget_spent_when_told": pytest.approx(3 / 21.6),
    }


def test_the_gate_s_exit_code_and_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["frontier", "--alarms", alarms(tmp_path), "--requests-per-minute", "10", "--unseen-at-most"]
    assert cli.main([*given, "50%"]) == 0
    assert capsys.readouterr().err == ""
    assert cli.main([*given, "0.001%"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("unseen: ")
    assert said.endswith("more than the 0.001 % of --unseen-at-most\n")


def test_it_writes_a_page_and_the_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    given = ["frontier", "--alarms", alarms(tmp_path), "--requests-per-minute", "10", "--out", str(out)]
    assert cli.main(given) == 0
    page = (out / "frontier.html").read_text()
    assert "The largest incident that nobody hears of" in page
    assert page.count("<figure>") == 1
    assert page.count("<rect ") == 13 * 14
    assert "prefers-color-scheme: dark" in page
    for loaded in ("<script", "src=", "@import", "url("):
        assert loaded not in page
    assert json.loads((out / "frontier.json").read_text())["alarms"] == "alarms"
    assert "frontier.html" in capsys.readouterr().err


def test_the_list_of_scenarios_links_the_frontier_where_there_is_one(tmp_path: Path) -> None:
    given = ["run", str(FOLDER / "api-down.yaml"), "--out", str(tmp_path)]
    link = '<a href="frontier.html">'
    assert cli.main(given) == 0
    assert link not in (tmp_path / "index.html").read_text()
    (tmp_path / "frontier.html").touch()
    assert cli.main(given) == 0
    assert link in (tmp_path / "index.html").read_text()


def test_an_alarm_that_is_not_simulated_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log_alarm = {"AlarmName": "lines", "QueryResultsToEvaluate": 1}
    path = Path(alarms(tmp_path))
    document = json.loads(path.read_text())
    path.write_text(json.dumps({"MetricAlarms": [*document["MetricAlarms"], log_alarm]}))
    assert cli.main(["frontier", "--alarms", str(path), "--requests-per-minute", "10"]) == 3
    assert "note: lines is not simulated: a log alarm" in capsys.readouterr().out


def test_a_place_that_no_alarm_looks_at_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["frontier", "--alarms", alarms(tmp_path), "--at", "AWS/lambda"]) == 2
    said = "--at AWS/lambda: no alarm reads a metric of it; they read AWS/ApiGateway\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("option", "value", "wanted"),
    [
        ("--requests-per-minute", "0", "from 1 to 1,000,000"),
        ("--requests-per-minute", "10,", "from 1 to 1,000,000"),
        ("--requests-per-minute", "1.5", "from 1 to 1,000,000"),
        ("--requests-per-minute", "1000001", "from 1 to 1,000,000"),
        ("--unseen-at-most", "5", "write 5%"),
        ("--unseen-at-most", "nan%", "write 5%"),
        ("--unseen-at-most", "-1%", "write 5%"),
        ("--unseen-at-most", "much%", "write 5%"),
    ],
)
def test_a_wrong_value_is_wrong_usage(
    option: str, value: str, wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        cli.main(["frontier", f"{option}={value}"])
    assert refused.value.code == 2
    assert wanted in capsys.readouterr().err


def test_rates_are_asked_about_once_and_in_order() -> None:
    assert arguments.rates("300, 10,300") == [10, 300]
    assert arguments.share("5 %") == 0.05
