"""Numbers as people read them. A share is cut, never rounded up: 99.94999 % is not 99.95 %."""

import math
from datetime import date, datetime

DASH = "–"  # noqa: RUF001  # where there is no number


def number(value: float) -> str:
    """With thousands apart."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def days(first: date, last: date) -> str:
    """`2026-10-05 to 2026-10-11`, or the only one."""
    return str(first) if first == last else f"{first} to {last}"


def share(pct: float | None, digits: int = 4) -> str:
    """A percentage, cut after `digits`."""
    if pct is None:
        return DASH
    scale = 10**digits
    cut = math.floor(round(pct * scale, 6)) / scale
    return f"{cut:.{digits}f}".rstrip("0").rstrip(".") + " %"


def spent(pct: float | None) -> str:
    """A share of the budget, to the tenth above."""
    return DASH if pct is None else f"{math.ceil(round(pct * 10, 6)) / 10:,.1f} %"


def duration(minutes: float) -> str:
    """`3 min`, `2 h 5 min`, `1 d 4 h`."""
    whole = round(minutes)
    if whole < 60:  # noqa: PLR2004  # minutes of an hour
        return f"{whole} min"
    hours, rest = divmod(whole, 60)
    if hours < 24:  # noqa: PLR2004  # hours of a day
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def moment(at: datetime) -> str:
    """To the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
