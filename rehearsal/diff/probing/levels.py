"""Levels of metrics that hold still, and what an alarm makes of them: the incidents' raw material.

A `Level` is what a metric reports in one minute. `Still` is a series in which column i holds one assignment
of levels for ever, so that one call of the evaluator says of hundreds of assignments whether they breach.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import MetricAlarm, MetricStat
from rehearsal.cloudwatch.points import Points
from rehearsal.cloudwatch.series import MetricKey, Series
from rehearsal.cloudwatch.windows import Windows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
START = datetime(2026, 3, 3, tzinfo=UTC)
PIECE = 80  # assignments a call: as many values as a metric may have and still be exact
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Level:
    """Samples of one minute: `values[i]` comes `counts[i]` times, on average; no samples is silence."""

    values: tuple[float, ...] = ()
    counts: tuple[float, ...] = ()

    @property
    def count(self) -> float:
        """How many samples a minute."""
        return sum(self.counts)

    def times(self, factor: float) -> "Level":
        """The same with `factor` times as many samples."""
        return Level(self.values, tuple(count * factor for count in self.counts))


SILENCE = Level()
Assignment = Mapping[MetricKey, Level]


class Still(Series):
    """Minute i stands for assignment i, held as long as any window is; metrics not assigned are as usual.

    `units` are what metrics are published with, `late` how many minutes of a window have not arrived.
    """

    def __init__(
        self,
        assignments: Sequence[Assignment],
        usual: Assignment,
        units: Mapping[MetricKey, str | None],
        late: Mapping[MetricKey, int],
    ) -> None:
        super().__init__(START, len(assignments), {})
        self._assignments, self._usual, self._units = assignments, usual, units
        self._late = late
        self._names: dict[tuple[object, ...], list[MetricKey]] = {}
        for key in dict.fromkeys([*usual, *(key for found in assignments for key in found)]):
            self._names.setdefault((key.namespace, key.metric, key.dimensions), []).append(key)
        self._held: dict[MetricKey, Windows] = {}

    def find(self, query: MetricStat, home: str | None = None) -> Windows | None:
        """As `Series.find`: an account that has no such metric finds nothing, nor does another unit."""
        wanted = query.account_id or home
        name = MetricKey.of(query.namespace, query.metric, query.dimensions)
        for key in self._names.get((name.namespace, name.metric, name.dimensions), ()):
            unit = self._units.get(key)
            if None not in (query.unit, unit) and query.unit != unit:
                continue
            if key.account in (None, wanted) or wanted is None:
                if key not in self._held:
                    otherwise = self._usual.get(key, SILENCE)
                    self._held[key] = _Held(
                        [found.get(key, otherwise) for found in self._assignments], self._late.get(key, 0)
                    )
                return self._held[key]
        return None


class _Held(Windows):
    """The windows of a metric whose level does not change within them."""

    def __init__(self, levels: Sequence[Level], late: int) -> None:
        none = np.zeros(0, dtype=np.int64)
        super().__init__(none, none.astype(np.float64), none, 0, len(levels))
        self._levels, self._late = levels, late
        self._by_width: dict[int, Windows] = {}

    def matrix(self, statistic: str, width: int, size: int, ends: Ints, *, seen_after: int = 0) -> Floats:
        """Every datapoint of a column is the same."""
        del seen_after  # all has arrived
        if width not in self._by_width:
            rows = [
                (number, value, int(count * max(width - self._late, 1) + ROUNDING))
                for number, level in enumerate(self._levels)
                for value, count in zip(level.values, level.counts, strict=True)
            ]
            minute, value, weight = (np.array(c) for c in zip(*rows, strict=True)) if rows else _NONE
            some = weight > 0
            self._by_width[width] = Windows(
                minute[some].astype(np.int64),
                value[some].astype(np.float64),
                weight[some],
                0,
                len(self._levels),
            )
        row = self._by_width[width].matrix(statistic, 1, 1, ends)
        return np.repeat(row, size, axis=0)


_NONE = (np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Verdicts:
    """Per assignment: is the datapoint real, does it breach."""

    real: NDArray[np.bool_]
    breaching: NDArray[np.bool_]


def verdicts(
    version: tuple[MetricAlarm, str | None],
    assignments: Sequence[Assignment],
    usual: Assignment,
    units: Mapping[MetricKey, str | None],
    delays: Mapping[MetricKey, int],
) -> Verdicts:
    """What an alarm, in its account, makes of each assignment. Not for anomaly bands, which need a history.

    A percentile of too few samples is no datapoint where the alarm asks for that. Where the newest window
    alone decides, it is without what is late.
    """
    alarm, home = version
    late = delays if alarm.evaluation_periods == 1 else {}
    found = []
    for first in range(0, len(assignments), PIECE):
        piece = assignments[first : first + PIECE]
        points = Points(alarm, Still(piece, usual, units, late), home=home, size=2, seen_after=0)
        seen = points.at(np.arange(len(piece), dtype=np.int64))
        counted = ~seen.low[-1] if seen.low is not None else np.ones(len(piece), dtype=bool)
        found.append((seen.real[-1] & counted, seen.breaching[-1] & counted))
    real, breaching = zip(*found, strict=True)
    return Verdicts(real=np.concatenate(real), breaching=np.concatenate(breaching))
