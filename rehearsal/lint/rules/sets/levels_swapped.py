"""Two levels of one alarm are in the wrong order: the critical one fires before the warning.

Told by the names (`warn`, `warning`, `low`, `minor` against `crit`, `critical`, `page`, `major`,
`severe`), where both watch the same metric in the same direction.
"""

import re
from collections.abc import Iterator

from rehearsal.lint.alarms import Alarm, AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"
_WARN = re.compile(r"(?:^|[\W_])(?:warn(?:ing)?|minor|ticket)(?:$|[\W_])|Warn(?:ing)?(?=[A-Z]|$)")
_CRITICAL = re.compile(r"(?:^|[\W_])(?:crit(?:ical)?|major|severe|page)(?:$|[\W_])|Critical(?=[A-Z]|$)")


def check(given: AlarmSet) -> Iterator[Finding]:
    """A critical threshold on the harmless side of the warning's."""
    groups: dict[object, list[Alarm]] = {}
    for alarm in given.metric:
        if alarm.threshold is not None and alarm.compared is not None and (alarm.upward or alarm.downward):
            queries = tuple(sorted(repr(query) for query in alarm.queries))
            groups.setdefault((queries, alarm.upward, alarm.region, alarm.account), []).append(alarm)
    for group in groups.values():
        for warn in (alarm for alarm in group if _WARN.search(alarm.name)):
            for critical in (alarm for alarm in group if _CRITICAL.search(alarm.name)):
                assert warn.threshold is not None and critical.threshold is not None  # noqa: S101, PT018  # for the types
                swapped = (
                    critical.threshold < warn.threshold
                    if warn.upward
                    else critical.threshold > warn.threshold
                )
                if swapped:
                    yield Finding(
                        alarm=critical,
                        key="Threshold",
                        problem=f"{critical.threshold:g} is reached before {warn.name}'s {warn.threshold:g}",
                        consequence="the critical page comes first, and the warning warns of nothing",
                        fix="swap the two thresholds",
                    )
