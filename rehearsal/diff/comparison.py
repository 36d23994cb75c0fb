"""Everything there is to say about a change from one alarm set to another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from monitoring.spec import CompositeAlarm, MetricAlarm
from rehearsal import price
from rehearsal.cloudwatch.math.calls import band_calls
from rehearsal.diff import rehearsed, unseen, words
from rehearsal.diff.probing import combined, probes
from rehearsal.diff.probing.critical import critical
from rehearsal.diff.probing.trial import Noticed, Trial, Tried
from rehearsal.diff.probing.usual import Usual
from rehearsal.diff.rehearsed import Rehearsed
from rehearsal.diff.sides import Pair, Side, pairs, same
from rehearsal.diff.verdict import KINDS, Difference, Kind
from rehearsal.incident.scenario import Scenario
from rehearsal.sources.stack import AlarmSet


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Example:
    """The simplest incident of one kind, in words."""

    kind: Kind
    incident: str
    differences: Sequence[Difference]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Change:
    """A pair of alarms that differ, and what came of the incidents made for it.

    `examples` has one for each kind of difference, gravest first; `reason` is why there is none.
    """

    pair: Pair
    tried: Tried | None = None
    examples: Sequence[Example] = ()
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Comparison:
    """`old_dollars` and `new_dollars` are a month's price of all alarms that are simulated."""

    old: AlarmSet
    new: AlarmSet
    changes: Sequence[Change]
    scenarios: Sequence[Rehearsed]
    grid: Sequence[Rehearsed]
    rehearsed: int
    old_dollars: float
    new_dollars: float
    notes: Sequence[str]

    @property
    def kinds(self) -> dict[Kind, int]:
        """How many incidents of each kind there are, gravest first; each counts once, as its gravest."""
        found: dict[Kind, int] = {}
        told = [r.differences for r in (*self.scenarios, *self.grid)]
        told += [n.differences for c in self.changes if c.tried for n in c.tried.noticed]
        for differences in told:
            found[differences[0].kind] = found.get(differences[0].kind, 0) + 1
        return {kind: found[kind] for kind in KINDS if kind in found}

    @property
    def unsimulated(self) -> list[Pair]:
        """Pairs of which one or both alarms are not simulated."""
        return [change.pair for change in self.changes if change.pair.skipped]


def compare(old: AlarmSet, new: AlarmSet, scenarios: Sequence[Scenario], *, grid: bool = True) -> Comparison:
    """Compare two sets on the same incidents: the scenarios, the grid of faults, and those made for them."""
    before, after = Side(alarm_set=old), Side(alarm_set=new)
    found = pairs(before, after)
    acting = [pair for pair in found if pair.kind != "text" and not pair.skipped]
    trial = Trial(before, after, Usual(before, after), same(before, after)) if acting else None
    return Comparison(
        old=old,
        new=new,
        changes=[*_changes(found, trial)],
        scenarios=rehearsed.rehearsed(trial, acting, scenarios) if trial else [],
        grid=rehearsed.of_grid(trial, acting) if trial and grid else [],
        rehearsed=len(scenarios),
        old_dollars=price.dollars(old.alarms),
        new_dollars=price.dollars(new.alarms),
        notes=_notes(old, new),
    )


def _changes(found: Iterable[Pair], trial: Trial | None) -> Iterable[Change]:
    triggers = combined.Triggers(trial.usual) if trial else None
    for pair in found:
        if trial is None or triggers is None or pair.kind == "text" or pair.skipped:
            yield Change(pair=pair, reason=unseen.SKIPPED if pair.skipped else unseen.TEXT)
        else:
            tried = probe(pair, trial, triggers)
            reason = None if tried.noticed else unseen.reason(pair, tried, trial)
            yield Change(
                pair=pair, tried=tried, examples=_examples(tried.noticed, trial.usual), reason=reason
            )


def probe(pair: Pair, trial: Trial, triggers: combined.Triggers) -> Tried:
    """The incidents made for a pair, tried."""
    if any(isinstance(alarm, CompositeAlarm) for alarm in pair.alarms):
        return trial.run(pair, combined.incidents(pair, trial, triggers))
    versions = [
        (alarm, side.homes[alarm.name])
        for side, alarm in zip(trial.sides, (pair.old, pair.new), strict=True)
        if isinstance(alarm, MetricAlarm)
    ]
    if any(band_calls(alarm.queries) for alarm, _ in versions):
        made = probes.of_band(versions, trial.usual)
    else:
        alone = partial(trial.alone, pair)
        made = probes.of_threshold(versions, critical(versions, trial.usual, alone), trial.usual, alone)
    tried = trial.run(pair, made)
    if tried.in_alarm and not tried.noticed:  # those who would be told look at more than this alarm
        together = combined.with_others(pair, made, trial, triggers)
        tried = trial.run(pair, together) if together else tried
    if not tried.noticed and len({(alarm.warm_up_min, alarm.warm_up_whole) for alarm, _ in versions}) > 1:
        return trial.run(pair, probes.at_birth(versions, made), at_birth=True)
    return tried


def _examples(noticed: Sequence[Noticed], usual: Usual) -> list[Example]:
    """The simplest incident of each kind, gravest kind first."""
    first: dict[Kind, Noticed] = {}
    for one in noticed:
        first.setdefault(one.differences[0].kind, one)
    return [
        Example(
            kind=kind,
            incident=words.incident(first[kind].incident, usual),
            differences=first[kind].differences,
        )
        for kind in KINDS
        if kind in first
    ]


def _notes(old: AlarmSet, new: AlarmSet) -> list[str]:
    found = [f"{side.name}: {note}" for side in (old, new) for note in side.notes]
    known = [(s.budget_ms, s.cores, s.gpus, s.slo) for s in (old, new)]
    if known[0] != known[1]:
        found.append(
            "they watch services that differ in time budget, endpoint or SLO: incidents are those of the new"
        )
    return list(dict.fromkeys(found))
