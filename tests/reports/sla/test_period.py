"""Months and days of a contract's time zone."""

from datetime import date, datetime

import pytest

from reports.sla.period import Period, PeriodError, month


@pytest.mark.parametrize(
    ("text", "timezone", "minutes", "days", "begins"),
    [
        ("2026-10", "UTC", 44_640, 31, datetime(2026, 10, 1)),
        ("2026-10", "Europe/Berlin", 44_700, 31, datetime(2026, 9, 30, 22)),
        ("2026-03", "Europe/Berlin", 44_580, 31, datetime(2026, 2, 28, 23)),
        ("2028-02", "UTC", 41_760, 29, datetime(2028, 2, 1)),
        ("2026-02", "UTC", 40_320, 28, datetime(2026, 2, 1)),
        ("2026-12", "Asia/Kathmandu", 44_640, 31, datetime(2026, 11, 30, 18, 15)),
        ("2026-11", "America/New_York", 43_260, 30, datetime(2026, 11, 1, 4)),
    ],
)
def test_a_month_has_the_minutes_that_its_clocks_give_it(
    text: str, timezone: str, minutes: int, days: int, begins: datetime
) -> None:
    found = month(text, timezone)
    assert (found.minutes, len(found.days), found.begins, found.title) == (minutes, days, begins, text)
    assert sum(day.minutes for day in found.days) == minutes
    assert all(a.ends == b.begins for a, b in zip(found.days, found.days[1:], strict=False))


def test_the_day_on_which_clocks_change_has_23_or_25_hours() -> None:
    october = {day.label: day.minutes for day in month("2026-10", "Europe/Berlin").days}
    march = {day.label: day.minutes for day in month("2026-03", "Europe/Berlin").days}
    assert (october["2026-10-25"], march["2026-03-29"], march["2026-03-30"]) == (1500, 1380, 1440)


def test_the_utc_days_that_a_local_month_touches() -> None:
    days = list(month("2026-10", "Europe/Berlin").utc_days())
    assert (days[0], days[-1], len(days)) == (date(2026, 9, 30), date(2026, 10, 31), 32)
    assert list(month("2026-10").utc_days())[-1] == date(2026, 10, 31)


@pytest.mark.parametrize(
    ("first", "last", "title"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "2026-10"),
        (date(2026, 10, 1), date(2026, 11, 30), "2026-10-01 to 2026-11-30"),
        (date(2026, 10, 5), date(2026, 10, 5), "2026-10-05"),
        (date(2026, 10, 1), date(2026, 10, 30), "2026-10-01 to 2026-10-30"),
    ],
)
def test_a_period_is_called_as_people_call_it(first: date, last: date, title: str) -> None:
    assert Period(first=first, last=last).title == title


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "26-10", "October", "2026-10-01", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="is no month; an example is 2026-10"):
        month(text)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "Europe"])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(PeriodError, match="there is no time zone"):
        month("2026-10", name)


def test_a_period_that_ends_before_it_begins_or_is_too_long_is_refused() -> None:
    with pytest.raises(PeriodError, match="exchange them"):
        Period(first=date(2026, 10, 2), last=date(2026, 10, 1))
    Period(first=date(2025, 1, 1), last=date(2026, 2, 4))
    with pytest.raises(PeriodError, match="more than 400 days"):
        Period(first=date(2025, 1, 1), last=date(2026, 2, 5))
