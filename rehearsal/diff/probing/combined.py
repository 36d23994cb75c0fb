"""Incidents made for one composite alarm: what it looks at goes off alone, and in pairs one within the other.

An alarm goes off because its metrics are bad, not because a test says so: states that no metric can bring
about are not tried.
"""

from collections.abc import Iterable, Sequence

from monitoring.spec import CompositeAlarm, MetricAlarm
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS
from rehearsal.cloudwatch.math.calls import band_calls
from rehearsal.diff.fields import evaluated
from rehearsal.diff.probing.critical import Critical, Point, critical
from rehearsal.diff.probing.levels import Assignment
from rehearsal.diff.probing.sequence import Incident, Step
from rehearsal.diff.probing.trial import HOUR, Trial
from rehearsal.diff.probing.usual import Usual
from rehearsal.diff.sides import Pair, Side

OF_OTHERS = 2  # alarms of every other composite that are paired with the changed one's
MARGIN = 6  # minutes
SIMPLEST, MOST = 40, 8  # incidents, and other alarms that they are tried with
FALLEN = 0.3  # of the usual, for a band


class Triggers:
    """The levels at which each metric alarm goes off, found once."""

    def __init__(self, usual: Usual) -> None:
        self._usual = usual
        self._points: dict[str, list[Point]] = {}

    def points(self, alarm: MetricAlarm, home: str | None) -> list[Point]:
        """Assignments at which the alarm breaches, most natural first."""
        key = evaluated(alarm)
        if key not in self._points:
            self._points[key] = (
                [self._fallen(alarm)]
                if band_calls(alarm.queries)
                else _breaching(critical([(alarm, home)], self._usual))
            )
        return self._points[key]

    def _fallen(self, alarm: MetricAlarm) -> Point:
        levels = {key: self._usual.metrics[key].level.times(FALLEN) for key in self._usual.keys(alarm)}
        return Point(assignment=levels, x=FALLEN, verdicts=((True, True),), rank=0)


def incidents(pair: Pair, trial: Trial, triggers: Triggers) -> list[Incident]:
    """The incidents for a composite that is on both sides or on one."""
    own, others = _watched(pair, trial)
    chosen: dict[str, tuple[Assignment, int, int]] = {}
    for name, (side, alarm) in {**others, **own}.items():
        points = trial.alone(Pair(old=alarm, new=alarm), triggers.points(alarm, side.homes[name]))
        if points:
            chosen[name] = (points[0].assignment, *_times(alarm))
    hold = max((_hold(alarm) for alarm in pair.alarms if isinstance(alarm, CompositeAlarm)), default=0)
    made = [
        Incident(steps=[Step(minutes=rise + hold + MARGIN, levels=bad)], rank=number)
        for number, (bad, rise, _) in enumerate(chosen[name] for name in own if name in chosen)
    ]
    made += [
        make(chosen[outer], chosen[inner], hold, rank)
        for rank, make in enumerate((_at_once, _nested), 2)
        for outer in chosen
        for inner in chosen
        if outer != inner and (outer in own or inner in own)
    ]
    return made


def with_others(pair: Pair, made: Sequence[Incident], trial: Trial, triggers: Triggers) -> list[Incident]:
    """A metric alarm's incidents, each while another alarm that its composites look at has gone off."""
    own = {alarm.name for alarm in pair.alarms}
    others: dict[str, tuple[Side, MetricAlarm]] = {}
    for side, reached in zip(trial.sides, trial.reach(pair), strict=True):
        for name in reached - own:
            if own & side.looks_at.get(name, frozenset()):
                others |= _metric_alarms(side, side.looks_at[name] - own)
    simplest = sorted(made, key=lambda incident: incident.rank)[:SIMPLEST]
    found: list[Incident] = []
    for name, (side, alarm) in list(others.items())[:MOST]:
        for point in trial.alone(Pair(old=alarm, new=alarm), triggers.points(alarm, side.homes[name]))[:1]:
            lead = Step(minutes=_times(alarm)[0] + MARGIN, levels=point.assignment)
            found += [
                Incident(
                    steps=[
                        lead,
                        *(Step(minutes=s.minutes, levels={**point.assignment, **s.levels}) for s in i.steps),
                    ],
                    rank=i.rank + 10,
                )
                for i in simplest
            ]
    return found


def _at_once(
    outer: tuple[Assignment, int, int], inner: tuple[Assignment, int, int], hold: int, rank: int
) -> Incident:
    """Both begin together; the outer one lasts until long after the inner one is over."""
    bad, rise, _ = outer
    worse, inner_rise, inner_fall = inner
    return Incident(
        steps=[
            Step(minutes=max(rise, inner_rise) + MARGIN, levels={**bad, **worse}),
            Step(minutes=inner_fall + hold + MARGIN, levels=bad),
        ],
        rank=10 * rank,
    )


def _nested(
    outer: tuple[Assignment, int, int], inner: tuple[Assignment, int, int], hold: int, rank: int
) -> Incident:
    """The outer one lasts until long after the inner one, which begins soon after it, is over."""
    bad, rise, _ = outer
    worse, inner_rise, inner_fall = inner
    lead = rise + hold // 2 + MARGIN
    return Incident(
        steps=[
            Step(minutes=lead, levels=bad),
            Step(minutes=inner_rise + MARGIN, levels={**bad, **worse}),
            Step(minutes=inner_fall + hold + MARGIN, levels=bad),
        ],
        rank=10 * rank,
    )


def _watched(
    pair: Pair, trial: Trial
) -> tuple[dict[str, tuple[Side, MetricAlarm]], dict[str, tuple[Side, MetricAlarm]]]:
    """The metric alarms that the composite itself looks at, and a few of every other one that it bears on."""
    own: dict[str, tuple[Side, MetricAlarm]] = {}
    others: dict[str, tuple[Side, MetricAlarm]] = {}
    for side, alarm, reached in zip(trial.sides, (pair.old, pair.new), trial.reach(pair), strict=True):
        if alarm is not None:
            own |= _metric_alarms(side, side.looks_at[alarm.name])
            for name in side.needed(reached):
                few = dict(sorted(_metric_alarms(side, side.looks_at.get(name, ())).items())[:OF_OTHERS])
                if name in side.looks_at[alarm.name]:
                    own |= few
                else:
                    others |= few
    return own, {name: found for name, found in others.items() if name not in own}


def _metric_alarms(side: Side, names: Iterable[str]) -> dict[str, tuple[Side, MetricAlarm]]:
    alarms = {name: side.alarms.get(name) for name in names}
    return {name: (side, alarm) for name, alarm in alarms.items() if isinstance(alarm, MetricAlarm)}


def _times(alarm: MetricAlarm) -> tuple[int, int]:
    """Minutes from bad levels to ALARM, and from good ones to OK; at the most."""
    width = alarm.period_s // 60
    fall = alarm.evaluation_periods * width + EXTRA_POINTS * min(width, HOUR)
    return alarm.datapoints_to_alarm * width + 2, fall + 2


def _hold(alarm: CompositeAlarm) -> int:
    return max(alarm.wait_s, alarm.extension_s) // 60 if alarm.suppressor else 0


def _breaching(found: Critical) -> list[Point]:
    """Levels clearly beyond the border, and just beyond it, which fewer others share."""
    return [*found.clear, *found.just]
