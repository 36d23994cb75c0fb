"""Maintenance announced by config: which windows are kept on which day, and when they were announced."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from monitoring.watched import Watched
from reports.sla.collect.planned import planned
from settings.maintenance import Maintenance

WEEKLY = Maintenance(name="weekly", schedule="cron(0 2 * * SUN)", duration="PT2H", reason="Upgrade")
ONCE = Maintenance(name="move", schedule="at(2026-12-20T02:00)", duration="PT1H", reason="We move")
SATURDAY = date(2026, 12, 5)


class Rules:
    """A CloudWatch client that knows these mute rules, by when they were last changed."""

    def __init__(self, *rules: tuple[Maintenance, datetime], code: str = "ResourceNotFoundException") -> None:
        self.rules = {f"orders-prod-monitor-maintenance-{work.name}": (work, at) for work, at in rules}
        self.code = code

    def get_alarm_mute_rule(self, AlarmMuteRuleName: str) -> dict[str, Any]:  # noqa: N803  # boto3's
        if AlarmMuteRuleName not in self.rules:
            raise ClientError({"Error": {"Code": self.code}}, "GetAlarmMuteRule")
        work, changed = self.rules[AlarmMuteRuleName]
        schedule = {"Expression": work.schedule, "Duration": work.duration, "Timezone": work.timezone}
        return {"Description": work.reason, "Rule": {"Schedule": schedule}, "LastUpdatedTimestamp": changed}


def watched(*works: Maintenance) -> Watched:
    return Watched(name="orders-prod", account_id="1" * 12, region="eu-central-1", maintenance=works)


def at(day: int, hour: int = 0, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def kept(day: date, changed: datetime, work: Maintenance = WEEKLY) -> list[tuple[datetime, datetime]]:
    """(announced, begins) of what is kept on the day."""
    rows = planned(Rules((work, changed)), watched(work), day)
    assert all(row["ends_at"] - row["begins_at"] == work.parsed.duration for row in rows)
    assert all(row["announced_at"].date() == day for row in rows)
    return [(row["announced_at"], row["begins_at"]) for row in rows]


def test_a_standing_rule_announces_each_window_on_the_day_before() -> None:
    changed = at(3, month=11)
    assert kept(SATURDAY, changed) == [(at(5), at(6, 2))]
    assert kept(SATURDAY - timedelta(days=1), changed) == []
    assert kept(SATURDAY + timedelta(days=1), changed) == []


def test_a_window_at_midnight_is_kept_once() -> None:
    midnight = WEEKLY.model_copy(update={"schedule": "cron(0 0 * * SUN)"})
    assert kept(SATURDAY - timedelta(days=1), at(1), midnight) == []
    assert kept(SATURDAY, at(1), midnight) == [(at(5), at(6))]
    assert kept(SATURDAY + timedelta(days=1), at(1), midnight) == []


def test_a_rule_announces_what_begins_after_it_was_changed_on_that_day() -> None:
    assert kept(date(2026, 12, 6), at(6, 1, 30)) == [(at(6, 1, 30), at(6, 2))]
    assert kept(date(2026, 12, 6), at(6, 2, 1)) == []
    assert kept(SATURDAY, at(5, 23, 59)) == [(at(5, 23, 59), at(6, 2))]
    assert kept(SATURDAY, at(6)) == []


def test_one_that_comes_once_is_announced_on_the_day_its_rule_was_changed_and_no_other() -> None:
    assert kept(SATURDAY, at(5, 9), ONCE) == [(at(5, 9), at(20, 2))]
    assert kept(SATURDAY, at(4, 9), ONCE) == []
    assert kept(date(2026, 12, 20), at(20, 2, 30), ONCE) == []


def test_windows_for_some_pages_and_without_a_rule_announce_nothing() -> None:
    some = WEEKLY.model_copy(update={"alarms": ("page-usage",)})
    assert planned(Rules((some, at(1))), watched(some), SATURDAY) == []
    assert planned(Rules(), watched(WEEKLY), SATURDAY) == []


def test_a_service_without_planned_work_asks_nobody() -> None:
    assert planned(None, watched(), SATURDAY) == []


def test_what_cannot_be_asked_is_raised() -> None:
    with pytest.raises(ClientError):
        planned(Rules(code="AccessDenied"), watched(WEEKLY), SATURDAY)


def test_two_windows_at_one_time_are_one_row() -> None:
    twin = WEEKLY.model_copy(update={"name": "twin"})
    assert len(planned(Rules((WEEKLY, at(1)), (twin, at(1))), watched(WEEKLY, twin), SATURDAY)) == 1
