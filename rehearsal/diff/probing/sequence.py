"""Incidents one after the other as one series: steps of levels, with usual operation between."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
from rehearsal.diff.probing.levels import START, Assignment, Level
from rehearsal.diff.probing.usual import Usual

ROUNDING = 1e-9
MOST_MINUTES = 600_000


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Step:
    """So many minutes at these levels; metrics that are not assigned are as usual."""

    minutes: int
    levels: Assignment


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Incident:
    """Steps from minute 0 on. A low `rank` is easily told and likely."""

    steps: Sequence[Step]
    rank: int = 0

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return sum(step.minutes for step in self.steps)

    @property
    def touched(self) -> frozenset[MetricKey]:
        """The metrics that are not as usual."""
        return frozenset(key for step in self.steps for key in step.levels)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Timetable:
    """The series, and for each incident its first minute and the minute before which it is over."""

    series: Series
    spans: Sequence[tuple[int, int]]


def sequence(
    incidents: Sequence[Incident], usual: Usual, keys: Iterable[MetricKey], *, before: int, after: int
) -> Timetable:
    """The incidents in order, `before` minutes before the first and `after` minutes after each.

    `keys` are the metrics that the series has to have.
    """
    spans: list[tuple[int, int]] = []
    at = before
    for incident in incidents:
        spans.append((at, at + incident.minutes + after))
        at = spans[-1][1]
    starts = [begin for begin, _ in spans]
    metrics = {key: _metric(key, incidents, starts, usual, at) for key in keys}
    return Timetable(series=Series(START - timedelta(minutes=before), at, metrics), spans=spans)


def _metric(
    key: MetricKey, incidents: Sequence[Incident], starts: Sequence[int], usual: Usual, minutes: int
) -> MetricSeries:
    known = usual.metrics[key]
    which = np.zeros(minutes, dtype=np.int64)
    since = np.arange(minutes, dtype=np.int64)  # minutes since the level began
    levels: dict[Level, int] = {known.level: 0}
    for incident, start in zip(incidents, starts, strict=True):
        begin = start
        for step in incident.steps:
            end = begin + step.minutes
            level = step.levels.get(key)
            if level is not None:
                which[begin:end] = levels.setdefault(level, len(levels))
                since[begin:end] = np.arange(step.minutes)
            begin = end
    columns = []
    for level, number in levels.items():
        own = np.flatnonzero(which == number)
        for value, count in zip(level.values, level.counts, strict=True):
            so_far = np.floor((since[own] + 1) * count + ROUNDING) - np.floor(since[own] * count + ROUNDING)
            some = so_far > 0
            columns.append((own[some], np.full(int(some.sum()), value), so_far[some].astype(np.int64)))
    if not columns:
        none = np.zeros(0, dtype=np.int64)
        columns = [(none, none.astype(np.float64), none)]
    minutes_, values, weights = zip(*columns, strict=True)
    return MetricSeries(
        minute=np.concatenate(minutes_),
        value=np.concatenate(values),
        weight=np.concatenate(weights),
        delay=known.delay,
        unit=known.unit,
    )
