"""The alarm says nothing to whom it wakes: it has no description.

At three in the morning a sentence on what it means for customers and what to do first is worth most; best
with a link to the runbook.
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "info"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms that act and have no description."""
    for alarm in given.alarms:
        if alarm.acts and alarm.actions["AlarmActions"] and not alarm.description.strip():
            yield Finding(
                alarm=alarm,
                key="AlarmDescription",
                problem="it is empty",
                consequence="who is woken by it has to find out what it means",
                fix="say what it means for customers, and link the runbook",
            )
