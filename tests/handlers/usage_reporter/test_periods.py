from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.usage_reporter.periods import Quota, period_start, quota_of, reported_day, timestamp

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
QUOTAS = st.one_of(
    st.just(Quota(limit=1, period="DAY")),
    st.integers(0, 6).map(lambda offset: Quota(limit=1, period="WEEK", offset=offset)),
    st.integers(0, 27).map(lambda offset: Quota(limit=1, period="MONTH", offset=offset)),
)


@given(day=DAYS, quota=QUOTAS)
def test_periods_follow_one_another_without_gap_or_overlap(day: date, quota: Quota) -> None:
    start = period_start(quota, day)
    longest = {"DAY": 1, "WEEK": 7, "MONTH": 31}[quota.period]
    assert timedelta(0) <= day - start < timedelta(days=longest)
    next_day = day + timedelta(days=1)
    assert period_start(quota, next_day) in (start, next_day)
    assert period_start(quota, start) == start


@given(day=DAYS, quota=QUOTAS)
def test_a_period_begins_offset_days_into_its_week_or_month(day: date, quota: Quota) -> None:
    start = period_start(quota, day)
    if quota.period == "WEEK":
        assert start.strftime("%w") == str(quota.offset)  # 0 is Sunday
    elif quota.period == "MONTH":
        assert start.day == 1 + quota.offset
    else:
        assert start == day


EXAMPLES = [
    (Quota(limit=1, period="WEEK"), "2026-11-28", "2026-11-22"),  # Saturday -> Sunday
    (Quota(limit=1, period="WEEK"), "2026-11-29", "2026-11-29"),
    (Quota(limit=1, period="WEEK", offset=1), "2026-11-29", "2026-11-23"),  # Sunday -> Monday
    (Quota(limit=1, period="MONTH"), "2026-11-30", "2026-11-01"),
    (Quota(limit=1, period="MONTH", offset=27), "2026-03-27", "2026-02-28"),
    (Quota(limit=1, period="MONTH", offset=14), "2026-01-03", "2025-12-15"),
]


@pytest.mark.parametrize(("quota", "day", "start"), EXAMPLES)
def test_examples_from_the_calendar(quota: Quota, day: str, start: str) -> None:
    assert period_start(quota, date.fromisoformat(day)) == date.fromisoformat(start)


def test_a_quota_without_an_offset_begins_with_its_period() -> None:
    assert quota_of({"limit": 7, "period": "WEEK"}) == Quota(limit=7, period="WEEK", offset=0)
    assert quota_of({"limit": 7, "period": "WEEK", "offset": 3}) == Quota(limit=7, period="WEEK", offset=3)


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-25T00:05:00Z",
        "2026-11-25T23:59:59Z",
        "2026-11-25T00:05:00+00:00",
        "2026-11-24T23:30:00-01:00",
    ],
)
def test_the_reported_day_is_the_utc_day_before_the_scheduled_time(time: str) -> None:
    assert reported_day({"time": time}) == date(2026, 11, 24)


@pytest.mark.parametrize(
    "event", [{}, {"time": ""}, {"time": "yesterday"}, {"time": None}, {"time": 1_700_000_000}]
)
def test_an_event_without_a_time_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no ISO 8601 `time`"):
        reported_day(event)


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="has no UTC offset"):
        reported_day({"time": "2026-11-25T00:05:00"})


def test_datapoints_are_dated_in_the_last_minute_of_the_day_which_is_recent_when_published() -> None:
    moment = timestamp(date(2026, 11, 24))
    assert moment == datetime(2026, 11, 24, 23, 59, tzinfo=UTC)
    assert datetime(2026, 11, 25, 0, 5, tzinfo=UTC) - moment < timedelta(hours=3)
