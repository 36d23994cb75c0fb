"""The alarms of a file, from CloudWatch API entries; what cannot be simulated is named, and refuses no other.

A wrong value is an error (`RehearsalError`, all of a file at once): CloudWatch would refuse the alarm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitoring.spec import (
    Alarm,
    CompositeAlarm,
    MetricAlarm,
)
from rehearsal.cloudwatch import composite, mute
from rehearsal.errors import RehearsalError
from rehearsal.sources.found import Entry, Found
from rehearsal.sources.single import name_of, read


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """An alarm that is there and not simulated."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmFile:
    """The alarms of a file that are simulated, those that are not, its mute rules, and what to know of it.

    `entries` are all of them as they are described, by name.
    """

    alarms: Sequence[Alarm]
    skipped: Sequence[Skipped] = ()
    mutes: Sequence[mute.MuteRule] = ()
    notes: Sequence[str] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class _Building:
    alarms: list[Alarm] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)


def build(found: Found, name: str) -> AlarmFile:
    """The alarms. Raises `RehearsalError` with a line for each wrong value in file `name`."""
    made = _Building(skipped=[Skipped(name=n, reason=r) for n, r in found.skipped], notes=list(found.notes))
    for entry in (*found.metric, *found.composite):
        _add(made, entry)
    mutes: list[mute.MuteRule] = []
    for entry in found.mute:
        try:
            mutes.append(mute.of_entry(entry))
        except RehearsalError as error:
            made.problems.append(str(error))
    if made.problems:
        raise RehearsalError("\n".join(f"{name}: {problem}" for problem in made.problems))
    alarms = _judged(made)
    return AlarmFile(
        alarms=alarms,
        skipped=made.skipped,
        mutes=mutes,
        notes=list(dict.fromkeys(made.notes)),
        entries={**found.others, **made.entries},
    )


def _add(made: _Building, entry: Entry) -> None:
    name = name_of(entry)
    other = made.entries.setdefault(name, entry)
    if other is not entry:
        if other != entry:
            made.skipped.append(
                Skipped(
                    name=name, reason="another alarm has its name; give the alarms of one account and region"
                )
            )
        return
    single = read(entry)
    made.problems += single.problems
    if single.alarm is not None:
        made.alarms.append(single.alarm)
    elif single.reason is not None:
        made.skipped.append(Skipped(name=name, reason=single.reason))


def _judged(made: _Building) -> list[Alarm]:
    """The alarms, composites without what is not simulated; those with nothing left are skipped."""
    metric = [a for a in made.alarms if isinstance(a, MetricAlarm)]
    waiting = {a.name: a for a in made.alarms if isinstance(a, CompositeAlarm)}
    known = {a.name for a in metric}
    absent = {s.name for s in made.skipped}
    kept: list[CompositeAlarm] = []
    while waiting:  # those first whose children are decided
        ready = [a for a in waiting.values() if not composite.references(a) & waiting.keys()]
        if not ready:
            for name in waiting:
                made.skipped.append(
                    Skipped(name=name, reason="in a cycle of composites, which CloudWatch does not evaluate")
                )
            break
        for alarm in ready:
            del waiting[alarm.name]
            pruned = composite.without(alarm, known)
            for gone in sorted(composite.references(alarm) - known):
                why = "not simulated" if gone in absent else "not among the alarms"
                made.notes.append(f"{alarm.name}: judged without {gone}, which is {why}")
            if pruned is None:
                made.skipped.append(
                    Skipped(name=alarm.name, reason="none of the alarms it watches is simulated")
                )
                absent.add(alarm.name)
            else:
                known.add(alarm.name)
                kept.append(pruned)
    order = {a.name: number for number, a in enumerate(made.alarms)}
    return sorted([*metric, *kept], key=lambda a: order[a.name])
