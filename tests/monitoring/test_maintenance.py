"""Planned work as mute rules of both accounts, on the dashboards, and in rehearsals."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import monitoring
from monitoring.notify import maintenance
from monitoring.stacks import stacks
from monitoring.watched import Watched
from rehearsal.cloudwatch import mute
from settings.maintenance import Maintenance
from tests.monitoring.builders import watched

ONCE = Maintenance(
    name="move", schedule="at(2026-12-06T02:00)", duration="PT2H", timezone="Europe/Berlin", reason="We move"
)
WEEKLY = Maintenance(name="weekly", schedule="cron(0 2 * * SUN)", duration="PT2H", reason="Database upgrade")


def planned(*works: Maintenance) -> Watched:
    return watched().model_copy(update={"maintenance": works})


def test_each_window_mutes_whatever_notifies_in_each_account() -> None:
    found = planned(WEEKLY)
    both = stacks(found)
    for prefix, rules, entries in (
        (found.name, monitoring.service_mutes(found), both.service),
        (f"{found.name}-monitor", monitoring.monitor_mutes(found), both.monitor),
    ):
        (rule,) = rules
        assert rule.name == f"{prefix}-maintenance-weekly"
        assert set(rule.targets) == {entry.alarm.name for entry in entries if entry.alarm.level}
        assert rule.targets


def test_a_window_for_some_pages_mutes_those_where_they_are() -> None:
    found = planned(WEEKLY.model_copy(update={"alarms": ("page-api-down",)}))
    assert monitoring.service_mutes(found) == ()
    (rule,) = monitoring.monitor_mutes(found)
    assert rule.targets == (f"{found.name}-monitor-page-api-down",)


@pytest.mark.parametrize(
    ("key", "near"), [("page-api-donw", "Did you mean `page-api-down`"), ("canary-success", "canary-success")]
)
def test_alarms_that_notify_nobody_are_refused_with_what_was_meant(key: str, near: str) -> None:
    found = planned(ONCE, WEEKLY.model_copy(update={"alarms": ("page-api-down", key)}))
    with pytest.raises(monitoring.MonitoringError) as raised:
        monitoring.service_alarms(found)
    (problem,) = raised.value.problems
    assert problem.startswith(f"maintenance[1].alarms[1]: {key!r} is no alarm that notifies somebody.")
    assert near in problem


def test_a_rule_has_a_hundred_alarms_at_most() -> None:
    (entry, *_) = [entry for entry in stacks(watched()).service if entry.alarm.level]
    rules = list(maintenance.rules([WEEKLY], "p", [entry] * 201))
    assert [(rule.name, len(rule.targets)) for rule in rules] == [
        ("p-maintenance-weekly", 100),
        ("p-maintenance-weekly-2", 100),
        ("p-maintenance-weekly-3", 1),
    ]


def test_a_rule_reads_back_as_put_alarm_mute_rule_takes_it() -> None:
    (rule,) = monitoring.monitor_mutes(planned(ONCE))
    read = mute.of_entry(json.loads(json.dumps(rule.entry)))
    assert (read.name, read.targets) == (rule.name, frozenset(rule.targets))
    begin = datetime(2026, 12, 6, 1, tzinfo=UTC)
    assert read.schedule.beginnings(begin, begin) == [begin]
    assert read.schedule.duration == timedelta(hours=2)
    assert rule.entry["Description"] == "We move"


def test_an_export_without_planned_work_still_reads_and_one_with_it_reads_back() -> None:
    exported = json.loads(planned(WEEKLY).model_dump_json())
    assert Watched.model_validate(exported, strict=False).maintenance == (WEEKLY,)
    del exported["maintenance"]
    assert Watched.model_validate(exported, strict=False).maintenance == ()


def dashboards(found: Watched) -> list[dict[str, Any]]:
    return [
        json.loads(json.dumps(body))
        for body in (monitoring.service_dashboard(found), monitoring.monitor_dashboard(found, "222222222222"))
    ]


def test_both_dashboards_say_when_nobody_is_paged_and_why() -> None:
    for body in dashboards(planned(WEEKLY, ONCE.model_copy(update={"alarms": ("page-api-down",)}))):
        (text,) = [
            widget["properties"]["markdown"]
            for widget in body["widgets"]
            if "Look further" in widget["properties"].get("markdown", "")
        ]
        assert text.endswith(
            "### Planned maintenance: nobody is paged\n"
            "- `cron(0 2 * * SUN)` UTC, PT2H: Database upgrade\n"
            "- `at(2026-12-06T02:00)` Europe/Berlin, PT2H: We move (page-api-down)"
        )


def test_a_window_that_comes_once_is_a_band_on_the_graphs_of_the_promise_and_no_other() -> None:
    for body in dashboards(planned(WEEKLY, ONCE)):
        bands = {
            widget["properties"]["title"]: widget["properties"]["annotations"]["vertical"]
            for widget in body["widgets"]
            if "vertical" in widget["properties"].get("annotations", {})
        }
        (band,) = bands["Availability"]
        assert [edge["value"] for edge in band] == ["2026-12-06T01:00:00Z", "2026-12-06T03:00:00Z"]
        assert band[0]["label"] == "We move"
        assert len(bands) == 3
    assert "vertical" not in json.dumps(dashboards(planned(WEEKLY)))
    assert "Planned" not in json.dumps(dashboards(watched()))
