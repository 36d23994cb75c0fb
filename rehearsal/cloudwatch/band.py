"""The stand-in for ANOMALY_DETECTION_BAND. It is NOT CloudWatch's model, which is not public.

CloudWatch trains on up to two weeks with hourly, daily and weekly patterns. The stand-in takes the mean and
standard deviation of the same time of day on the days before, a little around it, and for a series younger
than that the hours just before. Good enough to tell a collapse or a surge from the daily swing; every
report that used it says so (`NOTICE`).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NOTICE = "anomaly bands are a stand-in: CloudWatch's own model is not public, real alarms may differ"
DAY = 1440
DAYS = 14
AROUND = (-30, -20, -10, 0, 10, 20, 30)
YOUNG = range(15, 195, 5)
LEAST_POINTS = 7
LEAST_SPREAD = 0.05  # of the mean: a metric without noise does not get a band without width
LEAST_MARGIN = 1e-6  # in the metric's unit: nor does one that is usually 0


def stand_in(values: Floats, deviations: float, window: int) -> tuple[Floats, Floats]:
    """(lower, upper) for every minute of `values`, shape (minutes,); NaN while there is too little history.

    `values` is the watched datapoint of a window of `window` minutes ending at each minute, NaN for missing.
    Only windows that ended before the minute's own one began are used.
    """
    lags = np.array([DAY * day + offset for day in range(1, DAYS + 1) for offset in AROUND])
    mean, spread = _statistics(values, lags[lags >= window])
    young_mean, young_spread = _statistics(values, np.array(YOUNG) + window)
    mean = np.where(np.isnan(mean), young_mean, mean)
    spread = np.where(np.isnan(spread), young_spread, spread)
    margin = np.maximum(deviations * np.maximum(spread, LEAST_SPREAD * np.abs(mean)), LEAST_MARGIN)
    return mean - margin, mean + margin


def _statistics(values: Floats, lags: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Mean and standard deviation over `values[t - lag]` for every minute t."""
    count, total, squares = (np.zeros(len(values)) for _ in range(3))
    reference = np.nanmean(values) if (~np.isnan(values)).any() else 0.0
    for lag in lags[lags < len(values)]:
        past = values[: len(values) - lag] - reference  # centred, for the squares' precision
        real = ~np.isnan(past)
        filled = np.where(real, past, 0.0)
        count[lag:] += real
        total[lag:] += filled
        squares[lag:] += filled * filled
    enough = count >= LEAST_POINTS
    known = np.where(enough, count, 1)
    mean = total / known
    spread = np.sqrt(np.maximum(squares / known - mean * mean, 0.0))
    return np.where(enough, mean + reference, np.nan), np.where(enough, spread, np.nan)
