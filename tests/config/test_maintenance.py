"""Planned work that is wrong by today's date: key, consequence, fix."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

import config
from config.maintenance import maintenance_contradictions
from settings import Settings

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
WEEKLY = {"name": "weekly", "schedule": "cron(0 2 * * SUN)", "duration": "PT2H", "reason": "Upgrade"}


def told(*works: dict[str, Any]) -> list[str]:
    raw = {**config.read_stack("dev"), "maintenance": [*works]}
    settings = Settings.model_validate_json(json.dumps(raw))
    return list(maintenance_contradictions(settings, NOW))


def test_sound_windows_are_taken() -> None:
    assert told(WEEKLY, {**WEEKLY, "name": "other", "schedule": "cron(0 2 * * MON)"}) == []


@pytest.mark.parametrize(
    ("works", "said"),
    [
        (
            [{**WEEKLY, "schedule": "cron(0 2 30 2 *)"}],
            "maintenance[0].schedule: cron(0 2 30 2 *) never comes",
        ),
        (
            [WEEKLY, {**WEEKLY, "schedule": "cron(0 2 * * MON)"}],
            "maintenance[1].name: two windows share the name",
        ),
        (
            [WEEKLY, {**WEEKLY, "name": "b", "schedule": "at(2026-12-06T03:00)"}],
            "maintenance[1].schedule: at 2026-12-06 03:00 UTC maintenance[0] is under way for the same",
        ),
    ],
)
def test_a_mistake_begins_with_its_key(works: list[dict[str, Any]], said: str) -> None:
    (problem,) = told(*works)
    assert problem.startswith(said)


def test_one_that_is_wrong_itself_is_not_compared_with_the_others() -> None:
    daily = {**WEEKLY, "name": "b", "schedule": "cron(* * * * *)", "duration": "P15D"}
    (problem,) = told(daily, WEEKLY)
    assert problem.startswith("maintenance[0].schedule: it begins again")


def test_the_program_refuses_it_before_anything_is_made() -> None:
    raw = {**config.read_stack("dev"), "maintenance": [{**WEEKLY, "schedule": "cron(0 2 30 2 *)"}]}
    with pytest.raises(
        config.ConfigError, match=r"maintenance\[0\]\.schedule: cron\(0 2 30 2 \*\) never comes"
    ):
        config.parse(raw)


def test_what_is_over_stops_nothing_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    past = {**WEEKLY, "name": "past", "schedule": "at(2020-01-01T02:00)"}
    settings = config.parse({**config.read_stack("dev"), "maintenance": [WEEKLY, past]})
    assert [work.name for work in settings.maintenance] == ["weekly"]
    assert [record.getMessage() for record in caplog.records] == [
        "maintenance[1]: at(2020-01-01T02:00) of 'past' is over, so no rule is made of it any more; what the"
        " SLA report needs to know of it is kept. Remove it, or correct its date."
    ]


def test_a_monitor_stack_has_none_of_its_own() -> None:
    raw = {**config.read_stack("dev-monitor"), "maintenance": [WEEKLY]}
    with pytest.raises(config.ConfigError, match="maintenance"):
        config.parse(raw)
