"""Rows of levels for the metrics of an alarm: each driven on its own, at several amounts of traffic."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, inf, log10

from monitoring.spec import MetricAlarm
from rehearsal.cloudwatch.series import MetricKey
from rehearsal.diff.probing.levels import SILENCE, Assignment, Level
from rehearsal.diff.probing.usual import Metric, Usual, constants
from rehearsal.diff.sides import metrics

TRAFFIC = (1.0, 0.1, 0.01)
ODD_TRAFFIC = (10.0, 100.0, 1000.0, 0.001)  # tried where the versions do not part at any likelier one
STEPS = (
    0.0,
    0.1,
    0.3,
    0.5,
    0.7,
    0.8,
    0.9,
    0.95,
    0.99,
    1.0,
    1.01,
    1.05,
    1.1,
    1.2,
    1.5,
    2.0,
    3.0,
    5.0,
    10.0,
    100.0,
)
COUNTS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 100, 150, 200, 300, 500, 700, 1000)
COUNTS_UP = (1500, 2000, 3000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000)
EVEN = 100  # a share in percent of two decimals is whole events a minute
EDGE = 1e-6  # relative: as near to a number that is compared with as levels are tried at first
SHAPES = (
    1.0,
    0.6,
    0.12,
    0.02,
)  # the share of samples, the slowest, that have the level


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Row:
    """Levels in a row: `at(x)` for ascending `xs`; whole numbers only if `whole`. A low `rank` is natural."""

    xs: Sequence[float]
    at: Callable[[float], Assignment]
    whole: bool
    rank: int


def rows(alarms: Sequence[MetricAlarm], usual: Usual, traffic: Sequence[float]) -> Iterable[Row]:
    """Every metric driven on its own, at each amount of traffic, over the period of each version."""
    keys = list(dict.fromkeys(key for alarm in alarms for key in usual.keys(alarm)))
    limits = constants(alarms)
    for width in dict.fromkeys(alarm.period_s // 60 for alarm in alarms):
        for key in keys:
            asked = {q.statistic for alarm in alarms for q in metrics(alarm) if usual.key(q) == key}
            each = usual.metrics[key].level.count
            whole = 10.0 ** ceil(log10(each)) / each if each >= 1 else 1.0  # shares come out even
            for rank, factor in enumerate([*traffic[:1], whole, 10 * whole, *traffic[1:]]):
                base = {k: _steady(usual.metrics[k].level.times(factor), width) for k in keys}
                drive = _Drive(
                    key=key,
                    metric=usual.metrics[key],
                    base=base,
                    width=width,
                    limits=limits,
                    rank=rank,
                )
                if asked == {"SampleCount"} or usual.metrics[key].events:
                    yield _counted(drive)
                else:
                    yield from _valued(drive, asked)
                if asked == {"SampleCount"}:
                    break
    if len(keys) > 1:
        yield Row(xs=(0.0,), at=lambda _: dict.fromkeys(keys, SILENCE), whole=True, rank=len(TRAFFIC))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Drive:
    """One metric to be driven from the levels `base` on, with windows of `width` minutes in mind."""

    key: MetricKey
    metric: Metric
    base: Assignment
    width: int
    limits: Sequence[float]
    rank: int


def _counted(drive: _Drive) -> Row:
    """So many events, or samples, in a window; of a metric that reports every request, the rest are none."""
    key, base, width = drive.key, drive.base, drive.width
    zeros = drive.metric.events and 0.0 in base[key].values
    total = base[key].count if zeros else inf
    value = 1.0 if drive.metric.events else (base[key].values or (1.0,))[0]

    def at(count: float) -> Assignment:
        each = count / width
        level = Level((value, 0.0), (each, total - each)) if zeros and total > 0 else Level((value,), (each,))
        return {**base, key: level if count or (zeros and total > 0) else SILENCE}

    near = {int(limit) + d for limit in drive.limits for d in (-2, -1, 0, 1, 2)}
    usually = int(drive.metric.level.count * width)
    wide = {
        *COUNTS,
        *COUNTS_UP,
        *near,
        *(int(usually * step) for step in STEPS),
        int(min(total * width, 1e9)),
    }
    xs = sorted(x for x in wide if 0 <= x <= total * width)
    return Row(xs=[float(x) for x in xs], at=at, whole=True, rank=drive.rank)


def _valued(drive: _Drive, asked: set[str]) -> Iterable[Row]:
    """A share of the samples, the highest, has the value; the others stay as usual."""
    key, base, width, limits = drive.key, drive.base, drive.width, drive.limits
    level = base[key] if base[key].counts else Level((1.0,), (1.0,))
    middle = level.values[len(level.values) // 2]
    near = [*limits, middle, *(limit / (level.count * width) for limit in limits if "Sum" in asked)]
    xs = {x * step for x in near for step in STEPS} | {x * (1 + d) for x in near for d in (-EDGE, 0, EDGE)}
    if any(limit < 0 for limit in limits) or not all(limits):
        xs |= {-x for x in xs} | {-1.0, -10.0}
    shares = SHAPES if len(level.values) > 1 or level.count >= 1 / min(SHAPES) else SHAPES[:1]
    for more, share in enumerate(shares):

        def at(x: float, share: float = share) -> Assignment:
            return {**base, key: _topped(level, x, share)}

        within = sorted(x for x in xs if drive.metric.least <= x <= drive.metric.most)
        yield Row(xs=within, at=at, whole=False, rank=drive.rank + more * len(TRAFFIC))


def _steady(level: Level, width: int) -> Level:
    """The level, or silence where it would not have a sample in every window."""
    return level if round(level.count * width, 9) >= 1 else SILENCE


def _topped(level: Level, value: float, share: float) -> Level:
    """The level with `share` of its samples, the highest, at `value`."""
    left = level.count * (1 - share)
    values, counts = [], []
    for own, count in zip(level.values, level.counts, strict=True):
        if left > 0:
            values.append(own)
            counts.append(min(count, left))
            left -= count
    return Level((*values, value), (*counts, level.count * share))


def scaled(levels: Assignment, rank: int, alarms: Sequence[MetricAlarm]) -> Iterable[Row]:
    """A breach with so many samples in a window: of all its metrics in proportion, and of each by itself."""
    near = {int(x) + d for x in constants(alarms) for d in (-1, 0, 1)}
    xs = sorted(float(x) for x in {*COUNTS[1:], *COUNTS_UP, *near} if x > 0)
    for width in dict.fromkeys(alarm.period_s // 60 for alarm in alarms):
        for key, level in levels.items():
            if level.count:

                def together(count: float, each: float = level.count * width) -> Assignment:
                    return {k: own.times(count / each) for k, own in levels.items()}

                def alone(
                    count: float, key: MetricKey = key, level: Level = level, width: int = width
                ) -> Assignment:
                    return {**levels, key: level.times(count / (level.count * width))}

                yield Row(xs=xs, at=together, whole=True, rank=rank + 1)
                if len(levels) > 1:
                    yield Row(xs=xs, at=alone, whole=True, rank=rank + 2)


def even(levels: Assignment, rank: int, alarms: Sequence[MetricAlarm], usual: Usual) -> Iterable[Row]:
    """So many events that a share that is compared with comes out even at some number of the others."""
    for key in levels:
        if usual.metrics[key].events and 0.0 not in usual.metrics[key].level.values:
            for limit in constants(alarms):
                if limit > 0 and len(levels) > 1:
                    yield from scaled({**levels, key: Level((1.0,), (limit * EVEN,))}, rank, alarms)
