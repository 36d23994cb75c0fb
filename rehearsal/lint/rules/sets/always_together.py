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
    groups: dict[object, list[Alarm]] = {}
    for alarm in given.metric:
        groups.setdefault(_watches(alarm), []).append(alarm)
    for group in groups.values():
        for number, alarm in enumerate(group):
            for earlier in group[:number]:
                if earlier.name == alarm.name:
                    continue  # rule duplicate-name
                yield from _pair(earlier, alarm)


def _pair(first: Alarm, second: Alarm) -> Iterator[Finding]:
    windows = [(a.periods, a.to_alarm, a.treatment) for a in (first, second)]
    if (first.threshold, windows[0]) == (second.threshold, windows[1]):
        yield Finding(
            alarm=second,
            key="",
            problem=f"it fires exactly when {first.name} does",
            consequence="one incident pages twice, and one of the two is paid for nothing",
            fix=f"remove it, or {first.name}",
        )
    elif windows[0] == windows[1] and _told(first) & _told(second):
        yield Finding(
            alarm=second,
            key="Threshold",
            problem=f"it is {first.name} at {second.threshold:g} instead of {first.threshold:g}, "
            "and both tell the same people",
            consequence="one incident pages twice",
            fix="give them different targets, or keep one",
        )


def _told(alarm: Alarm) -> set[str]:
    return {action for action in alarm.actions["AlarmActions"] if alarm.acts and tells_people(action)}


def _watches(alarm: Alarm) -> object:
    """What is compared and how; an object of its own where that is not known."""
    if alarm.threshold is None or alarm.compared is None or alarm.comparison is None:
        return object()
    queries = sorted(repr(query) for query in alarm.queries)
    return (*queries, alarm.comparison, alarm.region, alarm.account)
