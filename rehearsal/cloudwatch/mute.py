"""Alarm mute rules: when they are active. What that does to actions is `actions`' business.

Their schedule is that of planned maintenance in the settings; start and expiry dates follow its time zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehearsal.errors import RehearsalError
from settings.maintenance.schedule import Schedule


@dataclass(frozen=True, kw_only=True, slots=True)
class MuteRule:
    """A rule that mutes the actions of the alarms `targets`; before `begins` and from `expires` on it does
    not.
    """

    name: str
    targets: frozenset[str]
    schedule: Schedule
    begins: datetime | None = None
    expires: datetime | None = None

    def active(self, start: datetime, minutes: int) -> NDArray[np.bool_]:
        """Whether the rule is active at the end of each of `minutes` minutes from `start`; read-only."""
        return _active(self, start, minutes)


@lru_cache(maxsize=256)
def _active(rule: MuteRule, start: datetime, minutes: int) -> NDArray[np.bool_]:
    found = np.zeros(minutes, dtype=bool)
    duration = rule.schedule.duration
    for begin in rule.schedule.beginnings(start - duration, start + timedelta(minutes=minutes)):
        since = (begin - start) // timedelta(minutes=1) - 1  # the minute that ends then
        until = (begin + duration - start) // timedelta(minutes=1) - 1
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
    targets = _map(entry.get("MuteTargets")).get("AlarmNames") or ()
    try:
        return MuteRule(
            name=str(entry.get("Name") or name),
            targets=frozenset(map(str, targets)),
            schedule=(
                found := Schedule.parse(
                    str(schedule.get("Expression") or ""), schedule.get("Duration"), schedule.get("Timezone")
                )
            ),
            begins=_moment("StartDate", entry.get("StartDate"), found),
            expires=_moment("ExpireDate", entry.get("ExpireDate"), found),
        )
    except ValueError as error:
        raise RehearsalError(f"{name}: {error}") from None


def _moment(key: str, value: Any, schedule: Schedule) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{key}: {value!r}; valid: 2026-05-10T14:00") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=schedule.zone)).astimezone(UTC)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
