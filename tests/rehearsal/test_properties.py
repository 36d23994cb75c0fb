"""The fast evaluator against the plain one, over random alarms and series.

Hypothesis draws seeds and each seed gives `CASES_A_SEED` alarms with a series of their own: drawing every
number through hypothesis takes ten times as long as evaluating.
"""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.spec import Comparison, MetricAlarm, MissingData
from rehearsal.cloudwatch import plain
from rehearsal.cloudwatch.decide import KEEP, state_codes
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS, STATES, metric_states, state_at
from rehearsal.cloudwatch.series import MetricSeries
from rehearsal.cloudwatch.statistics import SIMPLE
from tests.rehearsal.builders import START, alarm, math_alarm, series, stat

SEEDS, CASES_A_SEED, MINUTES = 500, 20, 8
TREATMENTS: tuple[MissingData, ...] = ("missing", "ignore", "breaching", "notBreaching")
COMPARISONS: tuple[Comparison, ...] = (
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
)
STATISTICS = (
    *(
        *SIMPLE,
        "p0",
        "p25",
        "p50",
        "p90",
        "p99.9",
        "p100",
        "IQM",
        "tm90",
        "tm99",
        "wm98",
        "wm60",
        "tc70",
        "ts90",
    ),
    *("TM(10%:90%)", "TM(1:2)", "TM(:1)", "WM(25%:)", "WM(0:2)", "WM(1:)", "TC(1:3)", "TC(30%:60%)"),
    *("TS(80%:)", "TS(0:2)", "PR(:1)", "PR(0:2)", "PR(2:)"),
)
EXPRESSIONS = (
    "m1 / m2",
    "100 * m1 / (m1 + m2)",
    "FILL(m1, 0) + m2",
    "FILL(m1, REPEAT)",
    "FILL(m1, LINEAR) - m2",
    "IF(m2 > 1, m1)",
    "IF(m1, m2, 3)",
    "MAX([m1, m2])",
    "SUM(METRICS())",
    "AVG(METRICS()) * m1",
    "RATE(m1) * PERIOD(m1)",
    "m1 - AVG(m1)",
    "m1 > 1 AND m2 <= 2",
    "IF(MINUTE(m1) > 2, m1, m2)",
    "TIME_SERIES(2) - FILL(m2, 0)",
)
ZONES = ("UTC", "Asia/Kathmandu", "+00:05", "UTC-03:25")


def random_alarm(rng: np.random.Generator) -> MetricAlarm:
    of = int(rng.integers(1, 6))
    fields = {
        "of": of,
        "to_alarm": int(rng.integers(1, of + 1)),
        "comparison": rng.choice(COMPARISONS),
        "missing_data": rng.choice(TREATMENTS),
        "threshold": float(rng.integers(0, 3)),
        "evaluate_low_samples": bool(rng.random() < 0.7),
        "warm_up_min": int(rng.choice((0, 0, 3, 9))),
        "warm_up_whole": bool(rng.random() < 0.5),
        "wall_clock": None if rng.random() < 0.6 else str(rng.choice(ZONES)),
    }
    period_s = 60 * int(rng.integers(1, 5)) if fields["wall_clock"] is None else int(rng.choice((60, 300)))
    if rng.random() < 0.5:
        query = stat(statistic=rng.choice(STATISTICS), period_s=period_s, return_data=True)
        return alarm(queries=(query,), **fields)
    queries = [stat("m", "m1", statistic="Sum", period_s=period_s), stat("n", "m2", period_s=period_s)]
    return math_alarm(rng.choice(EXPRESSIONS), queries, **fields)


def random_metric(rng: np.random.Generator) -> MetricSeries:
    size = int(rng.integers(0, 2 * MINUTES))
    return MetricSeries(
        minute=rng.integers(0, MINUTES, size),
        value=rng.integers(0, 4, size).astype(np.float64),
        weight=rng.integers(1, 15, size),
        delay=int(rng.integers(0, 4)) if rng.random() < 0.5 else rng.integers(0, 5, MINUTES),
    )


@settings(max_examples=SEEDS, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_ten_thousand_random_timelines_equal_the_plain_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(CASES_A_SEED):
        spec = random_alarm(rng)
        world = series(MINUTES, {"m": random_metric(rng), "n": random_metric(rng)})
        fast = [STATES[code] for code in metric_states(spec, world)]
        assert fast == plain.states(spec, world), spec


@pytest.mark.parametrize("treatment", TREATMENTS)
@pytest.mark.parametrize("of", [1, 2, 3, 4])
def test_every_possible_evaluation_range_gives_the_plain_state(of: int, treatment: MissingData) -> None:
    """All combinations of healthy, breaching and missing points, for every M of N up to N = 4."""
    columns = list(product((None, 0.0, 1.0), repeat=of + EXTRA_POINTS))
    values = np.array([[np.nan if p is None else p for p in column] for column in columns]).T
    for to_alarm in range(1, of + 1):
        spec = alarm(of=of, to_alarm=to_alarm, missing_data=treatment)
        codes = state_codes(values > 0, ~np.isnan(values), None, spec)
        for column, code in zip(columns, codes, strict=True):
            for previous in STATES:
                assert state_at(column, spec, previous) == (previous if code == KEEP else STATES[code])


def test_a_multi_day_timeline_equals_the_plain_one() -> None:
    rng = np.random.default_rng(4)
    minutes = 5 * 1440
    values = np.where(rng.random(minutes) < 0.001, rng.integers(0, 3, minutes), np.nan)
    query = stat(statistic="Maximum", period_s=43_200, return_data=True)
    spec = alarm(of=3, to_alarm=2, queries=(query,), missing_data="missing")
    world = series(minutes, {"m": MetricSeries.of_minutes(values, delay=5)}, START.replace(minute=17))
    fast = [STATES[code] for code in metric_states(spec, world)]
    assert fast == plain.states(spec, world)
    assert set(fast) == {"OK", "ALARM", "INSUFFICIENT_DATA"}


@pytest.mark.parametrize(
    ("period_s", "days", "zone"),
    [(3600, 2, "UTC+05:30"), (86_400, 4, "America/New_York"), (604_800, 9, "UTC")],
)
def test_a_timeline_by_the_wall_clock_equals_the_plain_one(period_s: int, days: int, zone: str) -> None:
    """New York changes to summer time on 8 March; data is up to ten minutes late."""
    rng = np.random.default_rng(6)
    minutes = days * 1440
    values = np.where(rng.random(minutes) < max(60 / period_s, 0.001), rng.integers(0, 9, minutes), np.nan)
    query = stat(statistic="Sum", period_s=period_s, return_data=True)
    spec = alarm(queries=(query,), threshold=1.0, wall_clock=zone, missing_data="notBreaching")
    metric = MetricSeries.of_minutes(values, delay=rng.integers(0, 10, minutes))
    world = series(minutes, {"m": metric}, START.replace(day=6, minute=17))
    fast = [STATES[code] for code in metric_states(spec, world)]
    assert fast == plain.states(spec, world)
    assert len(set(fast)) > 1


def test_an_anomaly_timeline_equals_the_plain_one() -> None:
    rng = np.random.default_rng(5)
    minutes = 1440 + 240
    values = 100 + 10 * rng.standard_normal(minutes)
    values[1500:1510] = 300
    values[1600:1605] = np.nan
    spec = math_alarm(
        "ANOMALY_DETECTION_BAND(m1, 3)",
        [stat(statistic="Average", period_s=300, return_data=True)],
        comparison="GreaterThanUpperThreshold",
        threshold=None,
        band_id="e",
        of=2,
    )
    world = series(minutes, {"m": MetricSeries.of_minutes(values, delay=1)})
    fast = [STATES[code] for code in metric_states(spec, world)]
    assert fast == plain.states(spec, world)
    assert fast.index("ALARM", 1440) in range(1500, 1512)
