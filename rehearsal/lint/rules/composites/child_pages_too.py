"""A composite and an alarm in its rule act on the same target: one incident, two pages.

A composite is there to make one page of many alarms; the alarms below it then have no actions of their
own, or quieter ones (a ticket, a channel).

Source: [Composite
alarms](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html): "reduce
alarm noise".
"""

from collections.abc import Iterator

from rehearsal.cloudwatch.actions import tells_people
from rehearsal.lint import possible
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Targets that are told by both."""
    for alarm in given.composite:
        if not alarm.acts or alarm.tree is None:
            continue
        own = {action for action in alarm.actions["AlarmActions"] if tells_people(action)}
        for name in sorted(alarm.children):
            child = given.by_name.get(name)
            if name == alarm.suppressor or not possible.can(alarm.tree, {name: frozenset(("ALARM",))}):
                continue  # the one keeps the other quiet
            both = own & set(child.actions["AlarmActions"]) if child is not None and child.acts else set()
            if both and child is not None:
                yield Finding(
                    alarm=child,
                    key="AlarmActions",
                    problem=f"it acts on {', '.join(sorted(both))}, as does {alarm.name}, which watches it",
                    consequence="one incident pages twice",
                    fix="leave the page to the composite",
                )
