"""The values of metric math: scalars, time series, and arrays of time series.

A time series is an array whose first axis is time, oldest first, NaN where a datapoint is missing; further
axes are separate evaluations, worked on side by side. An array of time series is a tuple of them, a scalar
a float (or an array without the time axis, where each evaluation has its own).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rehearsal.cloudwatch.math.functions import Operator
from rehearsal.errors import RehearsalError

Floats = NDArray[np.float64]


class NotEmpty(tuple[Floats, ...]):
    """What REMOVE_EMPTY leaves. Which series these are differs between evaluations, so all are carried on.

    `present`, of shape (series, ...) without the time axis, is True where a series is left.
    """

    present: NDArray[np.bool_]

    @classmethod
    def of(cls, series: tuple[Floats, ...], present: NDArray[np.bool_] | None = None) -> "NotEmpty":
        """The series of which not every datapoint is missing; or those that `present` names."""
        made = cls(series)
        made.present = np.array([~np.isnan(s).all(axis=0) for s in series]) if present is None else present
        return made


Value = float | Floats | tuple[Floats, ...]


def as_series(value: Value, name: str, shape: tuple[int, ...]) -> Floats:
    """`value` as the one time series that an alarm can watch."""
    if isinstance(value, np.ndarray) and value.ndim == len(shape):
        return value
    what = f"{len(value)} time series" if isinstance(value, tuple) else "a scalar"
    raise RehearsalError(f"expression {name!r} gives {what}; an alarm watches exactly one time series")


def as_band(value: Value, name: str) -> tuple[Floats, Floats]:
    """`value` as the (upper, lower) series of a band, CloudWatch's order."""
    if isinstance(value, tuple) and len(value) == 2:  # noqa: PLR2004  # upper and lower
        return value[0], value[1]
    raise RehearsalError(
        f"{name!r} is no anomaly band; its expression must be ANOMALY_DETECTION_BAND(id, width)"
    )


def as_many(value: Value) -> tuple[Floats, ...]:
    """`value` as an array of time series."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, np.ndarray):
        return (value,)
    raise RehearsalError(f"metric math: the scalar {value} stands where a time series must")


def as_one(value: Value, function: str) -> float | Floats:
    """`value` as a scalar or one time series."""
    if isinstance(value, tuple):
        raise RehearsalError(f"metric math: {function} takes single time series, not an array of them")
    return value


def like(original: tuple[Floats, ...], series: tuple[Floats, ...]) -> tuple[Floats, ...]:
    """`series` made from those of `original`: what REMOVE_EMPTY removed stays removed."""
    return NotEmpty.of(series, original.present) if isinstance(original, NotEmpty) else series


def each(function: Callable[[Floats], Floats], value: Value) -> Value:
    """`function` on a scalar, on a series, or on each of several."""
    if isinstance(value, tuple):
        return like(value, tuple(function(series) for series in value))
    if isinstance(value, np.ndarray):
        return function(value)
    return float(function(np.asarray(value)))


def pairwise(function: Operator, left: Value, right: Value) -> Value:
    """A binary operator, spread over arrays of series."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        if len(left) != len(right):
            raise RehearsalError(f"metric math: arrays of {len(left)} and {len(right)} series do not pair up")
        return like(left, tuple(function(a, b) for a, b in zip(left, right, strict=True)))
    if isinstance(left, tuple):
        return like(left, tuple(function(a, as_one(right, "an operator")) for a in left))
    if isinstance(right, tuple):
        return like(right, tuple(function(as_one(left, "an operator"), b) for b in right))
    result = function(left, right)
    return float(result) if isinstance(left, float) and isinstance(right, float) else result
