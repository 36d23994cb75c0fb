"""Incidents made for one metric alarm: every way in which two versions of it could behave differently.

Levels around both thresholds (`critical`), as long as each version needs and a minute less, with as many
datapoints in the window as each needs, silence of every length and on either side of a breach, and one metric
of several silent. What a version does with them the evaluator says, not this module.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

from rehearsal.cloudwatch.evaluate import EXTRA_POINTS
from rehearsal.cloudwatch.series import MetricKey
from rehearsal.diff.probing.critical import Critical, Point, Version
from rehearsal.diff.probing.levels import SILENCE, Assignment, Level
from rehearsal.diff.probing.sequence import Incident, Step
from rehearsal.diff.probing.usual import Usual

NORMAL: Assignment = {}
BLOCKS = 4  # periods of which every order of good, bad and silent is tried, where they are short
SOME = 3  # levels on each side of a border
SHORT = 5  # minutes
YOUNG = 12  # incidents that begin with the alarm itself
BAND_FACTORS = (0.0, 0.3, *(1 + 0.025 * step for step in range(-20, 21) if step), 2.0, 3.0)


def of_threshold(
    versions: Sequence[Version],
    found: Critical,
    usual: Usual,
    alone: Callable[[Sequence[Point]], list[Point]],
) -> list[Incident]:
    """The incidents for one or two versions of an alarm with a fixed threshold; `alone` puts those points
    first at which few other alarms breach.
    """
    apart = [
        point
        for side in (True, False)
        for point in alone([p for p in found.apart if len({*p.breaching}) > 1 and p.breaching[0] is side])[
            :SOME
        ]
    ] + [p for p in found.apart if len({*p.breaching}) == 1][:1]
    clear, just = alone(found.clear)[:1], alone(found.just)[:1]
    alarms = [alarm for alarm, _ in versions]
    keys = list(dict.fromkeys(key for alarm in alarms for key in usual.keys(alarm)))
    silent = dict.fromkeys(keys, SILENCE)
    longest = max(_rise(version) for version in versions)
    made = [_one(longest + 2, point.assignment, point.rank) for point in apart]
    made += [_one(2 * longest, point.assignment, point.rank) for point in apart]
    lengths = sorted({length for version in versions for length in _lengths(version)})
    for rank, point in enumerate([*clear, *just]):
        bad = point.assignment
        made += [_one(length, bad, rank) for length in lengths]
        made += [
            _blocks(row, bad, silent, version, rank + 2) for version in versions for row in _spread(version)
        ]
        made += _silences(bad, silent, lengths, longest)
        made += _partly_silent(bad, keys, lengths, longest)
    width = max(alarm.period_s // 60 for alarm in alarms)
    if clear and width <= SHORT:
        bad = clear[0].assignment
        made += [
            _blocks("".join(row), bad, silent, version, 8)
            for version in versions
            for row in product("0X_", repeat=BLOCKS)
            if row[0] != "0"
        ]
    if not clear:
        made += [_one(length, silent, 1) for length in lengths]
    return _distinct(made)


def of_band(versions: Sequence[Version], usual: Usual) -> list[Incident]:
    """The incidents for an alarm with an anomaly band: its metrics at shares and multiples of their usual."""
    keys = list(dict.fromkeys(key for alarm, _ in versions for key in usual.keys(alarm)))
    longest = max(_rise(version) for version in versions)
    levels: list[Assignment] = []
    for key in keys:
        level, events = usual.metrics[key].level, usual.metrics[key].events
        for factor in BAND_FACTORS:
            values = tuple(value * factor for value in level.values)
            levels.append({key: level.times(factor) if events else Level(values, level.counts)})
    made = [_one(longest + 2, level, rank) for rank, level in enumerate(levels)]
    lengths = sorted({length for version in versions for length in _lengths(version)})
    silent = dict.fromkeys(keys, SILENCE)
    made += [_one(length, levels[1], 1) for length in lengths]
    made += [_blocks(row, levels[1], silent, version, 3) for version in versions for row in _spread(version)]
    made += _silences(levels[1], silent, lengths, longest)
    return _distinct(made)


def at_birth(versions: Sequence[Version], made: Sequence[Incident]) -> list[Incident]:
    """For alarms that are created as the incident begins: bad or silent from the first minute on."""
    longest = max(_rise(version) + alarm.warm_up_min for version in versions for alarm in version[:1])
    levels = {frozenset(i.steps[0].levels.items()): i.steps[0].levels for i in made if len(i.steps) == 1}
    return [_one(longest + 10, own, rank) for rank, own in enumerate(levels.values())][:YOUNG]


def _rise(version: Version) -> int:
    alarm, _ = version
    return alarm.datapoints_to_alarm * (alarm.period_s // 60)


def _lengths(version: Version) -> Iterator[int]:
    """As long as the alarm needs, and a little less and more; as long as it remembers."""
    alarm, _ = version
    width, to_alarm, of = alarm.period_s // 60, alarm.datapoints_to_alarm, alarm.evaluation_periods
    for periods in {1, to_alarm - 1, to_alarm, to_alarm + 1, of, of + 1, of + EXTRA_POINTS + 1}:
        for more in (-1, 0, 1) if width > 1 else (0,):
            if periods * width + more > 0:
                yield periods * width + more


def _spread(version: Version) -> Iterable[str]:
    """As many bad periods as it needs, as far apart as its window allows, and one farther."""
    alarm, _ = version
    to_alarm, of = alarm.datapoints_to_alarm, alarm.evaluation_periods
    if to_alarm > 1 and of <= 60:  # noqa: PLR2004  # periods; beyond, gaps are told by lengths
        for window in (of - 1, of, of + 1):
            if window >= to_alarm:
                yield "X" * (to_alarm - 1) + "0" * (window - to_alarm) + "X"
    elif to_alarm == 1:
        yield "X0X"


def _silences(
    bad: Assignment, silent: Assignment, lengths: Sequence[int], longest: int
) -> Iterator[Incident]:
    for length in lengths:
        quiet = Step(minutes=length, levels=silent)
        yield Incident(steps=[quiet], rank=1)
        yield Incident(steps=[Step(minutes=longest + 2, levels=bad), quiet], rank=2)
        yield Incident(steps=[quiet, Step(minutes=longest + 2, levels=bad)], rank=3)


def _partly_silent(
    bad: Assignment, keys: Sequence[MetricKey], lengths: Sequence[int], longest: int
) -> Iterator[Incident]:
    if len(keys) > 1:
        for key in keys:
            yield _one(2 * longest + 3, {key: SILENCE}, 2)
            yield _one(2 * longest + 3, {**bad, key: SILENCE}, 4)
            yield Incident(
                steps=[
                    Step(minutes=longest + 2, levels=bad),
                    Step(minutes=max(lengths), levels={**bad, key: SILENCE}),
                ],
                rank=5,
            )


def _one(minutes: int, levels: Assignment, rank: int) -> Incident:
    return Incident(steps=[Step(minutes=minutes, levels=levels)], rank=rank)


def _blocks(row: str, bad: Assignment, silent: Assignment, version: Version, rank: int) -> Incident:
    """One period for each letter: X is bad, 0 is as usual, _ is silent."""
    width = version[0].period_s // 60
    steps: list[Step] = []
    for letter in row:
        levels = {"X": bad, "_": silent}.get(letter, NORMAL)
        if steps and steps[-1].levels is levels:
            steps[-1] = Step(minutes=steps[-1].minutes + width, levels=levels)
        else:
            steps.append(Step(minutes=width, levels=levels))
    return Incident(steps=steps, rank=rank)


def _distinct(made: Iterable[Incident]) -> list[Incident]:
    kept: dict[tuple[tuple[int, int], ...], Incident] = {}
    for incident in made:
        key = tuple((step.minutes, hash(frozenset(step.levels.items()))) for step in incident.steps)
        if key not in kept or incident.rank < kept[key].rank:
            kept[key] = incident
    return list(kept.values())
