"""The alarm tells people when it fires, but not when it is over.

Without an OK action a page is open until somebody looks; tools that close incidents by themselves need it.
"""

from collections.abc import Iterator

from rehearsal.cloudwatch.actions import tells_people
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "info"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms with people to tell and no OK action."""
    for alarm in given.alarms:
        if (
            alarm.acts
            and any(map(tells_people, alarm.actions["AlarmActions"]))
            and not alarm.actions["OKActions"]
        ):
            yield Finding(
                alarm=alarm,
                key="OKActions",
                problem="it has none",
                consequence="nobody is told that it is over",
                fix="act on the same topic",
            )
