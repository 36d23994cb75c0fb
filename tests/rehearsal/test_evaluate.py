"""`state_at` and `timeline` against each other, and the rules that AWS words without a table."""

from datetime import timedelta

import numpy as np
import pytest

from monitoring.spec import Comparison, Expression
from rehearsal.cloudwatch.evaluate import STATES, state_at, timeline
from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
from rehearsal.errors import RehearsalError, UnsupportedError
from tests.rehearsal.builders import START, alarm, math_alarm, one_metric, series, stat

NAN = float("nan")


@pytest.mark.parametrize(
    ("comparison", "breaches"),
    [
        ("GreaterThanOrEqualToThreshold", [False, True, True]),
        ("GreaterThanThreshold", [False, False, True]),
        ("LessThanThreshold", [True, False, False]),
        ("LessThanOrEqualToThreshold", [True, True, False]),
    ],
)
def test_every_comparison_decides_at_the_threshold_itself(
    comparison: Comparison, breaches: list[bool]
) -> None:
    spec = alarm(comparison=comparison, threshold=5.0)
    states = [state_at([value], spec, "OK") for value in (4.0, 5.0, 6.0)]
    assert states == ["ALARM" if b else "OK" for b in breaches]


@pytest.mark.parametrize(
    ("comparison", "states"),
    [
        ("LessThanLowerOrGreaterThanUpperThreshold", ["ALARM", "OK", "ALARM"]),
        ("LessThanLowerThreshold", ["ALARM", "OK", "OK"]),
        ("GreaterThanUpperThreshold", ["OK", "OK", "ALARM"]),
    ],
)
def test_band_comparisons_look_at_their_side_of_the_band(comparison: Comparison, states: list[str]) -> None:
    spec = alarm(comparison=comparison, threshold=None, band_id="b")
    assert [state_at([v], spec, "OK", bounds=[(1.0, 3.0)]) for v in (0.0, 2.0, 4.0)] == states


def test_a_point_without_a_band_is_missing() -> None:
    spec = alarm(comparison="GreaterThanUpperThreshold", threshold=None, band_id="b")
    assert state_at([9.0], spec, "OK", bounds=[None]) == "INSUFFICIENT_DATA"


def test_points_beyond_the_evaluation_range_are_not_looked_at() -> None:
    spec = alarm(of=1, missing_data="breaching")
    assert state_at([0.0, None, None], spec, "OK") == "OK"
    assert state_at([0.0, None, None, None], spec, "OK") == "ALARM"


def test_the_evaluation_range_is_a_parameter() -> None:
    spec = alarm(of=1, missing_data="breaching")
    assert state_at([0.0, None, None], spec, "OK", extra_points=0) == "ALARM"


def test_a_five_minute_window_slides_every_minute() -> None:
    """AWS: "at the end of minute 5 ... based on data from minutes 1 to 5. Then ... 2 to 6"."""
    spec = alarm(queries=(stat(statistic="Sum", period_s=300, return_data=True),), threshold=9.5)
    line = timeline([spec], one_metric([0, 0, 10, 0, 0, 0, 0, 0, 0]))
    assert line.changes("a") == [(0, "OK"), (2, "ALARM"), (7, "OK")]


def test_a_one_day_alarm_with_breaching_fires_three_days_after_the_last_datapoint() -> None:
    day = 1440
    spec = alarm(
        queries=(stat(statistic="Sum", period_s=86_400, return_data=True),),
        comparison="LessThanThreshold",
        threshold=1.0,
        missing_data="breaching",
    )
    line = timeline([spec], series(5 * day, {"m": MetricSeries.of_minutes([5.0] * 10)}))
    assert line.changes("a")[-1] == (9 + 3 * day, "ALARM")


def test_a_multi_day_alarm_is_evaluated_hourly_on_data_up_to_the_hour() -> None:
    """AWS's example: the job of 10:00 fails at 10:02; OK at 10:03, ALARM at 11:03, and OK again at 12:03."""
    spec = alarm(
        of=2,
        to_alarm=1,
        queries=(stat(statistic="Maximum", period_s=86_400, return_data=True),),
        missing_data="notBreaching",
    )
    failed_at = 10 * 60 + 2
    values = [NAN] * failed_at + [1.0] + [NAN] * 180
    line = timeline([spec], series(len(values), {"m": MetricSeries.of_minutes(values)}))
    clock = [(line.time(minute) - START, state) for minute, state in line.changes("a")]
    assert clock == [
        (timedelta(minutes=1), "INSUFFICIENT_DATA"),
        (timedelta(minutes=3), "OK"),
        (timedelta(hours=11, minutes=3), "ALARM"),
    ]


def test_late_data_is_not_seen_until_it_arrives() -> None:
    spec = alarm(missing_data="notBreaching")
    assert timeline([spec], one_metric([0, 0, 1, 0, 0, 0, 0], delay=2)).changes("a") == [
        (0, "OK"),
        (4, "ALARM"),
        (5, "OK"),
    ]


def test_late_data_makes_the_newest_window_partial() -> None:
    queries = (stat(statistic="Sum", period_s=180, return_data=True),)
    spec = alarm(queries=queries, threshold=2.5, comparison="GreaterThanThreshold")
    assert timeline([spec], one_metric([1, 1, 1, 1, 1, 1])).changes("a") == [(0, "OK"), (2, "ALARM")]
    assert timeline([spec], one_metric([1, 1, 1, 1, 1, 1], delay=1)).changes("a") == [
        (0, "INSUFFICIENT_DATA"),
        (1, "OK"),
    ]


def test_a_minute_may_be_later_than_its_neighbours() -> None:
    spec = alarm(missing_data="notBreaching", of=3, to_alarm=1)
    delay = np.array([0, 0, 3, 0, 0, 0, 0, 0], dtype=np.int64)
    line = timeline([spec], one_metric([0, 0, 1, 0, 0, 0, 0, 0], delay=delay))
    assert "ALARM" not in [state for _, state in line.changes("a")]  # it arrives when it no longer counts


@pytest.mark.parametrize(("samples", "state"), [(99, "OK"), (100, "ALARM")])
def test_a_percentile_with_few_samples_does_not_change_the_state(samples: int, state: str) -> None:
    """10 / (1 - 0.9) = 100 samples for p90."""
    metric = MetricSeries(
        minute=np.array([0, 1]), value=np.array([0.0, 1.0]), weight=np.array([1000, samples]), delay=0
    )
    spec = alarm(queries=(stat(statistic="p90", return_data=True),), evaluate_low_samples=False)
    assert timeline([spec], series(2, {"m": metric})).state("a", 1) == state
    assert state_at([1.0], spec, "OK", samples=[samples]) == state


@pytest.mark.parametrize(
    ("statistic", "samples", "state"),
    [("p25", 39, "OK"), ("p25", 40, "ALARM"), ("p40", 24, "OK"), ("p40", 25, "ALARM"), ("p50", 19, "OK")],
)
def test_a_low_percentile_needs_samples_by_its_own_formula(statistic: str, samples: int, state: str) -> None:
    """10 / 0.25 = 40 samples for p25; from p50 on it is 10 / (1 - p)."""
    spec = alarm(queries=(stat(statistic=statistic, return_data=True),), evaluate_low_samples=False)
    assert state_at([1.0], spec, "OK", samples=[samples]) == state


def test_a_metric_that_was_never_published_is_missing() -> None:
    spec = alarm(queries=(stat("other", return_data=True),))
    assert timeline([spec], one_metric([1, 1])).state("a", 1) == "INSUFFICIENT_DATA"


def test_a_wrong_unit_finds_nothing_as_in_cloudwatch() -> None:
    spec = alarm(queries=(stat(unit="Seconds", return_data=True),))
    assert timeline([spec], one_metric([1, 1], unit="Milliseconds")).state("a", 1) == "INSUFFICIENT_DATA"
    assert timeline([spec], one_metric([1, 1], unit="Seconds")).state("a", 1) == "ALARM"


def test_an_alarm_sees_another_account_only_if_its_query_names_it() -> None:
    key = MetricKey.of("N", "m", {}, account="222222222222")
    there = Series(START, 2, {key: MetricSeries.of_minutes([1.0, 1.0])})
    near, far = alarm("near"), alarm("far", queries=(stat(account_id="222222222222", return_data=True),))
    line = timeline([near, far], there, home="111111111111")
    assert (line.state("near", 1), line.state("far", 1)) == ("INSUFFICIENT_DATA", "ALARM")


def test_a_rate_alarm_divides_sums_minute_by_minute() -> None:
    metrics = {
        "errors": MetricSeries.of_minutes([0, 0, 5, NAN]),
        "count": MetricSeries.of_minutes([10, 10, 10, 10]),
    }
    queries = [stat("errors", "errors", statistic="Sum"), stat("count", "count", statistic="Sum")]
    spec = math_alarm("100 * errors / count", queries, threshold=20.0)
    assert timeline([spec], series(4, metrics)).changes("a") == [(0, "OK"), (2, "ALARM"), (3, "OK")]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"of": 3, "to_alarm": 4}, "4 of 3 datapoints can never be met"),
        ({"threshold": None}, "exactly one of threshold and band_id"),
        ({"queries": (stat(period_s=90),)}, "must be a multiple of 60"),
        ({"queries": (stat(), stat(query_id="m2", period_s=300))}, r"periods \[60, 300\]"),
        ({"queries": (stat(), stat(query_id="m2"))}, "0 queries return data"),
        (
            {"queries": tuple(stat(query_id=f"m{i}") for i in range(11))},
            "11 metrics; a math alarm may have at most 10",
        ),
    ],
)
def test_an_alarm_that_cloudwatch_would_refuse_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(RehearsalError, match=message):
        timeline([alarm(**fields)], one_metric([0]))  # type: ignore[arg-type]  # fields are per case


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"queries": (stat(period_s=10),)}, "high resolution"),
        ({"queries": (stat(), Expression(id="e", expression="SEARCH('x')", return_data=True))}, "'SEARCH'"),
    ],
)
def test_what_is_not_simulated_is_refused_by_name(fields: dict[str, object], message: str) -> None:
    with pytest.raises(UnsupportedError, match=message):
        timeline([alarm(**fields)], one_metric([0]))  # type: ignore[arg-type]  # fields are per case


def test_alarms_begin_in_insufficient_data() -> None:
    line = timeline([alarm(missing_data="ignore")], one_metric([None, None, 0.0]))
    assert [line.state("a", minute) for minute in range(3)] == [
        "INSUFFICIENT_DATA",
        "INSUFFICIENT_DATA",
        "OK",
    ]
    assert STATES == ("OK", "ALARM", "INSUFFICIENT_DATA")
