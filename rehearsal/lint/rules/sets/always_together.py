"""Two alarms fire together, always.

They look at the same metric in the same way with the same threshold, and one says nothing that the other
does not; or both act on the same target and the one with the wider threshold is in ALARM whenever the
other is: one incident, two pages.
"""

from collections.abc import Iterator

from rehearsal.cloudwatch.actions import tells_people
from rehearsal.lint.alarms import Alarm, AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Equal alarms, and pairs of which one contains the other."""
    same: dict[object, Alarm] = {}
    told: dict[object, Alarm] = {}
    for alarm in given.metric:
        watched = (_watches(alarm), alarm.periods, alarm.to_alarm, alarm.treatment)
        targets = [(watched, target) for target in _told(alarm)]
        equal = same.setdefault((watched, alarm.threshold), alarm)
        wider = next((told[target] for target in targets if target in told), None)
        if equal.name != alarm.name:
            yield Finding(
                alarm=alarm,
                key="",
                problem=f"it fires exactly when {equal.name} does",
                consequence="one incident pages twice, and one of the two is paid for nothing",
                fix=f"remove it, or {equal.name}",
            )
        elif wider is not None and wider.name != alarm.name:
            yield Finding(
                alarm=alarm,
                key="Threshold",
                problem=f"it is {wider.name} at {alarm.threshold:g} instead of {wider.threshold:g}, "
                "and both tell the same people",
                consequence="one incident pages twice",
                fix="give them different targets, or keep one",
            )
        told.update(dict.fromkeys(targets, alarm))


def _told(alarm: Alarm) -> set[str]:
    return {action for action in alarm.actions["AlarmActions"] if alarm.acts and tells_people(action)}


def _watches(alarm: Alarm) -> object:
    """What is compared and how; an object of its own where that is not known."""
    if alarm.threshold is None or alarm.compared is None or alarm.comparison is None:
        return object()
    queries = sorted(repr(query) for query in alarm.queries)
    return (*queries, alarm.comparison, alarm.region, alarm.account)
