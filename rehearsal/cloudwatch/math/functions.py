"""The operators and functions of metric math on single time series (first axis time, NaN missing).

A scalar is a float, or an array without the time axis where each evaluation has its own. Each rule quotes
"Metric math syntax and functions" (using-metric-math.html).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Operand = float | Floats
Operator = Callable[[Operand, Operand], Floats]


def _both(operation: Callable[[Floats, Floats], Floats]) -> Operator:
    """Two series: "missing values in a time series are treated as 0"; with a scalar they stay missing."""

    def apply(left: Operand, right: Operand) -> Floats:
        a, b = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
        no_a, no_b = np.isnan(a), np.isnan(b)
        if not (no_a.any() or no_b.any()):
            return operation(a, b)
        if a.ndim and a.ndim == b.ndim:
            a, b = np.where(no_a, 0.0, a), np.where(no_b, 0.0, b)
            return np.where(no_a & no_b, np.nan, operation(a, b))
        return np.where(no_a | no_b, np.nan, operation(a, b))

    return apply


def _divide(a: Floats, b: Floats) -> Floats:
    """A datapoint that would "divide by zero ... is dropped"."""
    quotient: Floats = np.where(b != 0, a, np.nan) / np.where(b != 0, b, 1.0)
    return quotient


def _power(a: Floats, b: Floats) -> Floats:
    with np.errstate(all="ignore"):  # what is no number becomes a missing datapoint
        result = np.power(a, b)
    return np.where(np.isfinite(result), result, np.nan)


OPERATORS: dict[str, Operator] = {
    "+": _both(np.add),
    "-": _both(np.subtract),
    "*": _both(np.multiply),
    "/": _both(_divide),
    "^": _both(_power),
    "==": _both(lambda a, b: (a == b).astype(np.float64)),
    "!=": _both(lambda a, b: (a != b).astype(np.float64)),
    "<": _both(lambda a, b: (a < b).astype(np.float64)),
    "<=": _both(lambda a, b: (a <= b).astype(np.float64)),
    ">": _both(lambda a, b: (a > b).astype(np.float64)),
    ">=": _both(lambda a, b: (a >= b).astype(np.float64)),
    "AND": _both(lambda a, b: ((a != 0) & (b != 0)).astype(np.float64)),
    "OR": _both(lambda a, b: ((a != 0) | (b != 0)).astype(np.float64)),
}


def if_(condition: Operand, then: Operand, otherwise: Operand = np.nan) -> Floats:
    """`IF`: a missing condition or `otherwise` drops the point, a missing `then` counts as 0.

    "has the value of 0, if ... metric1 is TRUE and the corresponding data point does not exist in metric2".
    With a scalar condition the chosen series is passed on as it is.
    """
    scalar = np.ndim(condition) < max(np.ndim(then), np.ndim(otherwise))
    filled = then if scalar else np.where(np.isnan(then), 0.0, then)
    return np.where(np.isnan(condition), np.nan, np.where(condition != 0, filled, otherwise))


def previous_real(real: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Per point the time index of the latest real point at or before it, -1 if there is none."""
    at = np.arange(len(real), dtype=np.int64).reshape((-1,) + (1,) * (real.ndim - 1))
    return np.maximum.accumulate(np.where(real, at, -1), axis=0)


def _take(series: Floats, at: NDArray[np.int64]) -> Floats:
    """`series` at the time indices `at`, missing where the index is -1."""
    return np.where(at >= 0, np.take_along_axis(series, np.maximum(at, 0), axis=0), np.nan)


def repeat(series: Floats) -> Floats:
    """FILL(x, REPEAT): the most recent actual value before a gap; nothing before the first one."""
    return _take(series, previous_real(~np.isnan(series)))


def linear(series: Floats) -> Floats:
    """FILL(x, LINEAR): a straight line between the values around a gap; open ends stay missing."""
    before = previous_real(~np.isnan(series))
    after_reversed = previous_real(~np.isnan(series[::-1]))[::-1]
    after = np.where(after_reversed >= 0, len(series) - 1 - after_reversed, -1)
    at = np.arange(len(series)).reshape((-1,) + (1,) * (series.ndim - 1))
    span = np.where(after > before, after - before, 1)
    left, right = _take(series, before), _take(series, after)
    return np.where(np.isnan(series), left + (right - left) * (at - before) / span, series)


def _changes(series: Floats) -> tuple[Floats, Floats]:
    """Difference to the previous real datapoint, and how many periods lie between."""
    real = ~np.isnan(series)
    last = previous_real(real)
    before = np.concatenate([np.full_like(last[:1], -1), last[:-1]])
    at = np.arange(len(series)).reshape((-1,) + (1,) * (series.ndim - 1))
    return series - _take(series, before), (at - before).astype(np.float64)


def rate(series: Floats, period_s: int) -> Floats:
    """RATE: the change since the previous data point, "divided by the time difference in seconds"."""
    change, periods = _changes(series)
    return change / (periods * period_s)


def diff(series: Floats, _period_s: int) -> Floats:
    """DIFF: "the difference between each value in the time series and the preceding value"."""
    return _changes(series)[0]


def running_sum(series: Floats, _period_s: int) -> Floats:
    """RUNNING_SUM: "the running sum of the values in the original time series"; gaps stay gaps."""
    return np.where(np.isnan(series), np.nan, np.nancumsum(series, axis=0))


def _over_series(fold: Callable[..., Floats]) -> Callable[[Floats], Floats]:
    """SUM and AVG of several series: missing values count as 0, unless all are missing."""

    def apply(stack: Floats) -> Floats:
        return np.where(
            np.isnan(stack).all(axis=0), np.nan, fold(np.where(np.isnan(stack), 0.0, stack), axis=0)
        )

    return apply


def _least(stack: Floats) -> Floats:
    least: Floats = np.fmin.reduce(stack, axis=0)
    return least


def _greatest(stack: Floats) -> Floats:
    greatest: Floats = np.fmax.reduce(stack, axis=0)
    return greatest


def _over_time(fold: Callable[..., Floats], empty: float) -> Callable[[Floats], Floats]:
    """SUM, MIN, MAX of one series: a scalar for each evaluation, over all datapoints it retrieved."""

    def apply(series: Floats) -> Floats:
        real = ~np.isnan(series)
        return np.where(real.any(axis=0), fold(np.where(real, series, empty), axis=0), np.nan)

    return apply


def mean(series: Floats) -> Floats:
    """AVG of one series: "the average of all the data points in the metric"."""
    real = ~np.isnan(series)
    total = np.where(real, series, 0.0).sum(axis=0)
    return np.where(real.any(axis=0), total / np.maximum(real.sum(axis=0), 1), np.nan)


def deviation(series: Floats) -> Floats:
    """STDDEV of one series, or at each time of several (first axis): over the datapoints that exist.

    AWS does not say whether of the population or of a sample; this is the population's.
    """
    return np.asarray(np.sqrt(mean((series - mean(series)) ** 2)))


def count(series: Floats) -> Floats:
    """DATAPOINT_COUNT: "a count of the data points that reported values"; of several series at each time."""
    return np.asarray((~np.isnan(series)).sum(axis=0), dtype=np.float64)


def diff_time(series: Floats, period_s: int) -> Floats:
    """DIFF_TIME: seconds between the timestamp of each value and that of the preceding one."""
    change, periods = _changes(series)
    return np.where(np.isnan(change), np.nan, periods * period_s)


def _logarithm(function: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    """LOG, LOG10: what is no number becomes a missing datapoint."""
    return lambda series: function(np.where(series > 0, series, np.nan))


# Of one series, and of a stack of several.
REDUCERS: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "SUM": (_over_time(np.sum, 0.0), _over_series(np.sum)),
    "AVG": (mean, _over_series(np.mean)),
    "MIN": (_over_time(np.min, np.inf), _least),
    "MAX": (_over_time(np.max, -np.inf), _greatest),
    "STDDEV": (deviation, deviation),
    "DATAPOINT_COUNT": (count, count),
}
ELEMENTWISE: dict[str, Callable[[Floats], Floats]] = {
    "ABS": np.abs,
    "CEIL": np.ceil,
    "FLOOR": np.floor,
    "LOG": _logarithm(np.log),
    "LOG10": _logarithm(np.log10),
}
OVER_TIME: dict[str, Callable[[Floats, int], Floats]] = {
    "RATE": rate,
    "DIFF": diff,
    "DIFF_TIME": diff_time,
    "RUNNING_SUM": running_sum,
}
FILLERS: dict[str, Callable[[Floats], Floats]] = {"REPEAT": repeat, "LINEAR": linear}


def _part(unit: str, of: str) -> Callable[[NDArray[np.datetime64]], NDArray[np.int64]]:
    """How many `unit`s since the `of` began."""

    def part(times: NDArray[np.datetime64]) -> NDArray[np.int64]:
        whole = times.astype(f"datetime64[{unit}]")
        return np.asarray((whole - times.astype(f"datetime64[{of}]").astype(whole.dtype)).astype(np.int64))

    return part


MONDAY = 4  # 1970-01-01 was a Thursday
# Of times in UTC: "return a new non-sparse time series where each value is based on its timestamp".
CLOCK: dict[str, Callable[[NDArray[np.datetime64]], NDArray[np.int64]]] = {
    "MINUTE": _part("m", "h"),
    "HOUR": _part("h", "D"),
    "DAY": lambda times: (times.astype("datetime64[D]").astype(np.int64) + MONDAY - 1) % 7 + 1,
    "DATE": lambda times: _part("D", "M")(times) + 1,
    "MONTH": lambda times: _part("M", "Y")(times) + 1,
    "YEAR": lambda times: times.astype("datetime64[Y]").astype(np.int64) + 1970,
    "EPOCH": lambda times: times.astype("datetime64[s]").astype(np.int64),
}
