"""Statistics of one metric over sliding windows of any length, as far as the data had arrived.

CloudWatch aggregates anew at every evaluation: the newest window ends at the evaluation, the next older one
a period earlier, and so on. Here each statistic is one array over all minutes, built once per period.

Percentiles are nearest-rank over the window's samples; `statistics` says what trimmed ones are. Up to
`EXACT_VALUES` distinct values they are exact; beyond that values are gathered in bins `BIN_GROWTH` wide, so
a percentile is within 1 % of the exact one. (CloudWatch does not publish how it interpolates or bins.)
"""

import numpy as np
from numpy.typing import NDArray

from rehearsal.cloudwatch import statistics

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EXACT_VALUES = 256
BIN_GROWTH = 1.02
PROBE = 20_000
PIECE = 10_000  # minutes

# A field of the minute aggregates: how two minutes combine, and what an empty minute contributes.
_FIELDS: dict[str, tuple[np.ufunc, float]] = {
    "count": (np.add, 0.0),
    "total": (np.add, 0.0),
    "low": (np.minimum, np.inf),
    "high": (np.maximum, -np.inf),
}


def rolling(combine: np.ufunc, empty: float, base: Floats, width: int) -> Floats:
    """`out[t]` combines `base[t - width + 1 .. t]`; what lies before the series is empty.

    By doubling: no running difference, so no cancellation and an exact zero stays zero.
    """
    out = np.full_like(base, empty)
    block, span, offset = base, 1, 0
    while True:
        if width & span:
            _add_shifted(combine, out, block, offset)
            offset += span
        if span * 2 > width:
            return out
        block, shorter = block.copy(), block
        _add_shifted(combine, block, shorter, span)
        span *= 2


def _add_shifted(combine: np.ufunc, into: Floats, array: Floats, minutes: int) -> None:
    """`into[t]` combines itself and `array[t - minutes]`, if there is such a minute."""
    if minutes < len(into):
        combine(into[minutes:], array[: len(array) - minutes], out=into[minutes:])


class Windows:
    """The sliding windows of one metric over `minutes` minutes.

    The arrays are those of `MetricSeries`. Results are remembered, so that the alarms on one metric share
    them.
    """

    def __init__(self, minute: Ints, value: Floats, weight: Ints, delay: int | Ints, minutes: int) -> None:
        inside = (minute >= 0) & (minute < minutes)
        if not inside.all():
            minute, value, weight = minute[inside], value[inside], weight[inside]
        self._minute, self._value, self._weight = minute, value, weight
        self._minutes = minutes
        self._delay = np.broadcast_to(np.asarray(delay, dtype=np.int64), (minutes,))
        self._horizon = int(self._delay.max(initial=0))
        self._rows: dict[tuple[str, int, int, int], Floats] = {}
        self._by_minute: dict[str, Floats] = {}
        self._cumulative: tuple[Floats, NDArray[np.int32]] | None = None

    def matrix(self, statistic: str, width: int, size: int, ends: Ints, *, seen_after: int = 0) -> Floats:
        """The `size` latest datapoints of `width` minutes, as evaluations at the end of `ends` see them.

        Shape (size, len(ends)), oldest first, NaN for missing. The newest window of column i ends with minute
        `ends[i]` (inclusive); the evaluation itself happens `seen_after` minutes later. What had not arrived
        by then is not in it.
        """
        out = np.full((size, len(ends)), np.nan)
        every_minute = bool((np.diff(ends) == 1).all())
        for age in range(size):
            newest = age * width
            if newest + seen_after >= self._horizon:
                row, at = self._row(statistic, width, 0, self._horizon), ends - newest
            else:
                row, at = self._row(statistic, width, newest, seen_after), ends
            if every_minute and len(at):  # copied at once, which is much quicker than one by one
                before = max(0, -int(at[0]))
                out[size - 1 - age, before:] = row[at[0] + before : at[-1] + 1] if at[-1] >= 0 else np.nan
            else:
                inside = at >= 0
                out[size - 1 - age, inside] = row[at[inside]]
        return out

    def _row(self, statistic: str, width: int, lag: int, seen_after: int) -> Floats:
        """Per minute t: the statistic over the minutes t - lag - width + 1 .. t - lag that had arrived."""
        key = (statistic, width, lag, seen_after)
        if key not in self._rows:
            self._rows[key] = self._statistic(statistic, width, lag, seen_after)
        return self._rows[key]

    def _statistic(self, statistic: str, width: int, lag: int, seen_after: int) -> Floats:
        count = self._field("count", width, lag, seen_after)
        present = count > 0
        percentile, trimmed = statistics.percentile_of(statistic), statistics.trimmed(statistic)
        if percentile is not None:
            result = self._percentile(percentile, count, width, lag, seen_after)
        elif trimmed is not None:
            result = self._trimmed(trimmed, present, width, lag, seen_after)
        elif statistic == "SampleCount":
            result = count
        elif statistic == "Average":
            total = self._field("total", width, lag, seen_after)
            result = np.divide(total, count, out=np.full_like(count, np.nan), where=present)
        else:
            field = {"Sum": "total", "Minimum": "low", "Maximum": "high"}[statistic]
            result = self._field(field, width, lag, seen_after)
        return np.where(present, result, np.nan)

    def _field(self, name: str, width: int, lag: int, seen_after: int) -> Floats:
        combine, empty = _FIELDS[name]
        base = self._minutes_of(name)
        first_certain = min(max(self._horizon - seen_after, lag), lag + width)
        out = np.full_like(base, empty)
        for late in range(lag, first_certain):
            _add_shifted(combine, out, np.where(self._delay <= late + seen_after, base, empty), late)
        rest = lag + width - first_certain
        if rest:
            _add_shifted(combine, out, rolling(combine, empty, base, rest), first_certain)
        return out

    def _minutes_of(self, name: str) -> Floats:
        """A field of every single minute, shape (minutes,)."""
        if name not in self._by_minute:
            if name == "count":
                made = np.bincount(self._minute, self._weight, self._minutes)
            elif name == "total":
                made = np.bincount(self._minute, self._weight * self._value, self._minutes)
            else:
                made = np.full(self._minutes, _FIELDS[name][1])
                (np.minimum if name == "low" else np.maximum).at(made, self._minute, self._value)
            self._by_minute[name] = made.astype(np.float64)
        return self._by_minute[name]

    def _percentile(self, percentile: float, count: Floats, width: int, lag: int, seen_after: int) -> Floats:
        """Nearest rank: the smallest value with at least `percentile` % of the samples at or below."""
        support, at_or_below = self._at_or_below(width, lag, seen_after)
        rank = np.maximum(1, np.ceil(count * percentile / 100 - 1e-9))
        index = (at_or_below < rank[:, None]).sum(axis=1)
        ranked: Floats = support[np.minimum(index, len(support) - 1)]
        return ranked

    def _trimmed(
        self, wanted: statistics.Trimmed, present: NDArray[np.bool_], width: int, lag: int, seen_after: int
    ) -> Floats:
        """A trimmed statistic, in pieces that fit in memory."""
        support, at_or_below = self._at_or_below(width, lag, seen_after)
        out = np.full(self._minutes, np.nan)
        minutes = np.flatnonzero(present)
        for first in range(0, len(minutes), PIECE):
            rows = minutes[first : first + PIECE]
            out[rows] = statistics.of_counts(wanted, support, at_or_below[rows].astype(np.int64))
        return out

    def _at_or_below(self, width: int, lag: int, seen_after: int) -> tuple[Floats, NDArray[np.int32]]:
        """The values that occur, and how many samples of each minute's window are at or below each."""
        support, cumulative = self._distribution()
        first_certain = min(max(self._horizon - seen_after, lag), lag + width)
        at_or_below = _difference(cumulative, first_certain, lag + width)
        for late in range(lag, first_certain):
            minute = _difference(cumulative, late, late + 1)
            arrived = np.zeros(self._minutes, dtype=bool)
            arrived[late:] = (self._delay <= late + seen_after)[: self._minutes - late]
            at_or_below += np.where(arrived[:, None], minute, 0)
        return support, at_or_below

    def _distribution(self) -> tuple[Floats, NDArray[np.int32]]:
        """The values that occur, ascending, and per minute how many samples so far are at or below each."""
        if self._cumulative is None:
            support, column = _bins(self._value, self._weight)
            cells = np.bincount(
                self._minute * len(support) + column, self._weight, self._minutes * len(support)
            )
            table = cells.astype(np.int32).reshape(self._minutes, len(support))
            np.cumsum(table, axis=1, out=table)
            np.cumsum(table, axis=0, out=table)
            self._cumulative = support, table
        return self._cumulative


def _difference(cumulative: NDArray[np.int32], newest: int, oldest: int) -> NDArray[np.int32]:
    """Per minute t: the samples of the minutes t - oldest + 1 .. t - newest."""
    out = np.zeros_like(cumulative)
    length = len(cumulative)
    if newest < length and oldest > newest:
        out[newest:] = cumulative[: length - newest]
        if oldest < length:
            out[oldest:] -= cumulative[: length - oldest]
    return out


def _bins(value: Floats, weight: Ints) -> tuple[Floats, Ints]:
    """The values kept (ascending), and for each sample the index of the one that stands for it."""
    if len(value) == 0:
        return np.zeros(1), np.zeros(0, dtype=np.int64)
    known = np.unique(value[:PROBE])
    while len(known) <= EXACT_VALUES:  # found by looking up, which is much quicker than sorting all samples
        column = np.minimum(np.searchsorted(known, value), len(known) - 1)
        strange = value[known[column] != value]
        if len(strange) == 0:
            return known, column
        known = np.union1d(known, strange[:PROBE])
    tiny = np.finfo(np.float64).tiny
    magnitude = np.floor((np.log(np.maximum(np.abs(value), tiny)) - np.log(tiny)) / np.log(BIN_GROWTH)) + 1
    bins, column = np.unique(np.sign(value) * magnitude, return_inverse=True)
    share = np.bincount(column, weight, len(bins))
    return np.bincount(column, weight * value, len(bins)) / share, column
