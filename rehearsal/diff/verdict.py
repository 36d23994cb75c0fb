"""What people were told in one incident, before and now: the differences, by what they mean."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rehearsal.diff.probing.stage import Told

Kind = Literal[
    "missed", "moved", "newly", "later", "more", "earlier", "fewer", "recovery", "no-data", "action"
]
MEANING: dict[Kind, str] = {
    "missed": "paged before, never now",
    "moved": "others are paged",
    "newly": "not paged before, paged now",
    "later": "paged later",
    "more": "paged more often",
    "earlier": "paged earlier",
    "fewer": "paged less often",
    "recovery": "told of the end at another time",
    "no-data": "told of missing data otherwise",
    "action": "acts otherwise, on what is not people",
}
KINDS: tuple[Kind, ...] = tuple(MEANING)
"""Gravest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """When an alarm told its targets of a state; minutes after the incident began, None for never."""

    alarm: str
    targets: tuple[str, ...]
    minutes: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One difference: its kind and who told whom when, on both sides."""

    kind: Kind
    old: tuple[Notice, ...]
    new: tuple[Notice, ...]


def differences(old: Sequence[Told], new: Sequence[Told]) -> list[Difference]:
    """Gravest first. Minutes of what is told are those after the incident began."""
    found = []
    for kind, wanted in _STATES:
        before, now = list(filter(wanted, old)), list(filter(wanted, new))
        changed = {told.alarm for told in {*before} ^ {*now}}
        if changed:
            named = kind or _paging(before, now)
            found.append(Difference(kind=named, old=_notices(before, changed), new=_notices(now, changed)))
    return sorted(found, key=lambda difference: KINDS.index(difference.kind))


_STATES: tuple[tuple[Kind | None, Callable[[Told], bool]], ...] = (
    (None, lambda told: told.is_page),
    ("action", lambda told: told.state == "ALARM" and not told.is_page),
    ("recovery", lambda told: told.state == "OK"),
    ("no-data", lambda told: told.state == "INSUFFICIENT_DATA"),
)


def _paging(old: Sequence[Told], new: Sequence[Told]) -> Kind:
    """What the pages mean for those who get them: the gravest of all targets'."""
    found: set[Kind] = set()
    targets = {target for told in (*old, *new) for target in told.targets}
    for target in targets:
        before = sorted(told.minute for told in old if target in told.targets)
        now = sorted(told.minute for told in new if target in told.targets)
        if before != now:
            found.add(_kind(before, now))
    if {"missed", "newly"} <= found or not found:
        return "moved"
    return min(found, key=KINDS.index)


def _kind(before: Sequence[int], now: Sequence[int]) -> Kind:
    if not now:
        return "missed"
    if not before:
        return "newly"
    if before[0] != now[0]:
        return "later" if now[0] > before[0] else "earlier"
    if len(before) != len(now):
        return "more" if len(now) > len(before) else "fewer"
    return "later" if list(now) > list(before) else "earlier"


def _notices(told: Iterable[Told], alarms: Iterable[str]) -> tuple[Notice, ...]:
    grouped: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for one in told:
        if one.alarm in alarms:
            grouped.setdefault((one.alarm, one.targets), []).append(one.minute)
    return tuple(
        Notice(alarm=alarm, targets=targets, minutes=tuple(minutes))
        for (alarm, targets), minutes in grouped.items()
    )
