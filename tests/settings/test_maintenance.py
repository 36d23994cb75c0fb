"""Planned work: when it is, and which mistakes are refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from settings.maintenance import Maintenance
from settings.maintenance.schedule import Schedule

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)  # a Friday


def work(schedule: str = "cron(0 2 * * SUN)", duration: str = "PT2H", **fields: Any) -> Maintenance:
    return Maintenance.model_validate(
        {"name": "upgrade", "schedule": schedule, "duration": duration, "reason": "Upgrade", **fields}
    )


def test_a_recurring_window_comes_again_at_the_zones_own_hour() -> None:
    berlin = work(timezone="Europe/Berlin")
    first = datetime(2026, 10, 17, tzinfo=UTC)
    assert berlin.windows(first, first + timedelta(days=16)) == [
        (datetime(2026, 10, 18, 0, tzinfo=UTC), datetime(2026, 10, 18, 2, tzinfo=UTC)),
        # On 25 October clocks go back at 3:00, so 2:00 comes twice.
        (datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC)),
        (datetime(2026, 11, 1, 1, tzinfo=UTC), datetime(2026, 11, 1, 3, tzinfo=UTC)),
    ]


MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def test_months_and_days_are_named_in_english_or_numbered() -> None:
    def fields(schedule: str) -> tuple[frozenset[int], ...]:
        return work(schedule).parsed.cron

    for number, name in enumerate(MONTHS, 1):
        assert fields(f"cron(0 2 1 {name} *)")[3] == fields(f"cron(0 2 1 {number} *)")[3] == {number}
    for number, name in enumerate(DAYS):
        assert fields(f"cron(0 2 * * {name.lower()})")[4] == fields(f"cron(0 2 * * {number})")[4] == {number}
    assert fields("cron(0 2 * * 7)")[4] == {0}
    ranges = [sorted(field) for field in fields("cron(0,59 0-23 1-31 JAN-DEC MON-FRI)")]
    assert ranges == [[0, 59], [*range(24)], [*range(1, 32)], [*range(1, 13)], [*range(1, 6)]]


def test_a_window_of_its_own_comes_once() -> None:
    once = work("at(2026-12-06T02:00)", "P1DT30M", timezone="Asia/Tokyo")
    begin = datetime(2026, 12, 5, 17, tzinfo=UTC)
    assert once.windows(NOW, NOW + timedelta(days=400)) == [(begin, begin + timedelta(days=1, minutes=30))]
    assert once.windows(begin + timedelta(minutes=1), NOW + timedelta(days=400)) == []
    assert once.windows(begin, begin) == [(begin, begin + timedelta(days=1, minutes=30))]


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
CRONS = [
    "cron(30 2 * * *)",
    "cron(0,45 1-3 * * SUN)",
    "cron(15 0 1 * *)",
    "cron(0 23 29 2 *)",
    "cron(5 2 8 3 SUN)",
]


@settings(max_examples=40)
@given(st.sampled_from(CRONS), st.sampled_from(ZONES), st.dates(date(2020, 1, 1), date(2027, 1, 1)))
@example(cron="cron(0,45 1-3 * * SUN)", zone="America/New_York", day=date(2021, 11, 7))
def test_beginnings_are_the_minutes_at_which_the_zones_clocks_match(cron: str, zone: str, day: date) -> None:
    schedule = Schedule.parse(cron, "PT1M", zone)
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)
    minutes = [first + timedelta(minutes=n) for n in range(3 * 1440)]
    minute, hour, dates, months, weekdays = schedule.cron

    def matches(local: datetime) -> bool:
        on_date, on_weekday = local.day in dates, local.isoweekday() % 7 in weekdays
        either = on_date or on_weekday if len(dates) < 31 and len(weekdays) < 7 else on_date and on_weekday
        return local.minute in minute and local.hour in hour and local.month in months and either

    expected = [moment for moment in minutes if matches(moment.astimezone(ZoneInfo(zone)))]
    assert schedule.beginnings(minutes[0], minutes[-1]) == expected


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"schedule": "rate(1 day)"}, "Expression: 'rate(1 day)'; valid: cron(0 2 * * SUN), or at("),
        ({"schedule": "cron(0 2 ? * SUN *)"}, "Expression: 'cron(0 2 ? * SUN *)'"),
        ({"schedule": "cron(0 25 * * *)"}, "at '25'"),
        ({"schedule": "cron(0 2 ? * SUN)"}, "at '?'"),
        ({"schedule": "cron(0 1-2-3 * * *)"}, "at '1-2-3'"),
        ({"schedule": "cron(0 2 * * FRI-MON)"}, "at 'FRI-MON'"),
        ({"schedule": "cron(*/15 * * * *)"}, "at '*/15'"),
        *(
            ({"schedule": f"at({moment})"}, f"Expression: 'at({moment})'; valid: cron(0 2 * * SUN), or at(")
            for moment in (
                "2026-12-06T02:00Z",
                "2026-12-06T02:00:00",
                "2026-12-06",
                "2026-12-06 02:00",
                "20261206T0200",
                "2026-13-06T02:00",
                "next sunday",
            )
        ),
        ({"duration": "2h"}, "Duration: '2h'; valid: PT1M to P15D"),
        ({"duration": "P15DT1M"}, "Duration: 'P15DT1M'; valid: PT1M to P15D"),
        ({"duration": "PT0M"}, "Duration: 'PT0M'"),
        ({"timezone": "Europe/Bonn"}, "Timezone: 'Europe/Bonn'; valid: names such as Europe/Berlin"),
    ],
)
def test_what_cloudwatch_refuses_is_refused_with_what_is_valid(fields: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as raised:
        work(**fields)
    assert said in str(raised.value)
    assert "CloudWatch refuses another one, and the work would page" in str(raised.value)


@pytest.mark.parametrize("fields", [{"name": "A b"}, {"reason": ""}, {"alarms": ("",)}, {"when": "now"}])
def test_other_wrong_values_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        work(**fields)


def test_the_longest_window_is_taken() -> None:
    assert work(duration="P15D").parsed.duration == timedelta(days=15)


@pytest.mark.parametrize(
    ("schedule", "duration", "zone", "said"),
    [
        ("cron(0 2 30 2 *)", "PT2H", "UTC", "never comes"),
        ("cron(0 2 * * *)", "P1D", "UTC", "it begins again at 2026-11-28 02:00 UTC, before its P1D are over"),
        ("cron(* * * * *)", "PT1M", "UTC", "it begins again"),
        ("cron(30 2 * * SUN)", "PT2H", "Europe/Berlin", "2027-03-28 02:30 is skipped or comes twice"),
        ("cron(30 1 * * *)", "PT2H", "America/New_York", "2027-11-07 01:30 is skipped or comes twice"),
        ("at(2027-03-28T02:30)", "PT2H", "Europe/Berlin", "never comes"),
        ("at(2027-10-31T02:30)", "PT2H", "Europe/Berlin", "2027-10-31 02:30 is skipped or comes twice"),
    ],
)
def test_a_mistake_is_told_with_what_follows_and_what_to_do(
    schedule: str, duration: str, zone: str, said: str
) -> None:
    problem = work(schedule, duration, timezone=zone).problem(NOW)
    assert problem is not None
    assert said in problem


@pytest.mark.parametrize(
    ("schedule", "duration", "zone"),
    [
        ("at(2026-11-25T10:00)", "PT2H", "UTC"),  # it ended two days ago
        ("at(2026-11-27T11:00)", "PT2H", "UTC"),  # under way
        ("cron(0 2 29 2 *)", "PT2H", "UTC"),
        ("cron(0 2 * * *)", "PT23H59M", "UTC"),
        ("cron(0 4 * * SUN)", "PT2H", "Europe/Berlin"),
        ("cron(30 2 * * MON)", "PT2H", "Europe/Berlin"),
    ],
)
def test_sound_windows_are_taken(schedule: str, duration: str, zone: str) -> None:
    assert work(schedule, duration, timezone=zone).problem(NOW) is None


def test_windows_for_the_same_alarms_overlap_where_both_are_under_way() -> None:
    weekly = work()
    sunday = datetime(2026, 11, 29, 3, 59, tzinfo=UTC)
    assert weekly.overlap(work("at(2026-11-29T03:59)"), NOW) == sunday
    assert weekly.overlap(work("at(2026-11-29T04:00)"), NOW) is None
    assert weekly.overlap(work("at(2026-11-29T00:00)", "PT2H"), NOW) is None
    assert weekly.overlap(work("at(2026-11-29T00:00)", "PT2H1M"), NOW) == sunday.replace(hour=2, minute=0)
    api, plans = work(alarms=("page-api-down",)), work(alarms=("page-plans",))
    assert api.overlap(plans, NOW) is None
    assert api.overlap(weekly, NOW) is not None
    assert api.overlap(work(alarms=("page-plans", "page-api-down")), NOW) is not None


@pytest.mark.parametrize(
    ("schedule", "duration", "over"),
    [
        ("at(2026-11-25T09:59)", "PT2H", True),
        ("at(2026-11-25T10:00)", "PT2H", False),
        ("at(2020-01-01T00:00)", "P15D", True),
        ("at(2026-12-06T02:00)", "PT2H", False),
        ("at(2025-03-30T02:30)", "PT2H", False),  # skipped: it never came
        ("cron(0 2 * * SUN)", "PT2H", False),
    ],
)
def test_what_came_once_is_over_two_days_after_its_end(schedule: str, duration: str, over: bool) -> None:
    zone = "Europe/Berlin" if "03-30" in schedule else "UTC"
    assert work(schedule, duration, timezone=zone).is_over(NOW) is over
