"""A whole grid at once is what its points are one by one, and by the whole timeline of a stack."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.spec import MetricAlarm, MetricStat
from rehearsal.cloudwatch.actions import pages
from rehearsal.cloudwatch.evaluate import timeline
from rehearsal.cloudwatch.mute import MuteRule, of_entry
from rehearsal.cloudwatch.series import MetricKey, Series
from rehearsal.frontier.data import notes
from rehearsal.frontier.grid import MILLION, Grid, Size
from rehearsal.frontier.roles import PROBE, shown
from rehearsal.frontier.strip import Strip, World
from rehearsal.frontier.sweep import sweep
from rehearsal.sources.stack import AlarmSet
from tests.rehearsal.builders import alarm, math_alarm
from tests.rehearsal.frontier.builders import alarm_set, api, failing, failures, point
from tests.rehearsal.frontier.test_plain import random_alarm

DURATIONS = (1, 2, 7, 30, 31)
ELB = {"LoadBalancer": "app/shop/1"}


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_durations_on_one_strip_are_what_each_is_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    alarms = alarm_set(failures("rate", 5), random_alarm(rng, "a"), random_alarm(rng, "b"))
    size = failing(float(rng.choice((0.02, 0.3, 1))))
    grid = Grid(sizes=[size], durations=DURATIONS, traffic=[20], phases_s=[30], late_minutes=[2])
    together = sweep(alarms, grid).points
    assert together == [
        point(alarms, size, minutes, requests=20, phases_s=(30,), late_minutes=(2,)) for minutes in DURATIONS
    ]


def test_an_alarm_that_stays_in_alarm_does_not_spoil_the_next_incident() -> None:
    """A count without zeros under `ignore` never sees that it is over, so each incident stands alone."""
    query = MetricStat(
        id="m",
        namespace="AWS/ApplicationELB",
        metric="HTTPCode_Target_5XX_Count",
        dimensions=ELB,
        statistic="Sum",
        period_s=60,
    )
    alarms = alarm_set(alarm(queries=(query,), missing_data="ignore", level="critical"))
    grid = Grid(sizes=[failing(1)], durations=DURATIONS, traffic=[20], phases_s=[0], late_minutes=[1])
    found = sweep(alarms, grid).points
    assert [(p.heard.critical, p.heard.ok) for p in found] == [(2, None)] * len(DURATIONS)


@pytest.mark.parametrize(
    ("size", "minutes", "requests"),
    [
        (failing(0.002), 1440, 100),
        (failing(0.02), 60, 100),
        (failing(1), 5, 10),
        (Size(kind="slow", share_ppm=200_000, latency_ms=1000.0), 15, 1000),
    ],
)
def test_a_point_of_prod_is_what_the_whole_timeline_of_all_its_alarms_gives(
    prod: AlarmSet, size: Size, minutes: int, requests: int
) -> None:
    found = point(prod, size, minutes, requests=requests, phases_s=(30,), late_minutes=(2,))
    strip = Strip.of([minutes], first=datetime(2026, 1, 13, tzinfo=UTC), lead=4500, gap=2000)
    world = World(size=size, requests=requests, phase_s=30, late=2)
    metrics = {}
    for query in (q for a in prod.alarms if isinstance(a, MetricAlarm) for q in a.queries):
        if isinstance(query, MetricStat):
            seen = shown(query)
            assert seen is not None
            moved = seen.tier == PROBE or query.namespace == "AWS/ApiGateway"
            late = query.namespace != "InferenceWatch"
            key = MetricKey.of(query.namespace, query.metric, query.dimensions)
            metrics[key] = world.metric(seen, strip, moved=moved, late=late)
    series = Series(strip.start, strip.minutes, metrics)
    sent = [
        page
        for account in prod.accounts
        for page in pages(account.alarms, timeline(account.alarms, series, home=account.id))
        if page.muted_by is None and page.entered >= 4500
    ]
    for level, after in (("warn", found.heard.warn), ("critical", found.heard.critical)):
        times = [page.minute + 1 - 4500 - 0.5 for page in sent if page.level == level]
        assert (min(times) if times else None) == after


def test_a_window_of_the_clock_counts_from_its_worst_beginning() -> None:
    hourly = failures("hourly", 5, period_s=3600, wall_clock="UTC")
    # 10 % failing from a full hour on: 10 % at its end. From half past on: 5 %, not above;
    # from then on only the next hour's end tells.
    found = sweep(
        alarm_set(hourly),
        Grid(sizes=[failing(0.1)], durations=[180], traffic=[1000], phases_s=[0], late_minutes=[0]),
    )
    begins = [text[11:16] for text in found.kinds["failing"].begins]
    assert begins == [f"00:{minute:02}" for minute in range(0, 60, 5)]
    assert found.points[0].heard.critical == 90


def test_an_alarm_that_looks_at_the_hour_is_asked_all_around_the_clock() -> None:
    by_day = math_alarm(
        "IF(HOUR(m) >= 8 AND HOUR(m) < 20, 100 * m / n, 0)",
        [api("5XXError", "m"), api("Count", "n")],
        threshold=1,
        level="critical",
    )
    grid = Grid(sizes=[failing(1)], durations=[60, 1440], traffic=[100], phases_s=[0], late_minutes=[0])
    found = sweep(alarm_set(by_day), grid)
    assert len(found.kinds["failing"].begins) == 12
    # From 20:00 on, nobody hears of it until the first minute after 8:00.
    assert [p.heard.critical for p in found.points] == [None, 721]


def test_an_alarm_over_several_days_is_evaluated_once_an_hour() -> None:
    slow = failures("days", 10, period_s=43_200, of=3, to_alarm=1)
    found = point(alarm_set(slow), failing(1), 240, requests=60)
    # Above 10 % of 12 h after 73 min; seen at 3 past on data up to the hour: at the latest 59 + 4 later.
    assert found.heard.critical is not None
    assert 73 < found.heard.critical <= 73 + 63


def muted(**schedule: str) -> MuteRule:
    return of_entry({"Name": "rule", "MuteTargets": {"AlarmNames": ["api"]}, "Rule": {"Schedule": schedule}})


def test_an_incident_that_begins_as_a_rule_mutes_is_heard_when_the_rule_is_over() -> None:
    rule = muted(Expression="cron(0 2 * * SUN)", Duration="PT1H")
    alarms = alarm_set(failures("api", 1), mutes=[rule])
    assert point(alarms, failing(1), 120).heard.critical == 61
    assert point(alarms, failing(1), 30).heard.critical is None
    grid = Grid(sizes=[failing(1)], durations=[30], traffic=[100], phases_s=[0], late_minutes=[0])
    assert notes(sweep(alarms, grid)) == ["incidents also begin as rule begins to mute"]
    elsewhere = alarm_set(failures("other", 1), mutes=[rule])
    assert point(elsewhere, failing(1), 30).heard.critical == 1


def test_a_percentile_with_too_few_samples_does_not_hear_at_night() -> None:
    query = api("Latency", period_s=300, statistic="p99")
    p99 = alarm(queries=(query,), threshold=400, of=1, level="critical", evaluate_low_samples=False)
    slow = Size(kind="slow", share_ppm=MILLION, latency_ms=1000.0)
    assert point(alarm_set(p99), slow, 60, requests=200).heard.critical == 1  # 10 / (1 - 0.99) in 5 min
    assert point(alarm_set(p99), slow, 60, requests=199).heard.critical is None
