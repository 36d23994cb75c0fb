"""Stretches of time in whole minutes: announced maintenance, what was watched, and what is still to come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reports.sla.period import MINUTE

Window = tuple[datetime, datetime]


def first_minute(moment: datetime) -> datetime:
    """The first minute that starts at the moment or after it."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE


def merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The same time as windows that do not touch, in whole minutes: a minute is in if it starts in one."""
    found: list[Window] = []
    for begins, ends in sorted((first_minute(begins), first_minute(ends)) for begins, ends in windows):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        elif begins < ends:
            found.append((begins, ends))
    return tuple(found)


def minutes_within(windows: Sequence[Window], begins: datetime, ends: datetime) -> int:
    """Minutes of merged windows between two moments."""
    clipped = (max(timedelta(0), min(ends, until) - max(begins, since)) for since, until in windows)
    return sum((length // MINUTE for length in clipped), 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """From when to when there can be evidence of a service, and what maintenance takes out of it."""

    begins: datetime
    ends: datetime
    excluded: tuple[Window, ...]

    def clip(self, begins: datetime, ends: datetime) -> Window:
        """The watched part of a stretch; empty ones begin where they end."""
        since = max(begins, self.begins)
        return since, max(since, min(ends, self.ends))

    def expected(self, begins: datetime, ends: datetime) -> int:
        """Minutes to be accounted for in a stretch."""
        since, until = self.clip(begins, ends)
        return (until - since) // MINUTE - minutes_within(self.excluded, since, until)
