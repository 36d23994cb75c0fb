"""When an alarm mute rule begins, and for how long: the schedule of CloudWatch's PutAlarmMuteRule.

Source: its API reference. `cron(minutes hours day-of-month month day-of-week)` with `*`, `-`, `,` and English
names, or `at(yyyy-MM-ddThh:mm)`; an ISO 8601 duration of a minute to 15 days; a time zone. As in cron, a rule
with both kinds of days is active on either. A wall-clock time that a change of the clock skips is no
beginning, one that it repeats is two.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import product
from typing import Self
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=15)
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, MONTHS), (0, 7, DAYS))
_AT = re.compile(r"at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2})\)")
_DURATION = re.compile(r"P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?)?")
EXAMPLE = "valid: cron(0 2 * * SUN), or at(2026-05-10T14:00)"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """`cron` are cron's five fields; or `at` is set, a wall-clock time. Both are in `zone`."""

    duration: timedelta
    zone: tzinfo
    cron: tuple[frozenset[int], ...] = ()
    at: datetime | None = None

    @classmethod
    def parse(cls, expression: str, duration: object, timezone: object = None) -> Self:
        """Raises ValueError: which part, its value, and what is valid."""
        once = expression.startswith("at")
        return cls(
            duration=_parsed_duration(duration),
            zone=parsed_zone(timezone),
            cron=() if once else _parsed_cron(expression),
            at=_parsed_at(expression) if once else None,
        )

    def beginnings(self, first: datetime, last: datetime) -> list[datetime]:
        """When it begins, from `first` to `last`, in UTC."""
        return list(self.moments(first, last))

    def moments(self, first: datetime, last: datetime) -> Iterator[datetime]:
        """The same, one after the other."""
        for day in self._days(first, last):
            # In the order of time: where clocks go back, a later wall-clock time comes before an earlier one.
            found = sorted(moment for wall in self._walls(day) for moment in self._instants(wall))
            yield from (moment for moment in found if first <= moment <= last)

    def unclear(self, first: datetime, last: datetime) -> datetime | None:
        """The first wall-clock time from `first` to `last` that a change of the clock skips or repeats."""
        for day in self._days(first, last):
            if self._changes(day):
                for wall in self._walls(day):
                    if len(self._instants(wall)) != 1:
                        return wall
        return None

    def _changes(self, day: date) -> bool:
        """Whether the zone's clocks change on the day."""
        midnights = (datetime(at.year, at.month, at.day, tzinfo=self.zone) for at in (day, day + ONE_DAY))
        return len({midnight.utcoffset() for midnight in midnights}) > 1

    def _instants(self, wall: datetime) -> list[datetime]:
        """The instants at which clocks of the zone show `wall`: one, none or two."""
        found = {wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        return sorted(at for at in found if at.astimezone(self.zone).replace(tzinfo=None) == wall)

    def _days(self, first: datetime, last: datetime) -> Iterator[date]:
        """The days of its zone, from `first` to `last`, on which it begins."""
        day, end = first.astimezone(self.zone).date() - ONE_DAY, last.astimezone(self.zone).date()
        if self.at is not None:
            if day <= self.at.date() <= end:
                yield self.at.date()
            return
        while day <= end:
            if self._matches(day):
                yield day
            day += ONE_DAY

    def _walls(self, day: date) -> Iterator[datetime]:
        """Its wall-clock times of the day."""
        if self.at is not None:
            yield self.at
            return
        minutes, hours = self.cron[:2]
        for hour, minute in product(sorted(hours), sorted(minutes)):
            yield datetime(day.year, day.month, day.day, hour, minute)  # a wall clock's

    def _matches(self, day: date) -> bool:
        dates, months, weekdays = self.cron[2:]
        if day.month not in months:
            return False
        on_date, on_weekday = day.day in dates, day.isoweekday() % 7 in weekdays
        every_date, every_weekday = len(dates) == FIELDS[2][1], len(weekdays) >= len(DAYS)
        if every_date or every_weekday:
            return on_date and on_weekday
        return on_date or on_weekday


def parsed_zone(value: object) -> tzinfo:
    """A time zone by its name, UTC without one. Raises ValueError."""
    try:
        return ZoneInfo(str(value or "UTC"))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"Timezone: {value!r}; valid: names such as Europe/Berlin") from None


def _parsed_at(expression: str) -> datetime:
    match = _AT.fullmatch(expression)
    try:
        return datetime.fromisoformat(match[1] if match else "")
    except ValueError:
        raise ValueError(f"Expression: {expression!r}; {EXAMPLE}") from None


def _parsed_cron(expression: str) -> tuple[frozenset[int], ...]:
    match = re.fullmatch(r"cron\((.+)\)", expression)
    parts = match[1].split() if match else []
    if len(parts) != len(FIELDS):
        raise ValueError(f"Expression: {expression!r}; {EXAMPLE}")
    minute, hour, day, month, weekday = (
        _values(expression, part, field) for part, field in zip(parts, FIELDS, strict=True)
    )
    return minute, hour, day, month, frozenset(day % 7 for day in weekday)


def _values(expression: str, part: str, field: tuple[int, int, Sequence[str]]) -> frozenset[int]:
    low, high, names = field
    found: set[int] = set()
    for piece in part.split(","):
        ends = [low, high] if piece == "*" else [_value(end, low, names) for end in piece.split("-")]
        known = [end for end in ends if end is not None and low <= end <= high]
        if len(known) != len(ends) or len(ends) > 2 or known[0] > known[-1]:  # noqa: PLR2004  # from, to
            raise ValueError(f"Expression: {expression!r}, at {piece!r}; {EXAMPLE}")
        found.update(range(known[0], known[-1] + 1))
    return frozenset(found)


def _value(text: str, low: int, names: Sequence[str]) -> int | None:
    if text.upper() in names:
        return names.index(text.upper()) + low
    return int(text) if text.isascii() and text.isdigit() else None


def _parsed_duration(value: object) -> timedelta:
    match = _DURATION.fullmatch(str(value))
    days, hours, minutes = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    if not 0 < days * 1440 + hours * 60 + minutes <= LONGEST // timedelta(minutes=1):
        raise ValueError(f"Duration: {value!r}; valid: PT1M to P15D, such as PT4H or P2DT12H")
    return timedelta(days=days, hours=hours, minutes=minutes)
