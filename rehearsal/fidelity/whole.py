"""Real metrics replayed beside the recorded history: changes that only one of the two has."""

from collections.abc import Iterator
from datetime import timedelta

from monitoring.spec import MetricAlarm
from rehearsal.cloudwatch.evaluate import Timeline, timeline
from rehearsal.cloudwatch.series import MINUTE, Series
from rehearsal.fidelity.transitions import History, Transition
from rehearsal.sources.stack import AlarmSet

LATE_MIN = 6  # metrics arrive one to several minutes late, and replayed they arrive at once
LIKELY = "Likely: datapoints that came late or were corrected, or an alarm that has been changed since"


def missed(history: History, alarms: AlarmSet, series: Series) -> list[str]:
    """A line for each change that is recorded and not made here, and each ALARM here that is not recorded."""
    lines: list[str] = []
    for account in alarms.accounts:
        line = timeline(account.alarms, series, home=account.id)
        for alarm in account.alarms:
            changes = [c for c in history.transitions if c.alarm == alarm.name and c.evaluated]
            if isinstance(alarm, MetricAlarm) and changes:
                lines += [*_only_recorded(alarm.name, changes, line), *_only_here(alarm.name, changes, line)]
    return lines


def _only_recorded(name: str, changes: list[Transition], line: Timeline) -> Iterator[str]:
    for change in changes:
        at = int((change.at - line.start) / MINUTE) - 1
        if LATE_MIN <= at < line.minutes:
            around = {line.state(name, minute) for minute in range(at - LATE_MIN, min(at + 2, line.minutes))}
            if change.new not in around:
                yield (
                    f"{name}: CloudWatch went to {change.new} on {change.at:%Y-%m-%d at %H:%M}, the saved "
                    f"metrics keep it in {line.state(name, at)}. {LIKELY}"
                )


def _only_here(name: str, changes: list[Transition], line: Timeline) -> Iterator[str]:
    """What happened before the recorded history begins is not known, and left out."""
    recorded = [change.at for change in changes if change.new == "ALARM"]
    late = timedelta(minutes=LATE_MIN + 1)
    for minute, state in line.changes(name):
        at = line.time(minute)
        if state != "ALARM" or at < changes[0].at:
            continue
        if not any(at - MINUTE <= told <= at + late for told in recorded):
            yield f"{name}: the saved metrics go to ALARM on {at:%Y-%m-%d at %H:%M}, CloudWatch not. {LIKELY}"
