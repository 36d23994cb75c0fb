"""Planned work as CloudWatch's alarm mute rules: one for each window and account, by its alarms' names.

A rule mutes whatever its alarms would tell, also that they are over; a change of state that it muted and that
still holds when it ends, ALARM or OK, is told then ("How alarm mute rules work" in CloudWatch's user guide).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from monitoring.alarms.rule import Entry
from monitoring.errors import MonitoringError
from monitoring.tuning import near
from settings.maintenance import Maintenance
from settings.maintenance.schedule import Schedule

TARGETS = 100  # alarms of a rule at most: PutAlarmMuteRule, CloudWatch API reference
INFIX = "-maintenance-"
FAR = timedelta(days=3660)  # nobody plans once for later


@dataclass(frozen=True, kw_only=True, slots=True)
class MuteRule:
    """What mutes the alarms `targets`, given by name, while `work` is under way."""

    name: str
    work: Maintenance
    targets: tuple[str, ...]

    @property
    def entry(self) -> dict[str, Any]:
        """The rule as PutAlarmMuteRule takes it."""
        schedule = {
            "Expression": self.work.schedule,
            "Duration": self.work.duration,
            "Timezone": self.work.timezone,
        }
        return {
            "Name": self.name,
            "Description": self.work.reason,
            "Rule": {"Schedule": schedule},
            "MuteTargets": {"AlarmNames": list(self.targets)},
        }


def schedule(entry: Mapping[str, Any]) -> Schedule:
    """When a rule as GetAlarmMuteRule answers it begins, and for how long."""
    given = entry["Rule"]["Schedule"]
    return Schedule.parse(given["Expression"], given["Duration"], given.get("Timezone"))


def rules(planned: Sequence[Maintenance], prefix: str, entries: Sequence[Entry]) -> Iterator[MuteRule]:
    """The rules of one account, whose alarms' names begin with `prefix`; none for work that mutes nothing."""
    for work in planned:
        targets = [
            entry.alarm.name
            for entry in entries
            if entry.alarm.level and (not work.alarms or entry.key in work.alarms)
        ]
        for number, first in enumerate(range(0, len(targets), TARGETS), 1):
            yield MuteRule(
                name=f"{prefix}{INFIX}{work.name}{f'-{number}' if number > 1 else ''}",
                work=work,
                targets=tuple(targets[first : first + TARGETS]),
            )


def check(planned: Sequence[Maintenance], entries: Sequence[Entry]) -> None:
    """Raise `MonitoringError` for alarms that notify nobody themselves; `entries` are of both accounts."""
    pages = sorted(entry.key for entry in entries if entry.alarm.level)
    problems = [
        f"maintenance[{number}].alarms[{place}]: {key!r} is no alarm that notifies somebody."
        f" {near(key, pages)}"
        for number, work in enumerate(planned)
        for place, key in enumerate(work.alarms)
        if key not in pages
    ]
    if problems:
        raise MonitoringError("planned work would have muted nothing", problems)
