"""Composites that wait for each other.

A composite in a cycle is no longer evaluated; nor can it be deleted until the cycle is broken.

Source:
[PutCompositeAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html):
"it is possible to create a loop or cycle of composite alarms ... you can't delete".
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Composites whose children lead back to them."""
    below = {alarm.name: alarm.children for alarm in given.composite}
    for alarm in given.composite:
        waiting, seen = sorted(alarm.children), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += sorted(below.get(name, ()))
        if alarm.name in seen:
            others = sorted(name for name in seen if name in below and name != alarm.name)
            through = f" through {', '.join(others)}" if others else ""
            yield Finding(
                alarm=alarm,
                key="AlarmRule",
                problem=f"it leads back to itself{through}",
                consequence="CloudWatch stops evaluating the composites of a cycle",
                fix="take one of them out of another's rule",
            )
