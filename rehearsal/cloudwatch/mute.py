"""Alarm mute rules: when they are active. What that does to actions is `actions`' business.

Source: PutAlarmMuteRule in the API reference. `cron(minutes hours day-of-month month day-of-week)` with
`*`, `-`, `,` and English names, or `at(yyyy-MM-ddThh:mm)`; an ISO 8601 duration of a minute to 15 days; a
time zone, which the start and expiry dates follow too. As in cron, a rule with both kinds of days is active
on either.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from rehearsal.errors import RehearsalError

LONGEST = timedelta(days=15)
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, MONTHS), (0, 7, DAYS))
_DURATION = re.compile(r"P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?)?")
EXAMPLE = "valid: cron(0 2 * * SUN), or at(2026-05-10T14:00)"


@dataclass(frozen=True, kw_only=True, slots=True)
class MuteRule:
    """A rule that mutes the actions of the alarms `targets`. `minutes`, ... are cron's fields; or `at` is
    set.
    """

    name: str
    targets: frozenset[str]
    duration: timedelta
    zone: tzinfo
    cron: tuple[frozenset[int], ...] = ()
    at: datetime | None = None
    begins: datetime | None = None
    expires: datetime | None = None

    def active(self, start: datetime, minutes: int) -> NDArray[np.bool_]:
        """Whether the rule is active at the end of each of `minutes` minutes from `start`; read-only."""
        return _active(self, start, minutes)

    def beginnings(self, first: datetime, last: datetime) -> list[datetime]:
        """When it begins, from `first` to `last`; a rule for one time, at that time."""
        if self.at is not None:
            return [self.at]
        moment = first.astimezone(UTC).replace(second=0, microsecond=0)
        found = []
        while moment <= last:
            if self._matches(moment.astimezone(self.zone)):
                found.append(moment)
            moment += timedelta(minutes=1)
        return found

    def _matches(self, local: datetime) -> bool:
        minute, hour, date, month, weekday = self.cron
        if local.minute not in minute or local.hour not in hour or local.month not in month:
            return False
        on_date, on_weekday = local.day in date, local.isoweekday() % 7 in weekday
        every_date, every_weekday = len(date) == FIELDS[2][1], len(weekday) >= len(DAYS)
        if every_date or every_weekday:
            return on_date and on_weekday
        return on_date or on_weekday


@lru_cache(maxsize=256)
def _active(rule: MuteRule, start: datetime, minutes: int) -> NDArray[np.bool_]:
    found = np.zeros(minutes, dtype=bool)
    first = start - rule.duration
    for begin in rule.beginnings(first, start + timedelta(minutes=minutes)):
        since = (begin - start) // timedelta(minutes=1) - 1  # the minute that ends then
        until = (begin + rule.duration - start) // timedelta(minutes=1) - 1
        found[max(since, 0) : max(until, 0)] = True
    for moment, keep_before in ((rule.begins, False), (rule.expires, True)):
        if moment is not None:
            at = min(max((moment - start) // timedelta(minutes=1) - 1, 0), minutes)
            found[at:] &= not keep_before
            found[:at] &= keep_before
    found.flags.writeable = False
    return found


def of_entry(entry: Mapping[str, Any]) -> MuteRule:
    """The rule that an entry as PutAlarmMuteRule takes it describes. Raises `RehearsalError` for a wrong
    value.
    """
    name = f"mute rule {entry.get('Name') or 'without a name'}"
    schedule = _map(_map(entry.get("Rule")).get("Schedule"))
    zone = _zone(name, schedule.get("Timezone"))
    expression = str(schedule.get("Expression") or "")
    targets = _map(entry.get("MuteTargets")).get("AlarmNames") or ()
    at = re.fullmatch(r"at\((.+)\)", expression)
    return MuteRule(
        name=str(entry.get("Name") or name),
        targets=frozenset(map(str, targets)),
        duration=_duration(name, schedule.get("Duration")),
        zone=zone,
        cron=() if at else _cron(name, expression),
        at=_moment(name, "Expression", at[1], zone) if at else None,
        begins=_moment(name, "StartDate", entry.get("StartDate"), zone),
        expires=_moment(name, "ExpireDate", entry.get("ExpireDate"), zone),
    )


def _cron(name: str, expression: str) -> tuple[frozenset[int], ...]:
    match = re.fullmatch(r"cron\((.+)\)", expression)
    parts = match[1].split() if match else []
    if len(parts) != len(FIELDS):
        raise RehearsalError(f"{name}: Expression: {expression!r}; {EXAMPLE}")
    minute, hour, date, month, weekday = (
        _values(name, expression, part, field) for part, field in zip(parts, FIELDS, strict=True)
    )
    return minute, hour, date, month, frozenset(day % 7 for day in weekday)


def _values(name: str, expression: str, part: str, field: tuple[int, int, Sequence[str]]) -> frozenset[int]:
    low, high, names = field
    found: set[int] = set()
    for piece in part.split(","):
        ends = [low, high] if piece in ("*", "?") else [_value(end, low, names) for end in piece.split("-")]
        known = [end for end in ends if end is not None and low <= end <= high]
        if len(known) != len(ends) or len(ends) > 2 or known[0] > known[-1]:  # noqa: PLR2004  # from, to
            raise RehearsalError(f"{name}: Expression: {expression!r}, at {piece!r}; {EXAMPLE}")
        found.update(range(known[0], known[-1] + 1))
    return frozenset(found)


def _value(text: str, low: int, names: Sequence[str]) -> int | None:
    if text.upper() in names:
        return names.index(text.upper()) + low
    return int(text) if text.isascii() and text.isdigit() else None


def _duration(name: str, value: Any) -> timedelta:
    match = _DURATION.fullmatch(str(value))
    days, hours, minutes = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    if not 0 < days * 1440 + hours * 60 + minutes <= LONGEST // timedelta(minutes=1):
        raise RehearsalError(f"{name}: Duration: {value!r}; valid: PT1M to P15D, such as PT4H or P2DT12H")
    return timedelta(days=days, hours=hours, minutes=minutes)


def _zone(name: str, value: Any) -> tzinfo:
    try:
        return ZoneInfo(str(value or "UTC"))
    except (KeyError, ValueError, OSError):
        raise RehearsalError(f"{name}: Timezone: {value!r}; valid: names such as Europe/Berlin") from None


def _moment(name: str, key: str, value: Any, zone: tzinfo) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise RehearsalError(f"{name}: {key}: {value!r}; valid: 2026-05-10T14:00") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
