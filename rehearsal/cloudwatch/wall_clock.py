"""Wall clock windows: periods begin and end where the clock's do, instead of sliding with each evaluation.

Source: "Alarm evaluation window" (alarm-evaluation-window.html): the window "evaluates complete,
calendar-aligned periods"; of a minute, five minutes, an hour, a day or a week, in a time zone. Not published,
and named here: a week begins on `WEEK_BEGINS`, and the alarm is evaluated as often as any other, so that late
data still counts until the next period ends. In a window in which summer time begins or ends, the older
periods are counted back from its end in hours.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import timezone as fixed
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import MetricAlarm
from rehearsal.errors import RehearsalError

PERIODS_S = (60, 300, 3600, 86_400, 604_800)
WEEK_BEGINS = 4  # days after Thursday, 1970-01-01: Monday
STEP_MIN = 15  # offsets from UTC change only at quarters of an hour
MOST_MIN = 14 * 60
_OFFSET = re.compile(r"(?:UTC|GMT)?([-+])(\d{1,2})(?::?(\d{2}))?")


def check(alarm: MetricAlarm) -> None:
    """Refuse a period or time zone that CloudWatch does not take."""
    if alarm.period_s not in PERIODS_S:
        raise RehearsalError(
            f"{alarm.name}: period {alarm.period_s} s with a wall clock window; valid: "
            f"{', '.join(map(str, PERIODS_S))}"
        )
    zone(alarm)


def zone(alarm: MetricAlarm) -> tzinfo:
    """The alarm's time zone: an IANA name, or an offset such as +05:30 or UTC+05:30."""
    name = alarm.wall_clock or "UTC"
    match = _OFFSET.fullmatch(name)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes <= MOST_MIN and minutes % 5 == 0:
            return fixed(timedelta(minutes=minutes if match[1] == "+" else -minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RehearsalError(
            f"{alarm.name}: Timezone {name!r}; valid: an IANA name such as Europe/Berlin, or an "
            "offset such as +05:30 or UTC+05:30 in steps of 5 minutes"
        ) from None


def ages(alarm: MetricAlarm, start: datetime, minutes: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many whole minutes before the end of each of `minutes` the newest complete period ended."""
    in_zone = zone(alarm)
    first = round(start.timestamp()) // 60
    now = first + minutes + 1  # minutes since 1970
    quarters, of_minute = np.unique(now // STEP_MIN, return_inverse=True)
    offsets = np.array([_offset(in_zone, int(quarter)) for quarter in quarters], dtype=np.int64)
    local = now + offsets[of_minute]
    width = alarm.period_s // 60
    begin = WEEK_BEGINS * 1440 if alarm.period_s == PERIODS_S[-1] else 0
    return np.asarray((local - begin) % width)


def _offset(in_zone: tzinfo, quarter: int) -> int:
    moment = datetime.fromtimestamp(quarter * STEP_MIN * 60, UTC).astimezone(in_zone)
    return round((moment.utcoffset() or timedelta()).total_seconds()) // 60
