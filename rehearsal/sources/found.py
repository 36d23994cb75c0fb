"""What a source's reader hands on: alarms in the shape of CloudWatch's API, whatever described them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Entry = Mapping[str, Any]


class Unknown(str):
    """A text that is only known once it is deployed, as far as it is known: `${Api}`, `${AWS::Region}`."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """Something else that a program or template makes: its type, its name in there, and what it is told."""

    kind: str
    name: str
    properties: Entry


@dataclass(kw_only=True, slots=True)
class Found:
    """Entries as `PutMetricAlarm`, `PutCompositeAlarm` and `PutAlarmMuteRule` take them.

    `skipped` are (name, reason) of alarms that the source itself cannot give, `others` what it says of them;
    `notes` are for the reader. `resources` are whatever else it makes, `region` is where, as far as it says.
    """

    metric: list[Entry] = field(default_factory=list)
    composite: list[Entry] = field(default_factory=list)
    mute: list[Entry] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    others: dict[str, Entry] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    region: str | None = None

    def add(self, entry: Entry) -> None:
        """File an alarm's entry under its kind."""
        if "AlarmRule" in entry:
            self.composite.append(entry)
        elif "QueryResultsToEvaluate" in entry or "ScheduledQueryConfiguration" in entry:
            name = str(entry.get("AlarmName") or "a log alarm")
            self.others[name] = entry
            self.skipped.append(
                (name, "a log alarm, whose query of log lines only CloudWatch Logs can answer")
            )
        else:
            self.metric.append(entry)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.metric or self.composite or self.mute or self.skipped)
