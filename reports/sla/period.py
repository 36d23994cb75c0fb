"""The period a report is about: whole days of the contract's time zone, as UTC moments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE, ONE_DAY = timedelta(minutes=1), timedelta(days=1)
MAX_DAYS = 400
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class PeriodError(ValueError):
    """A period that cannot be; the message says why and what would be right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day of the contract; `begins` and `ends` are UTC without a zone, as the evidence has it.

    It has 1,380 or 1,500 minutes where clocks change.
    """

    label: str
    begins: datetime
    ends: datetime

    @property
    def minutes(self) -> int:
        """Its length."""
        return (self.ends - self.begins) // MINUTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """From the beginning of `first` to the end of `last`, both days of `timezone`."""

    first: date
    last: date
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise PeriodError(f"--to {self.last} is before --from {self.first}; exchange them")
        if (self.last - self.first).days >= MAX_DAYS:
            raise PeriodError(
                f"{self.first} to {self.last} is more than {MAX_DAYS} days; ask for less at a time"
            )
        zone(self.timezone)

    @property
    def begins(self) -> datetime:
        """Its first moment, UTC."""
        return self._midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment after it, UTC."""
        return self._midnight(self.last + ONE_DAY)

    @property
    def minutes(self) -> int:
        """Its length."""
        return (self.ends - self.begins) // MINUTE

    @property
    def days(self) -> tuple[Day, ...]:
        """Every day of it."""
        return tuple(
            Day(label=day.isoformat(), begins=self._midnight(day), ends=self._midnight(day + ONE_DAY))
            for day in (self.first + ONE_DAY * number for number in range((self.last - self.first).days + 1))
        )

    def utc_days(self) -> Iterator[date]:
        """The UTC days, by which evidence is kept, that it touches."""
        day, last = self.begins.date(), (self.ends - MINUTE).date()
        while day <= last:
            yield day
            day += ONE_DAY

    @property
    def title(self) -> str:
        """As people call it: `2026-10`, `2026-10-05`, `2026-10-05 to 2026-10-11`."""
        if self.first.day == 1 and (self.last + ONE_DAY).day == 1 and (self.last - self.first).days < 31:  # noqa: PLR2004  # a month
            return f"{self.first:%Y-%m}"
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"

    def _midnight(self, day: date) -> datetime:
        local = datetime(day.year, day.month, day.day, tzinfo=zone(self.timezone))
        return local.astimezone(UTC).replace(tzinfo=None)


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises `PeriodError`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise PeriodError(f"there is no time zone {name!r}; an example is Europe/Berlin") from None


def month(text: str, timezone: str = "UTC") -> Period:
    """`2026-10` as a period. Raises `PeriodError`."""
    if not MONTH.fullmatch(text):
        raise PeriodError(f"--month {text!r} is no month; an example is 2026-10")
    first = date(int(text[:4]), int(text[5:]), 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Period(first=first, last=following - ONE_DAY, timezone=timezone)
