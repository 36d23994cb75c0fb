"""Points whose outcome can be worked out by hand."""

import math

import pytest

from monitoring.spec import CompositeAlarm
from rehearsal.frontier.grid import MILLION, Size
from tests.rehearsal.frontier.builders import alarm_set, failing, failures, point

LIMIT_PCT = 0.72


@pytest.mark.parametrize("late", [0, 1, 2])
@pytest.mark.parametrize(("to_alarm", "of"), [(1, 1), (3, 3), (3, 5)])
def test_a_full_outage_pages_after_as_many_minutes_as_datapoints_are_needed(
    to_alarm: int, of: int, late: int
) -> None:
    alarms = alarm_set(failures("api", 1, of=of, to_alarm=to_alarm, missing_data="missing"))
    found = point(alarms, failing(1), 60, late_minutes=(late,))
    # What is late delays all of it; under `missing` too few real datapoints that all breach are enough.
    assert found.heard.critical == to_alarm + late
    assert found.heard.warn is None
    assert found.heard.told == found.heard.critical


@pytest.mark.parametrize("share", [0.0073, 0.01, 0.02, 0.05, 0.1, 0.5, 1])
def test_one_burn_window_fires_when_the_share_of_it_that_failed_is_over_the_threshold(share: float) -> None:
    alarms = alarm_set(failures("burn", LIMIT_PCT, period_s=3600))
    found = point(alarms, failing(share), 120, requests=1000)
    after = math.floor(60 * LIMIT_PCT / 100 / share) + 1
    assert found.heard.critical is not None
    assert found.heard.critical == pytest.approx(after, abs=1)
    assert found.spent_until_told == pytest.approx(share * found.heard.critical / (0.0005 * 30 * 1440))


def test_a_burn_below_the_threshold_is_never_heard_however_long_it_lasts() -> None:
    alarms = alarm_set(failures("burn", LIMIT_PCT, period_s=3600))
    found = point(alarms, failing(0.007), 4320, requests=1000)
    assert found.heard.told is None
    assert found.spent == pytest.approx(14 * 4320 / (30 * 1440))


def test_a_pair_of_windows_pages_when_both_burn_and_ends_with_the_short_one() -> None:
    long, short = (
        failures(name, LIMIT_PCT, period_s=period_s, level=None)
        for name, period_s in (("long", 3600), ("short", 300))
    )
    rule = 'ALARM("long") AND ALARM("short")'
    page = CompositeAlarm(key="page", name="page", description="", rule=rule, level="critical")
    found = point(alarm_set(long, short, page), failing(1), 30, requests=1000)
    assert found.heard.critical == 1  # 1 of 60 minutes is 1.67 %
    assert found.heard.ok == 5  # the short window has passed
    assert point(alarm_set(long, page, short), failing(0.1), 30, requests=1000).heard.critical == 5


def test_the_worst_second_and_lateness_count() -> None:
    alarms = alarm_set(failures("api", 60, of=1))
    assert point(alarms, failing(1), 1).heard.critical == 1
    assert point(alarms, failing(1), 1, phases_s=(0, 30)).heard.critical is None  # half and half
    assert point(alarms, failing(1), 2, phases_s=(0, 30)).heard.critical == 1.5
    assert point(alarms, failing(1), 2, phases_s=(0, 30), late_minutes=(0, 2)).heard.critical == 3.5


def test_the_budget_is_the_share_that_may_fail_of_the_month() -> None:
    alarms = alarm_set(failures("api", 1))
    assert point(alarms, failing(1), 30).spent == pytest.approx(30 / 21.6)
    slow = Size(kind="slow", share_ppm=MILLION, latency_ms=201)
    assert 4320 * slow.budget_per_minute(alarms.slo) == pytest.approx(1)  # a tenth of the month may be slower
    at_most = Size(kind="slow", share_ppm=MILLION, latency_ms=200)
    assert at_most.budget_per_minute(alarms.slo) == 0
