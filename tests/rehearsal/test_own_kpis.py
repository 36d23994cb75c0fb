"""Own KPIs are rehearsed as the shipped ones are: driven, silent, and unmoved by what they do not measure."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import config
from rehearsal import cli
from rehearsal.errors import RehearsalError
from rehearsal.incident.kpis import scenarios as of_kpis
from rehearsal.incident.metrics import incident
from rehearsal.incident.scenario import FOLDER, load
from rehearsal.report import data
from rehearsal.run import Result, run
from rehearsal.sources import stack

API = {"ApiName": "inference-dev", "Stage": "live"}
FUNCTION = {"FunctionName": "inference-dev-inference"}
KPI: dict[str, Any] = {
    "title": "A KPI",
    "meaning": "Customers notice.",
    "namespace": "Shop",
    "statistic": "Sum",
    "unit": "Count",
    "limit": 100,
}
KPIS: dict[str, dict[str, Any]] = {
    "waiting": KPI | {"namespace": "AWS/SQS", "metric": "Waiting", "statistic": "Maximum"},
    "hits": KPI
    | {
        "metric": "Hits",
        "unit": "Percent",
        "limit": 60,
        "direction": "below",
        "share_of": {"metric": "Reads"},
        "min_samples": 100,
    },
    "corrected": KPI
    | {"metric": "Corrected", "missing_data": "sparse", "period_s": 3600, "evaluation_periods": 1},
    "slow": KPI
    | {
        "namespace": "AWS/Lambda",
        "metric": "Duration",
        "dimensions": FUNCTION,
        "statistic": "p99",
        "unit": "Milliseconds",
        "limit": 600,
    },
    "late": KPI
    | {
        "metric": "Late",
        "unit": "Percent",
        "limit": 5,
        "share_of": {"namespace": "AWS/ApiGateway", "metric": "Count", "dimensions": API},
    },
    "lost": KPI
    | {
        "metric": "Lost",
        "unit": "Percent",
        "limit": 5,
        "min_failures": 3,
        "share_of": {"metric": "Kept", "counts_failures": False, "statistic": "SampleCount"},
    },
    "orders": KPI | {"metric": "Orders", "statistic": "SampleCount", "direction": "below", "limit": 3},
    "age": KPI | {"metric": "Age", "statistic": "Average", "unit": "Seconds", "divisor": 1000, "limit": 4},
}


def of(kpis: dict[str, dict[str, Any]], **settings: Any) -> stack.AlarmSet:
    raw = {
        "role": "service",
        "env": "dev",
        "region": "eu-central-1",
        "accounts": {"service": "111111111111", "monitor": "222222222222"},
        "notifications": {},
        "kpis": kpis,
    }
    return stack.of_settings("dev", config.parse(raw | settings))


@pytest.fixture(scope="module")
def alarms() -> stack.AlarmSet:
    return of(KPIS)


def rehearsed(alarms: stack.AlarmSet, tmp_path: Path, text: str) -> Result:
    file = tmp_path / "own.yaml"
    file.write_text(f"name: n\nwhy: w\nduration: 2h\nhistory: 4h\n{text}")
    return run(load(file), alarms, doubt=False)


def told(result: Result) -> dict[str, int]:
    return {page.key: page.minute for page in reversed(result.sent)}


def test_every_own_kpi_is_rehearsed_beyond_its_limit_and_silent_and_the_pages_go_out(
    alarms: stack.AlarmSet,
) -> None:
    made = of_kpis.scenarios(alarms)
    silent = {f"kpi-{key}-silent" for key in KPIS if key not in ("corrected", "slow")}
    assert {scenario.key for scenario in made} == {f"kpi-{key}" for key in KPIS} | silent
    for scenario in made:
        result = run(scenario, alarms, doubt=False)
        assert [(f.where, f.expected, f.happened) for f in result.failures] == [], scenario.key
        assert result.unknown_metrics == ()


def test_a_stack_without_own_kpis_has_no_such_scenarios() -> None:
    assert of_kpis.scenarios(of({})) == []
    off = of({"waiting": KPIS["waiting"]}, alarms={"each": {"waiting-critical": {"enabled": False}}})
    assert [s.key for s in of_kpis.scenarios(off)] == ["kpi-waiting-silent"]


def test_a_threshold_and_a_period_that_are_tuned_are_what_is_broken() -> None:
    tuned = of(
        {"waiting": KPIS["waiting"], "orders": KPIS["orders"]},
        alarms={"each": {"waiting-critical": {"threshold": 300}, "orders-critical": {"threshold": 1}}},
    )
    scenarios = {scenario.key: scenario for scenario in of_kpis.scenarios(tuned)}
    for key in ("kpi-waiting", "kpi-orders"):
        result = run(scenarios[key], tuned, doubt=False)
        assert ([f.happened for f in result.failures], "page-own-critical" in told(result)) == ([], True)


def test_on_a_quiet_day_no_own_kpi_alarms(alarms: stack.AlarmSet) -> None:
    result = run(load(FOLDER / "quiet-day.yaml"), alarms, doubt=False)
    assert (result.failures, result.tripped) == ([], [])


def test_when_everything_is_silent_own_kpis_add_no_page(alarms: stack.AlarmSet) -> None:
    result = run(load(FOLDER / "region-down.yaml"), alarms, doubt=False)
    assert result.failures == []
    assert set(told(result)) == {"page-blind", "page-silence"}


def test_a_kpi_on_a_metric_of_the_service_moves_with_it_and_its_page_is_not_held_against_the_scenario(
    alarms: stack.AlarmSet,
) -> None:
    result = run(load(FOLDER / "slow-failures.yaml"), alarms, doubt=False)
    assert "page-own-critical" in told(result)
    assert result.failures == []


def test_the_same_metric_of_another_function_is_not_the_service_s() -> None:
    other = of({"other": KPIS["slow"] | {"dimensions": {"FunctionName": "another"}}})
    result = run(load(FOLDER / "slow-failures.yaml"), other, doubt=False)
    assert not any("other" in name for name in result.tripped)
    assert result.idle_kpis == ("other",)


def test_a_scenario_drives_kpis_by_key_pattern_and_says_which_it_does_not_move(
    alarms: stack.AlarmSet, tmp_path: Path
) -> None:
    fault = 'faults: [{fault: kpi-at, at: 30m, for: 40m, kpi: "h*", times: 1.2}]\nexpect: {}'
    result = rehearsed(alarms, tmp_path, fault)
    assert {name.removeprefix("inference-dev-") for name in result.tripped} == {
        "hits-warn",
        "hits-critical",
        "page-own-warn",
        "page-own-critical",
    }
    assert result.idle_kpis == ("waiting", "corrected", "late", "lost", "orders", "age")
    (note,) = [note for note in data.notes(result) if "that nothing moves" in note]
    assert note == (
        "KPIs that nothing moves here, so well within their limits: waiting, corrected, late, lost,"
        " orders, age; a kpi-at fault or a series would"
    )
    everything = rehearsed(alarms, tmp_path, fault.replace('"h*"', '"*"'))
    assert everything.idle_kpis == ()
    assert not any("that nothing moves" in note for note in data.notes(result, everything))


def test_a_series_of_the_scenario_drives_a_kpi_too(alarms: stack.AlarmSet, tmp_path: Path) -> None:
    result = rehearsed(
        alarms, tmp_path, "series: [{metric: AWS/SQS Waiting, at: 30m, values: 99x40}]\nexpect: {}"
    )
    assert told(result).keys() == {"page-own-critical"}
    assert "waiting" not in result.idle_kpis


def test_a_level_between_warn_and_critical_warns(alarms: stack.AlarmSet, tmp_path: Path) -> None:
    fault = "faults: [{{fault: kpi-at, at: 30m, for: 60m, kpi: {}, times: 0.9}}]\nexpect: {{}}"
    for key in ("waiting", "hits", "late", "lost", "age"):
        result = rehearsed(alarms, tmp_path, fault.format(key))
        assert told(result).keys() == {"page-own-warn"}, key


def test_late_metrics_of_own_kpis_are_late(alarms: stack.AlarmSet, tmp_path: Path) -> None:
    fault = "{fault: kpi-at, at: 30m, for: 60m, kpi: age, times: 1.2}"
    late = "{fault: metric-late, at: 0m, for: 2h, metrics: Shop Age, minutes: 10}"
    usual = told(rehearsed(alarms, tmp_path, f"faults: [{fault}]\nexpect: {{}}"))["page-own-critical"]
    found = told(rehearsed(alarms, tmp_path, f"faults: [{fault}, {late}]\nexpect: {{}}"))
    assert found["page-own-critical"] == usual + 10


def test_a_fault_of_a_kpi_that_the_stack_has_not_is_refused(alarms: stack.AlarmSet, tmp_path: Path) -> None:
    fault = "faults: [{fault: kpi-at, at: 30m, kpi: wating, times: 1}]\nexpect: {}"
    with pytest.raises(RehearsalError) as refused:
        rehearsed(alarms, tmp_path, fault)
    assert str(refused.value) == (
        "own.yaml: fault kpi-at: no KPI that faults drive has the key 'wating', so it would move nothing;"
        " there are: waiting, hits, corrected, slow, late, lost, orders, age"
    )


@pytest.mark.parametrize(
    ("key", "metric", "expected"),
    [
        ("waiting", "Waiting", 120.0),
        ("age", "Age", 4800.0),
        ("corrected", "Corrected", 2.0),  # 120 in an hour
        ("orders", "Orders", 0.5),  # 2.5 in five minutes
    ],
)
def test_a_driven_metric_gives_the_kpi_s_value(
    alarms: stack.AlarmSet, tmp_path: Path, key: str, metric: str, expected: float
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "name: n\nwhy: w\nduration: 2h\nhistory: 0m\n"
        f"faults: [{{fault: kpi-at, at: 0m, kpi: {key}, times: 1.2}}]\nexpect: {{}}"
    )
    found = incident(load(file), alarms).series.metrics
    (series,) = (series for name, series in found.items() if name.metric == metric)
    assert np.sum(series.value * series.weight) / 120 == pytest.approx(expected, rel=0.02)


def test_the_command_rehearses_own_kpis_with_the_shipped_scenarios_and_not_with_chosen_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stack, "of_stack", lambda _: of({"age": KPIS["age"]}))
    quiet = tmp_path / "shipped"
    quiet.mkdir()
    (quiet / "quiet.yaml").write_text("name: n\nwhy: w\nduration: 1h\nhistory: 1h\nexpect: {pages: []}")
    assert cli.main(["run", "--stack", "dev", str(quiet)]) == 0
    assert "kpi-age" not in capsys.readouterr().out
    monkeypatch.setattr("rehearsal.commands.FOLDER", quiet)
    assert cli.main(["run", "--stack", "dev", str(quiet)]) == 0
    assert "kpi-age-silent" in capsys.readouterr().out
