"""The functions of metric math on arrays of time series: folding, counting, cutting and sorting them."""

import numpy as np

from rehearsal.cloudwatch.math.functions import REDUCERS
from rehearsal.cloudwatch.math.values import Floats, NotEmpty, Value, as_many, as_one
from rehearsal.errors import RehearsalError, UnsupportedError

SORT_BY, ORDERS = ("AVG", "MIN", "MAX", "SUM"), ("ASC", "DESC")


def reduce(function: str, value: Value) -> Value:
    """SUM, AVG, ...: of one series a scalar, of several one series."""
    of_one, of_many = REDUCERS[function]
    if isinstance(value, NotEmpty) and function == "AVG":
        total = REDUCERS["SUM"][1](np.stack(value))
        return np.asarray(total / np.maximum(value.present.sum(axis=0), 1))
    if isinstance(value, tuple):
        return of_many(np.stack(value))
    return of_one(as_many(value)[0])


def count(value: Value) -> Value:
    """METRIC_COUNT: "the number of time series in the array"."""
    if isinstance(value, NotEmpty):
        return np.asarray(value.present.sum(axis=0), dtype=np.float64)
    return float(len(as_many(value)))


def slice_(value: Value, start: Value, end: Value | None = None) -> Value:
    """SLICE: the series of one index, or from one up to another that is not included."""
    series = ordered(value)
    first = _whole(start)
    kept = series[first : first + 1 if end is None else _whole(end)]
    if not kept:
        raise RehearsalError(f"metric math: SLICE leaves none of {len(series)} time series")
    return kept[0] if end is None else kept


def sort(value: Value, by: str, order: str, limit: Value | None) -> Value:
    """SORT: the series by AVG, MIN, MAX or SUM over time, ASC or DESC, at most `limit` of them."""
    series = ordered(value)
    if by not in SORT_BY or order not in ORDERS:
        raise RehearsalError(
            f"metric math: SORT takes one of {', '.join(SORT_BY)} and then {' or '.join(ORDERS)}"
        )
    stack = np.stack(series)
    key = np.stack([REDUCERS[by][0](one) for one in series])
    ranks = np.argsort(key if order == "ASC" else -key, axis=0, kind="stable")  # those without data last
    in_order = np.take_along_axis(stack, ranks[:, None], axis=0)
    return tuple(in_order[: len(series) if limit is None else _whole(limit)])


def ordered(value: Value) -> tuple[Floats, ...]:
    """The series, in an order that is the same in every evaluation."""
    if isinstance(value, NotEmpty):
        raise UnsupportedError(
            "metric math: SORT, SLICE, FIRST and LAST of what REMOVE_EMPTY leaves are not simulated"
        )
    return as_many(value)


def _whole(value: Value) -> int:
    number = as_one(value, "SLICE")
    if not isinstance(number, float) or number < 0 or not number.is_integer():
        raise RehearsalError(f"metric math: {number} is no index; use a whole number from 0")
    return int(number)
