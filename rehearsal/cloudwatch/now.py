"""Raw datapoints -> the state each alarm is in now. The local run's way in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from monitoring.spec import Alarm, State
from rehearsal.cloudwatch.evaluate import Timeline, timeline
from rehearsal.cloudwatch.series import from_samples

MAX_MINUTES = 31 * 24 * 60


def states(
    alarms: Sequence[Alarm],
    samples: Iterable[Mapping[str, object]],
    now: datetime,
    *,
    home: str | None = None,
) -> dict[str, State]:
    """The state of every alarm, by name, at `now`, see `until`."""
    line = until(alarms, samples, now, home=home)
    return {alarm.name: line.state(alarm.name, line.minutes - 1) for alarm in alarms}


def until(
    alarms: Sequence[Alarm],
    samples: Iterable[Mapping[str, object]],
    now: datetime,
    *,
    home: str | None = None,
) -> Timeline:
    """The states of every alarm at the end of every minute until `now` (aware).

    A sample has `namespace`, `metric`, `dimensions`, `timestamp` (aware datetime or seconds since 1970),
    `value`, and optionally `unit` and `account`. `home` is the account that the alarms live in: metrics of
    another are seen only by queries that name its `account_id`. The minutes are counted back from `now`, to
    the oldest sample.
    """
    listed = list(samples)
    oldest = min((_when(sample["timestamp"]) for sample in listed), default=now.timestamp())
    minutes = int((now.timestamp() - oldest) // 60) + 1
    minutes = min(max(minutes, 1), MAX_MINUTES)
    start = now - timedelta(minutes=minutes)
    return timeline(alarms, from_samples(listed, start=start, minutes=minutes), home=home)


def _when(timestamp: object) -> float:
    return timestamp.timestamp() if isinstance(timestamp, datetime) else float(str(timestamp))
