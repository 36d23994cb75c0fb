"""Both sides through a row of incidents: what people are told differently in each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.spec import CompositeAlarm, MetricAlarm
from rehearsal.cloudwatch.decide import ALARM, INSUFFICIENT_DATA, OK
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS, Timeline
from rehearsal.cloudwatch.math.calls import band_calls
from rehearsal.cloudwatch.series import MetricKey
from rehearsal.diff.fields import evaluated
from rehearsal.diff.probing.critical import Point
from rehearsal.diff.probing.sequence import MOST_MINUTES, Incident, sequence
from rehearsal.diff.probing.stage import Stage, Told, telling
from rehearsal.diff.probing.usual import Usual
from rehearsal.diff.sides import Pair, Side
from rehearsal.diff.verdict import Difference, differences

HOUR = 60
MOST_POINTS = 150_000_000  # datapoints looked at for one alarm's incidents
DAY = 1440
BEFORE = 240  # minutes of usual operation before the first incident, for anomaly bands
REMEMBERED = 220  # minutes for which an incident bears on a band that is younger than a day


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Noticed:
    """An incident in which people are told something else than before."""

    incident: Incident
    differences: Sequence[Difference]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Tried:
    """What came of a pair's incidents. In `in_alarm` of them the alarm itself was in ALARM on one side only,
    in `otherwise` its states differ apart from that; `tellers` are the alarms that could have told somebody.
    """

    incidents: int
    noticed: Sequence[Noticed]
    in_alarm: int
    otherwise: int
    tellers: Sequence[str]


class Trial:
    """Holds the two sides and what is known of them, for any number of pairs."""

    def __init__(self, old: Side, new: Side, usual: Usual, match: Mapping[str, str]) -> None:
        self.old, self.new, self.usual = old, new, usual
        labels = {name: alarm.key for name, alarm in new.alarms.items()}
        before = {name: alarm.key for name, alarm in old.alarms.items()}
        self.labels = ({**before, **{o: labels[n] for o, n in match.items()}}, labels)
        self._always: dict[tuple[str, str | None], int] = {}

    @property
    def sides(self) -> tuple[Side, Side]:
        """Old and new."""
        return self.old, self.new

    def reach(self, pair: Pair) -> tuple[set[str], set[str]]:
        """The alarms of each side that a pair's change can reach."""
        return (
            self.old.reached([pair.old.name] if pair.old else []),
            self.new.reached([pair.new.name] if pair.new else []),
        )

    def run(self, pair: Pair, incidents: Sequence[Incident], *, at_birth: bool = False) -> Tried:
        """The incidents in a row, with so much between that none bears on the next.

        `at_birth`: each incident by itself, with the alarms created as it begins.
        """
        reached = self.reach(pair)
        tellers = [
            telling(side.alarms[name] for name in names)
            for side, names in zip(self.sides, reached, strict=True)
        ]
        needed = [side.needed(names) for side, names in zip(self.sides, reached, strict=True)]
        touched = frozenset(key for incident in incidents for key in incident.touched)
        after, most = self._after(needed, touched), MOST_MINUTES
        if any(isinstance(alarm, MetricAlarm) and band_calls(alarm.queries) for alarm in pair.alarms):
            after, most = max(after, REMEMBERED), DAY - BEFORE
        incidents = self._affordable(incidents, needed, touched, after)
        noticed: list[Noticed] = []
        in_alarm = otherwise = 0
        for part in [[i] for i in incidents] if at_birth else _parts(incidents, after, most):
            made = sequence(
                part, self.usual, self._keys(needed, touched), before=0 if at_birth else BEFORE, after=after
            )
            stage = Stage(made.series, self._as_always(touched))
            lines = [stage.timeline(side, names) for side, names in zip(self.sides, needed, strict=True)]
            told = [
                stage.told(side, names, line, labels)
                for side, names, line, labels in zip(self.sides, tellers, lines, self.labels, strict=True)
            ]
            for incident, span in zip(part, made.spans, strict=True):
                found = differences(*(_within(one, span) for one in told))
                if found:
                    noticed.append(Noticed(incident=incident, differences=found))
            apart = _apart(pair, lines, made.spans)
            in_alarm += apart[0]
            otherwise += apart[1]
        return Tried(
            incidents=len(incidents),
            noticed=sorted(
                noticed, key=lambda n: (n.incident.rank, len(n.incident.steps), n.incident.minutes)
            ),
            in_alarm=in_alarm,
            otherwise=otherwise,
            tellers=sorted({*tellers[0], *tellers[1]}),
        )

    def alone(self, pair: Pair, points: Sequence[Point]) -> list[Point]:
        """The points, those first at which the fewest other alarms breach that the same people hear of."""
        others: dict[tuple[str, str | None], MetricAlarm] = {}
        keys = frozenset(key for point in points for key in point.assignment)
        for side, names in zip(self.sides, self.reach(pair), strict=True):
            for name in side.needed(names):
                alarm = side.alarms[name]
                if name not in (pair.old and pair.old.name, pair.new and pair.new.name) and (
                    isinstance(alarm, MetricAlarm)
                    and not band_calls(alarm.queries)
                    and keys & {*self.usual.keys(alarm)}
                ):
                    others[evaluated(alarm), side.homes[name]] = alarm
        crowd = np.zeros(len(points), dtype=np.int64)
        for (_, home), alarm in others.items() if points else ():
            found = self.usual.verdicts((alarm, home), [point.assignment for point in points])
            crowd += found.breaching
        order = sorted(range(len(points)), key=lambda i: (int(crowd[i]), points[i].rank))
        return [points[i] for i in order]

    def _after(self, needed: Sequence[Sequence[str]], touched: frozenset[MetricKey]) -> int:
        """Minutes until nothing of an incident is left: windows, and what suppressors add."""
        alarms = [side.alarms[name] for side, names in zip(self.sides, needed, strict=True) for name in names]
        windows = [
            a.evaluation_periods * (a.period_s // 60) + EXTRA_POINTS * min(a.period_s // 60, HOUR) + HOUR // 6
            for a in alarms
            if isinstance(a, MetricAlarm) and touched & {*self.usual.keys(a)}
        ]
        waits = [
            max(a.wait_s, a.extension_s) // 60
            for a in alarms
            if isinstance(a, CompositeAlarm) and a.suppressor
        ]
        return max(windows, default=0) + max(waits, default=0)

    def _affordable(
        self,
        incidents: Sequence[Incident],
        needed: Sequence[Sequence[str]],
        touched: frozenset[MetricKey],
        after: int,
    ) -> list[Incident]:
        """The incidents; of very many or very long ones the simplest, that take seconds at most."""
        sizes = {
            (evaluated(alarm), side.homes[name]): alarm.evaluation_periods + EXTRA_POINTS
            for side, names in zip(self.sides, needed, strict=True)
            for name in names
            if isinstance(alarm := side.alarms[name], MetricAlarm) and touched & {*self.usual.keys(alarm)}
        }
        left = MOST_POINTS / max(sum(sizes.values()), 1)
        kept: list[Incident] = []
        for incident in sorted(incidents, key=lambda i: i.rank):
            left -= incident.minutes + after
            if kept and left < 0:
                break
            kept.append(incident)
        return kept

    def _keys(self, needed: Sequence[Sequence[str]], touched: frozenset[MetricKey]) -> list[MetricKey]:
        """All that the alarms that read one of `touched` read."""
        found: dict[MetricKey, None] = {}
        for side, names in zip(self.sides, needed, strict=True):
            for name in names:
                alarm = side.alarms[name]
                own = self.usual.keys(alarm) if isinstance(alarm, MetricAlarm) else []
                if touched & {*own}:
                    found |= dict.fromkeys(own)
        return list(found)

    def _as_always(self, touched: frozenset[MetricKey]) -> Callable[[MetricAlarm, str | None], int | None]:
        def code(alarm: MetricAlarm, home: str | None) -> int | None:
            if touched & {*self.usual.keys(alarm)}:
                return None
            key = (evaluated(alarm), home)
            if key not in self._always:
                self._always[key] = int(always(alarm, home, self.usual))
            return self._always[key]

        return code


def always(alarm: MetricAlarm, home: str | None, usual: Usual) -> np.int8:
    """The code of the state that an alarm has on an ordinary day."""
    if band_calls(alarm.queries):
        return OK
    found = usual.verdicts((alarm, home), [{}])
    if found.breaching[0]:
        return ALARM
    if found.real[0] or alarm.missing_data == "notBreaching":
        return OK
    return ALARM if alarm.missing_data == "breaching" else INSUFFICIENT_DATA


def _parts(incidents: Sequence[Incident], after: int, most: int) -> Iterable[list[Incident]]:
    """The incidents in rows that are not too long."""
    part: list[Incident] = []
    minutes = 0
    for incident in incidents:
        minutes += incident.minutes + after
        if part and minutes > most:
            yield part
            part, minutes = [], incident.minutes + after
        part.append(incident)
    if part:
        yield part


def _within(told: Iterable[Told], span: tuple[int, int]) -> list[Told]:
    begin, end = span
    return [
        Told(alarm=t.alarm, targets=t.targets, state=t.state, minute=t.minute + 1 - begin)
        for t in told
        if begin <= t.minute < end
    ]


def _apart(pair: Pair, lines: Sequence[Timeline], spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """In how many incidents the pair's own states differ: in or out of ALARM; only otherwise."""
    if pair.old is None or pair.new is None:
        return len(spans), 0
    old, new = lines[0].states[pair.old.name], lines[1].states[pair.new.name]
    alarm = (old == ALARM) != (new == ALARM)
    other = old != new
    in_alarm = sum(bool(alarm[begin:end].any()) for begin, end in spans)
    return in_alarm, sum(bool(other[begin:end].any()) for begin, end in spans) - in_alarm
