"""What each metric reports on an ordinary day, so that an incident has something to differ from.

Of the simulated service's metrics that is what it publishes on a quiet day, gathered into few values. Of any
other metric nobody knows: a value is taken at which as few of its alarms as possible breach.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import inf

import numpy as np

from monitoring.spec import Expression, MetricAlarm, MetricStat
from rehearsal.cloudwatch.math.calls import band_calls
from rehearsal.cloudwatch.math.syntax import Number, parse, walk
from rehearsal.cloudwatch.series import MetricKey, MetricSeries
from rehearsal.diff.probing.levels import SILENCE, Assignment, Floats, Level, Verdicts, verdicts
from rehearsal.diff.sides import Side, metrics
from rehearsal.incident.metrics import account_of, incident
from rehearsal.incident.scenario import FOLDER, load
from rehearsal.incident.signals import AWS_DELAY
from rehearsal.lint import published
from rehearsal.sources.stack import AlarmSet

QUIET = FOLDER / "quiet-day.yaml"
HOUR = 60
SHARES = (
    0.5,
    0.36,
    0.09,
    0.035,
    0.015,
)  # of a minute's samples: the lower half, up to p86, p95, p98.5, the top
FEW = 20  # samples a minute: too few to be told apart
COUNTS = (1.0, 20.0, 300.0)  # samples a minute, of metrics that nobody knows
EVENTS = frozenset((0.0, 1.0))
FACTORS = (0.5, 2.0, 0.1, 10.0, 0.9, 1.1, 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A metric's usual level and delay in minutes. `events`: each sample is an event (1) or none (0).

    `unit` is what it is published with, `least` and `most` what a sample can be, as far as that is known.
    """

    level: Level
    delay: int = 0
    events: bool = False
    unit: str | None = None
    least: float = -inf
    most: float = inf


class Usual:
    """The metrics of both sides on an ordinary day."""

    def __init__(self, old: Side, new: Side) -> None:
        self._sides = (old, new)
        self.both = both(old, new)
        simulated = incident(load(QUIET), self.both).series
        self.metrics: dict[MetricKey, Metric] = {
            key: _gathered(found, simulated.minutes) for key, found in simulated.metrics.items()
        }
        unknown = [key for key in self._read() if key not in self.metrics]
        if unknown:
            self._guess(unknown)
        for key in self.metrics:
            self.metrics[key] = self._as_published(key)

    @property
    def levels(self) -> Mapping[MetricKey, Level]:
        """The usual level of every metric."""
        return {key: metric.level for key, metric in self.metrics.items()}

    def verdicts(
        self, version: tuple[MetricAlarm, str | None], assignments: Sequence[Assignment]
    ) -> Verdicts:
        """What an alarm, in its account, makes of each assignment; other metrics are as usual."""
        units = {key: metric.unit for key, metric in self.metrics.items()}
        delays = {key: metric.delay for key, metric in self.metrics.items()}
        return verdicts(version, assignments, self.levels, units, delays)

    def keys(self, alarm: MetricAlarm) -> list[MetricKey]:
        """The metrics that an alarm reads, each once."""
        return list(dict.fromkeys(self.key(query) for query in metrics(alarm)))

    def key(self, query: MetricStat) -> MetricKey:
        """The metric that a query reads, in the account that publishes it."""
        account = account_of(query, self.both)
        return MetricKey.of(query.namespace, query.metric, query.dimensions, account)

    def _read(self) -> list[MetricKey]:
        return list(dict.fromkeys(key for _, alarm in self._alarms() for key in self.keys(alarm)))

    def _alarms(self) -> list[tuple[str | None, MetricAlarm]]:
        return [
            (side.homes[alarm.name], alarm)
            for side in self._sides
            for alarm in side.alarms.values()
            if isinstance(alarm, MetricAlarm)
        ]

    def _as_published(self, key: MetricKey) -> Metric:
        """With what AWS publishes of it; of others, the unit that the first alarm asks for that names one."""
        found = self.metrics[key]
        queries = [query for _, alarm in self._alarms() for query in metrics(alarm) if self.key(query) == key]
        asked = next((query.unit for query in queries if query.unit is not None), None)
        known = published.metric(key.namespace, key.metric)
        if known is None:
            return replace(found, unit=asked)
        units = known.units or {asked}
        return replace(
            found,
            unit=asked if asked in units else min(filter(None, units), default=None),
            least=-inf if known.minimum is None else known.minimum,
            most=inf if known.maximum is None else known.maximum,
        )

    def _guess(self, unknown: Sequence[MetricKey]) -> None:
        """Levels for metrics that are not simulated; with several in an alarm, the best of all pairs."""
        for key in unknown:
            aws = key.namespace.lower().lstrip("/").startswith("aws/")
            self.metrics[key] = Metric(level=Level((1.0,), (1.0,)), delay=AWS_DELAY if aws else 0)
        readers: dict[tuple[MetricKey, ...], list[tuple[str | None, MetricAlarm]]] = {}
        for home, alarm in self._alarms():
            own = tuple(key for key in self.keys(alarm) if key in unknown)
            if own and not band_calls(alarm.queries):
                readers.setdefault(own[:2], []).append((home, alarm))
        settled: set[MetricKey] = set()
        for keys in sorted(readers, key=len):
            free = [key for key in keys if key not in settled]
            if free:
                self._settle(free, readers[keys])
                settled.update(free)

    def _settle(self, keys: Sequence[MetricKey], readers: Sequence[tuple[str | None, MetricAlarm]]) -> None:
        candidates = [Level((value,), (count,)) for value in _values(readers) for count in COUNTS]
        tried = [dict(zip(keys, chosen, strict=True)) for chosen in product(candidates, repeat=len(keys))]
        bad = np.zeros(len(tried))
        for home, alarm in readers:
            found = self.verdicts((alarm, home), tried)
            bad += found.breaching + 0.5 * ~found.real
        best = tried[int(np.argmin(bad))]
        for key in keys:
            self.metrics[key] = Metric(level=best[key], delay=self.metrics[key].delay)


def both(old: Side, new: Side) -> AlarmSet:
    """The alarms of both sides as one set, watching the service as the new side knows it."""
    return replace(new.alarm_set, accounts=[*new.alarm_set.accounts, *old.alarm_set.accounts])


def constants(alarms: Iterable[MetricAlarm]) -> list[float]:
    """The numbers that alarms compare with: thresholds, and those in their expressions."""
    found: list[float] = []
    for alarm in alarms:
        found += [] if alarm.threshold is None else [alarm.threshold]
        for query in alarm.queries:
            if isinstance(query, Expression):
                found += [node.value for node in walk(parse(query.expression)) if isinstance(node, Number)]
    return list(dict.fromkeys(found))


def _values(readers: Iterable[tuple[str | None, MetricAlarm]]) -> list[float]:
    limits = constants(alarm for _, alarm in readers)
    return list(dict.fromkeys([*(limit * factor for limit in limits for factor in FACTORS), 1.0, 0.0]))


def _gathered(found: MetricSeries, minutes: int) -> Metric:
    """A quiet day's samples as the level of a minute."""
    delay = int(np.median(np.broadcast_to(np.asarray(found.delay), (minutes,))))
    total = int(found.weight.sum())
    if not total:
        return Metric(level=SILENCE, delay=delay, events=True)
    each = total / len(np.unique(found.minute))
    values, place = np.unique(found.value, return_inverse=True)
    counts = np.bincount(place, found.weight)
    if set(values.tolist()) <= EVENTS:
        return Metric(level=_level(values, each * counts / total), delay=delay, events=True)
    order = np.cumsum(counts) / total
    if each < FEW:
        return Metric(level=Level((float(values[np.searchsorted(order, 1 / 2)]),), (each,)), delay=delay)
    edges = np.cumsum(SHARES) - np.array(SHARES) / 2
    typical = values[np.searchsorted(order, edges)]
    return Metric(level=_level(typical, np.array(SHARES) * round(each)), delay=delay)


def _level(values: Floats, counts: Floats) -> Level:
    return Level(tuple(map(float, values)), tuple(map(float, counts)))
