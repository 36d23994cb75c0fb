"""Which alarm of one set is which of the other, and which alarms a change of one can reach."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from monitoring.spec import Alarm, CompositeAlarm, MetricAlarm, MetricStat
from rehearsal.cloudwatch import composite
from rehearsal.diff import fields
from rehearsal.diff.fields import FieldChange
from rehearsal.sources.stack import AlarmSet

Kind = Literal["added", "removed", "changed", "text"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Side:
    """One of the two sets. Keys of the mappings are alarm names; `homes` are account ids."""

    alarm_set: AlarmSet
    alarms: Mapping[str, Alarm] = field(init=False)
    homes: Mapping[str, str | None] = field(init=False)
    looks_at: Mapping[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        """What follows from the set."""
        fill = object.__setattr__
        accounts = self.alarm_set.accounts
        fill(self, "alarms", {a.name: a for account in accounts for a in account.alarms})
        fill(self, "homes", {a.name: account.id for account in accounts for a in account.alarms})
        composites = [a for a in self.alarms.values() if isinstance(a, CompositeAlarm)]
        fill(self, "looks_at", {a.name: frozenset(composite.references(a)) for a in composites})

    def reached(self, names: Iterable[str]) -> set[str]:
        """The alarms of `names`, and every composite that looks at one of them, directly or not."""
        return _closure(names, lambda name: [n for n, own in self.looks_at.items() if name in own])

    def needed(self, names: Iterable[str]) -> list[str]:
        """The alarms of `names` and all that they look at, in the set's order."""
        found = _closure(names, lambda name: self.looks_at.get(name, ()))
        return [name for name in self.alarms if name in found]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pair:
    """An alarm on both sides, or on one; `changed` are its fields that differ.

    `skipped` says why it is not simulated on one side or both: then nothing but its fields is compared.
    """

    old: Alarm | None
    new: Alarm | None
    changed: Sequence[FieldChange] = ()
    kind: Kind = "text"
    skipped: str | None = None
    name: str = ""

    @property
    def label(self) -> str:
        """The name in reports: the new one's key."""
        alarm = self.new or self.old
        return alarm.key if alarm is not None else self.name

    @property
    def renamed_from(self) -> str | None:
        """The old key, if it is another."""
        both = self.old is not None and self.new is not None
        return self.old.key if both and self.old and self.old.key != self.label else None

    @property
    def alarms(self) -> list[Alarm]:
        """The one or two alarms."""
        return [alarm for alarm in (self.old, self.new) if alarm is not None]


def pairs(old: Side, new: Side) -> list[Pair]:
    """Every alarm of either side that is not the same on both, in the order of the new set."""
    match = same(old, new)
    found = [
        pair for before, after in match.items() if (pair := _pair(old, new, before, after, match)) is not None
    ]
    found += [
        Pair(old=None, new=alarm, kind="added", name=name)
        for name, alarm in new.alarms.items()
        if name not in match.values()
    ]
    found += [
        Pair(old=alarm, new=None, kind="removed", name=name)
        for name, alarm in old.alarms.items()
        if name not in match
    ]
    skipped = {skip.name: skip.reason for side in (old, new) for skip in side.alarm_set.skipped}
    found = [p for p in found if p.name not in skipped]
    unsimulated = [_unsimulated(old, new, name, reason) for name, reason in skipped.items()]
    found += [p for p in unsimulated if p.changed or p.kind != "changed" or p.alarms]
    order = {name: number for number, name in enumerate([*new.alarms, *old.alarms])}
    return sorted(found, key=lambda pair: order.get(pair.name, len(order)))


def metrics(alarm: Alarm) -> list[MetricStat]:
    """The metric queries of an alarm."""
    queries = alarm.queries if isinstance(alarm, MetricAlarm) else ()
    return [query for query in queries if isinstance(query, MetricStat)]


def _pair(old: Side, new: Side, before: str, after: str, names: Mapping[str, str]) -> Pair | None:
    one, other = old.alarms[before], new.alarms[after]
    changed = fields.changes(fields.of_alarm(one), fields.of_alarm(other))
    moved = list(old.homes.values()).count(None) == 0 and _account(old, before) != _account(new, after)
    alike = not moved and fields.behaviour(one, names) == fields.behaviour(other, {})
    if moved:
        home = FieldChange(field="account", old=old.homes[before], new=new.homes[after])
        changed = (*changed, home)
    if not changed and alike:
        return None
    return Pair(old=one, new=other, changed=changed, kind="text" if alike else "changed", name=after)


def _unsimulated(old: Side, new: Side, name: str, reason: str) -> Pair:
    before, after = old.alarm_set.entries.get(name), new.alarm_set.entries.get(name)
    kind: Kind = "added" if before is None else "removed" if after is None else "changed"
    return Pair(
        old=old.alarms.get(name),
        new=new.alarms.get(name),
        changed=fields.changes(fields.of_entry(before), fields.of_entry(after)),
        kind=kind,
        skipped=reason,
        name=name,
    )


def _account(side: Side, name: str) -> int:
    return next(n for n, account in enumerate(side.alarm_set.accounts) if side.homes[name] == account.id)


def same(old: Side, new: Side) -> dict[str, str]:
    """The old alarms' names -> the names they have on the new side.

    By name; then by the catalogue's key; then, of what is left, by what the alarm does or watches.
    """
    match = {name: name for name in old.alarms if name in new.alarms}
    for of in (_key, _doing, _watching):
        left = [name for name in old.alarms if name not in match]
        free = [name for name in new.alarms if name not in match.values()]
        theirs: dict[str, list[str]] = {}
        for name in free:
            theirs.setdefault(of(new.alarms[name], {}), []).append(name)
        ours: dict[str, list[str]] = {}
        for name in left:
            ours.setdefault(of(old.alarms[name], match), []).append(name)
        match |= {
            own[0]: theirs[word][0]
            for word, own in ours.items()
            if word and len(own) == 1 and len(theirs.get(word, ())) == 1
        }
    return match


def _key(alarm: Alarm, _names: Mapping[str, str]) -> str:
    return alarm.key


def _doing(alarm: Alarm, names: Mapping[str, str]) -> str:
    return fields.behaviour(alarm, names)


def _watching(alarm: Alarm, _names: Mapping[str, str]) -> str:
    """What a metric alarm compares: the same after a change of its numbers."""
    if not isinstance(alarm, MetricAlarm):
        return ""
    watched = [(q.namespace, q.metric, sorted(q.dimensions.items()), q.statistic) for q in metrics(alarm)]
    return repr((watched, alarm.comparison))


def _closure(names: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += following(name)
    return found
