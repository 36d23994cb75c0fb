"""The anomaly band's stand-in."""

import numpy as np

from rehearsal.cloudwatch.band import DAY, LEAST_SPREAD, stand_in


def test_a_day_like_the_day_before_lies_within_a_collapse_and_a_surge_outside() -> None:
    minutes = np.arange(3 * DAY)
    rng = np.random.default_rng(1)
    values = 100 + 50 * np.sin(2 * np.pi * minutes / DAY) + 3 * rng.standard_normal(len(minutes))
    low, high = stand_in(values, 3, 1)
    last = slice(2 * DAY, 3 * DAY)
    inside = (values[last] > low[last]) & (values[last] < high[last])
    assert inside.mean() > 0.99
    assert (values[last] * 0.3 < low[last]).all()
    assert (values[last] * 2.5 > high[last]).all()


def test_without_history_there_is_no_band() -> None:
    low, high = stand_in(np.full(45, 1.0), 2, 1)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_a_young_series_is_compared_with_the_hours_before() -> None:
    low, high = stand_in(np.full(120, 10.0), 2, 1)
    assert (low[-1], high[-1]) == (10 - 2 * LEAST_SPREAD * 10, 10 + 2 * LEAST_SPREAD * 10)


def test_a_window_is_not_compared_with_windows_that_overlap_it() -> None:
    """A datapoint of a day is compared with the day before, not with that of half an hour ago."""
    values = np.concatenate([np.full(2 * DAY, 100.0), np.full(DAY, 10.0)])
    low, _ = stand_in(values, 2, DAY)
    assert low[-1] == 90.0


def test_a_metric_that_is_always_0_stays_within_its_band_and_an_error_does_not() -> None:
    values = np.zeros(3 * DAY)
    values[-30:] = 150.0
    lower, upper = stand_in(values, 2.0, 1)
    known = ~np.isnan(upper)
    quiet = known & (values == 0)
    assert quiet.any()
    assert (lower[quiet] < 0).all()
    assert (upper[quiet] > 0).all()
    assert (values[-30:] > upper[-30:]).all()
