"""Every value that the metric can have is beyond the threshold.

The alarm is in ALARM as soon as there is data, and people learn to look away.

Source: the bounds are the catalogue's, each from the service's page.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import inf

from rehearsal.lint import reach
from rehearsal.lint.alarms import Alarm, AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Thresholds that nothing stays within."""
    for alarm in given.metric:
        if reach.verdict(alarm) is True and not _event(alarm):
            yield Finding(
                alarm=alarm,
                key="Threshold",
                problem=f"{alarm.comparison} {alarm.threshold:g}, of {reach.of_alarm(alarm).text}",
                consequence="it is in ALARM whenever there is data",
                fix="write a threshold in what the metric or the expression really gives",
            )


def _event(alarm: Alarm) -> bool:
    """Whether it asks for at least one of what is counted, and there is no data without one."""
    found = replace(reach.of_alarm(alarm), low=0.0, high=inf)
    return (
        alarm.upward
        and alarm.watched is not None
        and reach.of_alarm(alarm).low > 0
        and reach.breaches(alarm, found) is not True
    )
