"""The standard alarms for another program's parts, and the documented example."""

import re
from pathlib import Path
from typing import Any

import pytest

from components.shared.kpi_alarms import KpiAlarms, KpiAlarmsArgs
from monitoring import parts_alarms
from monitoring.errors import MonitoringError
from monitoring.spec import CompositeAlarm, MetricAlarm
from monitoring.watched import WatchedApi, WatchedEndpoint, WatchedFunction, WatchedParts, WatchedTable
from settings.alarms import AlarmsTuning, AlarmTuning
from settings.slo import Levels
from tests.components.harness import Recorder, run_program

PAGE = Path(__file__).parents[2] / "docs" / "kpi-alarms.md"
TOPICS: dict[Any, str] = {"warn": "arn:w", "critical": "arn:c"}
TABLE = WatchedTable(name="orders", operation="Query")


def parts(**changes: Any) -> WatchedParts:
    values: dict[str, Any] = {"name": "orders-prod", "runbook_url": "https://r", "table": TABLE}
    return WatchedParts(**(values | changes))


def component(**changes: Any) -> KpiAlarms:
    return KpiAlarms("orders", KpiAlarmsArgs(parts=parts(**changes), topic_arns=TOPICS))


def test_the_documented_example_runs_and_makes_what_it_says() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    recorder = Recorder()
    run_program(lambda: exec(compile(code, str(PAGE), "exec"), {}), recorder)  # noqa: S102  # our own page
    made = {m.name: m.inputs for m in recorder.made if m.type.startswith("aws:cloudwatch/")}
    assert made["orders-api-4xx-critical"]["threshold"] == 30
    assert made["orders-api-latency-p90-critical"]["threshold"] == 475
    assert made["orders-function-duration-critical"]["threshold"] == 9500
    assert made["orders-page-api-errors"]["alarmName"] == "orders-prod-page-api-errors"
    assert "orders-api-requests-low" not in made
    assert "orders-page-dependency-errors" not in made  # neither table nor endpoint


def test_every_part_alone_gives_alarms_within_cloudwatchs_limits_and_with_one_owner_per_metric() -> None:
    several: list[dict[str, Any]] = [
        {"api": WatchedApi(name="a", stage="s", rate_limit_per_s=1)},
        {"function": WatchedFunction(name="f", timeout_ms=1, reserved_concurrency=3, rate_limit_per_s=1)},
        {"table": TABLE},
        {"endpoint": WatchedEndpoint(name="e", variant="v", rate_limit_per_s=1, cores=2)},
    ]
    found = [parts_alarms(parts(**({"table": None} | part))) for part in several]
    metric_alarms = [[a for a in own if isinstance(a, MetricAlarm)] for own in found]
    assert [len(own) for own in metric_alarms] == [17, 11, 7, 17]
    for own in metric_alarms:
        assert [a.key for a in own if a.warm_up_min] == [own[-1].key]
        assert own[-1].key.endswith("-silent")


def test_the_table_is_watched_for_the_operation_that_is_named() -> None:
    (alarm,) = (alarm for alarm in parts_alarms(parts()) if alarm.key == "table-latency-warn")
    assert isinstance(alarm, MetricAlarm)
    assert "Query" in str(alarm.queries)
    assert alarm.name == "orders-prod-table-latency-warn"
    assert alarm.description.endswith("https://r#table-latency")


def test_levels_and_tuning_apply() -> None:
    tuning = AlarmsTuning(each={"page-silence": AlarmTuning(enabled=False)})
    found = {alarm.key: alarm for alarm in parts_alarms(parts(levels=Levels(warn_pct=50), tuning=tuning))}
    warn = found["table-latency-warn"]
    assert isinstance(warn, MetricAlarm)
    assert warn.threshold == 10
    assert "page-silence" not in found
    assert isinstance(found["page-dependency-errors"], CompositeAlarm)


def test_an_unknown_key_fails_before_anything_is_made() -> None:
    recorder = Recorder()
    tuning = AlarmsTuning(each={"table-latency": AlarmTuning(enabled=False)})
    with pytest.raises(MonitoringError, match="Did you mean `table-latency-warn`"):
        run_program(lambda: component(tuning=tuning), recorder)
    assert [made for made in recorder.made if made.type.startswith("aws:")] == []


def test_nothing_to_watch_is_refused() -> None:
    with pytest.raises(ValueError, match="KpiAlarms 'orders-prod' watches nothing; give an api"):
        component(table=None)


def test_the_alarms_are_children_of_the_component_and_their_arns_are_given() -> None:
    recorder = Recorder()
    made: list[KpiAlarms] = []
    run_program(lambda: made.append(component()), recorder)
    types = {m.type for m in recorder.made if not m.type.startswith("aws:")}
    assert types == {"inference-watch:kpi-alarms:KpiAlarms", "inference-watch:alarms:Alarms"}
    assert made[0].arns.keys() == {alarm.key for alarm in parts_alarms(parts())}
