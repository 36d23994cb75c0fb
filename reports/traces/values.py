"""Texts of the command line -> values. Each raises `ArgumentTypeError` that says what was expected."""

from argparse import ArgumentTypeError
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reports.traces.read.segments import TRACE_ID

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
MOST_DAYS = 30  # X-Ray keeps traces no longer


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """From `start` up to `end`, both with a time zone."""

    start: datetime
    end: datetime


def instant(text: str) -> datetime:
    """ISO 8601; UTC where no offset is given."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a time like 2026-11-24T10:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def instants(text: str) -> Range:
    """START/END, each as `instant` takes it."""
    start, slash, end = text.partition("/")
    if not slash:
        raise ArgumentTypeError(f"{text!r} is not a range like 2026-11-24T10:00Z/2026-11-24T11:00Z")
    found = Range(start=instant(start), end=instant(end))
    if found.start >= found.end:
        raise ArgumentTypeError(f"{text!r} ends before it begins")
    return found


def duration(text: str) -> timedelta:
    """A number of minutes, hours or days: 30m, 6h, 2d; at most the 30 days that X-Ray keeps traces."""
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not number.isdecimal() or not 0 < int(number) <= MOST_DAYS * 24 * 60:
        raise ArgumentTypeError(f"{text!r} is not a span like 30m, 6h or 2d")
    found = timedelta(**{UNITS[unit]: int(number)})
    if found > timedelta(days=MOST_DAYS):
        raise ArgumentTypeError(f"{text!r} is longer than the {MOST_DAYS} days that X-Ray keeps traces")
    return found


def trace_id(text: str) -> str:
    """X-Ray's own form of a trace id."""
    if not TRACE_ID.fullmatch(text):
        raise ArgumentTypeError(f"{text!r} is not a trace id like 1-5759e988-bd862e3fe1be46a994272793")
    return text


def annotation(text: str) -> tuple[str, str]:
    """KEY=VALUE; a value may hold further equals signs."""
    key, sign, value = text.partition("=")
    if not key or not sign:
        raise ArgumentTypeError(f"{text!r} is not an annotation like plan=gold")
    return key, value


def count(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def rate(text: str) -> float:
    """A chance above 0 and below a half."""
    found = _number(text)
    if not 0 < found < 0.5:  # noqa: PLR2004  # from a half on, a claim is more likely wrong than right
        raise ArgumentTypeError(f"{text!r} is not between 0 and 0.5")
    return found


def milliseconds(text: str) -> float:
    """A number of milliseconds, 0 or more."""
    found = _number(text)
    if not 0 <= found < float("inf"):
        raise ArgumentTypeError(f"{text!r} is not a number of milliseconds")
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a number") from None
