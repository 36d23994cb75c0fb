"""Days and quota periods, as pure functions of the schedule's time. All in UTC.

API Gateway documents `offset` of a quota in two ways. "The number of requests subtracted from the given
limit in the initial time period" (today's API reference) does not fit what the service accepts: 0 for
DAY, 0 to 6 for WEEK, 0 to 27 for MONTH, which the Terraform provider checks too. So this follows the
other wording, of earlier API references and still of some SDKs: "The day that a time period starts. For
example, with a time period of WEEK, an offset of 0 starts on Sunday, and an offset of 1 starts on
Monday." The AWS CLI's example says the same of MONTH: offset 0 "resets at the beginning of the month".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """`limit` requests per key and period; the period begins `offset` days into its week or month."""

    limit: int
    period: Literal["DAY", "WEEK", "MONTH"]
    offset: int = 0


def quota_of(quota: Mapping[str, Any]) -> Quota:
    """The quota of a usage plan as API Gateway gives it."""
    return Quota(limit=int(quota["limit"]), period=quota["period"], offset=int(quota.get("offset", 0)))


def reported_day(event: Mapping[str, Any]) -> date:
    """The UTC day before the event's `time` (ISO 8601 with an offset). Raises ValueError.

    The time is the scheduled one, so a late or repeated run reports the same day.
    """
    try:
        moment = datetime.fromisoformat(str(event["time"]))
    except (KeyError, ValueError) as problem:
        raise ValueError(f"the event has no ISO 8601 `time`, so the day is unknown: {event!r}") from problem
    if moment.tzinfo is None:
        raise ValueError(f"the event's time {moment.isoformat()} has no UTC offset, so the day is unknown")
    return moment.astimezone(UTC).date() - ONE_DAY


def period_start(quota: Quota, day: date) -> date:
    """The first day of the quota's period that `day` lies in."""
    if quota.period == "DAY":
        return day
    if quota.period == "WEEK":
        since_sunday = day.isoweekday() % 7
        return day - timedelta(days=(since_sunday - quota.offset) % 7)
    start = day.replace(day=1 + quota.offset)
    return start if start <= day else (start - timedelta(days=start.day)).replace(day=1 + quota.offset)


def timestamp(day: date) -> datetime:
    """When the day's datapoints are dated: 23:59, its last minute.

    Just after midnight that is minutes ago. CloudWatch takes up to two days to show what is dated more
    than 24 hours back, which the day's first minute would be.
    """
    return datetime.combine(day, time(23, 59), UTC)
