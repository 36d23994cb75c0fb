"""Mute rules: when they are active, and what becomes of the actions in that time."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

import config
from monitoring.spec import Actions
from rehearsal.cloudwatch import mute
from rehearsal.cloudwatch.actions import notifications, pages
from rehearsal.cloudwatch.evaluate import STATES, Timeline
from rehearsal.errors import RehearsalError
from rehearsal.sources.stack import of_settings
from tests.rehearsal.builders import alarm

START = datetime(2026, 3, 27, 0, 0, tzinfo=UTC)  # a Friday; summer time begins in Berlin on the 29th
DAY = 1440


def rule(expression: str, duration: str = "PT1H", zone: str | None = None, **fields: Any) -> mute.MuteRule:
    schedule = {"Expression": expression, "Duration": duration, "Timezone": zone}
    return mute.of_entry(
        {"Name": "r", "Rule": {"Schedule": schedule}, "MuteTargets": {"AlarmNames": ["a"]}, **fields}
    )


def spans(found: mute.MuteRule, days: int = 4) -> list[tuple[int, int]]:
    """(first, last) of the minutes at whose end the rule is active."""
    edges = np.diff(found.active(START, days * DAY).astype(int), prepend=0, append=0)
    return list(
        zip(np.flatnonzero(edges == 1).tolist(), (np.flatnonzero(edges == -1) - 1).tolist(), strict=True)
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (rule("cron(30 2 * * *)"), [(149 + d * DAY, 208 + d * DAY) for d in range(4)]),
        (rule("cron(0 2 * * SUN)"), [(119 + 2 * DAY, 178 + 2 * DAY)]),
        (
            rule("cron(0 12 * * MON-SAT)", "PT2H"),
            [(719, 838), (719 + DAY, 838 + DAY), (719 + 3 * DAY, 838 + 3 * DAY)],
        ),
        (rule("cron(0 0 28 MAR *)", "P1D"), [(DAY - 1, 2 * DAY - 2)]),
        (rule("cron(0 0 28 * SUN)", "PT1M"), [(DAY - 1, DAY - 1), (2 * DAY - 1, 2 * DAY - 1)]),
        (rule("cron(0,30 1 27 3 *)", "PT10M"), [(59, 68), (89, 98)]),
        (
            rule("cron(0 4 * * *)", "PT1H", "Europe/Berlin"),
            [(179 + d * DAY - (60 if d > 1 else 0), 238 + d * DAY - (60 if d > 1 else 0)) for d in range(4)],
        ),
        (rule("at(2026-03-28T10:00)", "PT5M", "Asia/Tokyo"), [(DAY + 59, DAY + 63)]),
        (rule("at(2026-03-26T23:00)", "PT2H"), [(0, 58)]),
        (rule("at(2026-03-26T23:00)", "PT1H1M"), []),
        (rule("at(2026-03-26T23:00)", "PT1H2M"), [(0, 0)]),
        (rule("at(2026-03-30T23:58)", "PT1H"), [(4 * DAY - 3, 4 * DAY - 1)]),
        (
            rule("cron(0 2 * * *)", StartDate="2026-03-28T02:30", ExpireDate="2026-03-29T00:00"),
            [(DAY + 149, DAY + 178)],
        ),
    ],
)
def test_a_rule_is_active_from_its_time_on_for_its_duration(
    given: mute.MuteRule, expected: list[tuple[int, int]]
) -> None:
    assert spans(given) == expected


@pytest.mark.parametrize(
    ("expression", "duration", "zone", "problem"),
    [
        ("cron(0 2 * *)", "PT1H", None, "Expression: .*valid: cron"),
        ("cron(61 2 * * *)", "PT1H", None, "at '61'"),
        ("cron(0 2 * * FUNDAY)", "PT1H", None, "at 'FUNDAY'"),
        ("rate(5 minutes)", "PT1H", None, "Expression"),
        ("at(tomorrow)", "PT1H", None, "Expression: 'at\\(tomorrow\\)'; valid: cron"),
        ("cron(0 2 * * *)", "1h", None, "Duration: '1h'; valid: PT1M to P15D"),
        ("cron(0 2 * * *)", "P16D", None, "Duration"),
        ("cron(0 2 * * *)", "PT1H", "Mars/Base", "Timezone: 'Mars/Base'"),
    ],
)
def test_a_wrong_rule_is_refused_with_what_is_valid(
    expression: str, duration: str, zone: str | None, problem: str
) -> None:
    with pytest.raises(RehearsalError, match=problem):
        rule(expression, duration, zone)


def line(changes: dict[int, str], minutes: int = 200) -> Timeline:
    """OK, and from each minute on the state given."""
    codes = np.zeros(minutes, dtype=np.int8)
    for at, state in sorted(changes.items()):
        codes[at:] = STATES.index(state)
    return Timeline(start=START, minutes=minutes, states={"a": codes})


ONE_TO_TWO = rule("cron(0 1 27 * *)", "PT1H")  # minutes 59 to 118
TOLD = alarm(level="critical", actions=Actions(alarm=("up",), ok=("down",), insufficient_data=("gone",)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({30: "ALARM"}, [(30, 30, None)]),
        ({58: "ALARM"}, [(58, 58, None)]),
        ({59: "ALARM"}, [(59, 119, None)]),
        ({118: "ALARM"}, [(118, 119, None)]),
        ({119: "ALARM"}, [(119, 119, None)]),
        ({70: "ALARM", 80: "OK"}, [(70, 70, "r")]),
        ({70: "ALARM", 119: "OK"}, [(70, 70, "r")]),
        ({70: "ALARM", 120: "OK"}, [(70, 119, None)]),
    ],
)
def test_a_muted_page_goes_out_when_the_rule_s_time_is_over_if_the_alarm_is_still_on(
    changes: dict[int, str], expected: list[tuple[int, int, str | None]]
) -> None:
    found = pages([TOLD], line(changes), [ONE_TO_TWO])
    assert [(page.entered, page.minute, page.muted_by) for page in found] == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({30: "ALARM", 70: "OK"}, [("ALARM", 30, None), ("OK", 119, None)]),
        ({30: "ALARM", 70: "OK", 90: "ALARM"}, [("ALARM", 30, None), ("OK", 70, "r"), ("ALARM", 119, None)]),
        ({30: "ALARM", 70: "INSUFFICIENT_DATA"}, [("ALARM", 30, None), ("INSUFFICIENT_DATA", 119, None)]),
    ],
)
def test_that_an_alarm_is_over_is_muted_too_and_told_when_the_rule_s_time_is_over(
    changes: dict[int, str], expected: list[tuple[str, int, str | None]]
) -> None:
    found = notifications([TOLD], line(changes), [ONE_TO_TWO])
    assert [
        (told.state, told.minute, told.muted_by) for told in sorted(found, key=lambda it: it.entered)
    ] == expected


def test_a_rule_mutes_its_targets_alone() -> None:
    other = rule("cron(0 1 27 * *)", MuteTargets={"AlarmNames": ["b"]})
    assert [page.minute for page in pages([TOLD], line({70: "ALARM"}), [other])] == [70]


def test_what_is_muted_to_the_end_is_never_sent() -> None:
    found = pages([TOLD], line({70: "ALARM"}, minutes=100), [ONE_TO_TWO])
    assert [(page.minute, page.muted_by) for page in found] == [(70, "r")]


def test_each_state_has_its_actions_and_the_first_state_is_no_change() -> None:
    found = notifications(
        [TOLD], line({0: "INSUFFICIENT_DATA", 5: "OK", 9: "ALARM", 12: "INSUFFICIENT_DATA"})
    )
    assert [(told.minute, told.state, told.targets) for told in found] == [
        (5, "OK", ("down",)),
        (9, "ALARM", ("up",)),
        (12, "INSUFFICIENT_DATA", ("gone",)),
    ]


def test_a_state_without_actions_tells_nobody() -> None:
    only_ok = alarm(actions=Actions(ok=("down",)))
    found = notifications([only_ok], line({3: "ALARM", 5: "INSUFFICIENT_DATA", 7: "OK"}))
    assert [(told.minute, told.state) for told in found] == [(7, "OK")]


def test_an_alarm_that_begins_in_alarm_pages() -> None:
    assert [page.minute for page in pages([TOLD], line({0: "ALARM"}))] == [0]


def test_a_stacks_planned_work_mutes_its_pages_until_it_is_over() -> None:
    raw = {
        **config.read_stack("dev"),
        "maintenance": [
            {"name": "n", "schedule": "cron(0 2 * * SUN)", "duration": "PT2H", "reason": "r"},
            {
                "name": "some",
                "schedule": "cron(0 2 * * MON)",
                "duration": "PT2H",
                "reason": "r",
                "alarms": ["page-api-down"],
            },
        ],
    }
    found = of_settings("dev", config.parse(raw))
    by_name = {rule.name: rule for rule in found.mutes}
    assert by_name.keys() == {
        "inference-dev-maintenance-n",
        "inference-dev-monitor-maintenance-n",
        "inference-dev-monitor-maintenance-some",
    }
    assert by_name["inference-dev-monitor-maintenance-some"].targets == {
        "inference-dev-monitor-page-api-down"
    }
    told = {each.name for each in found.alarms if each.level}
    assert {target for rule in found.mutes for target in rule.targets} == told
