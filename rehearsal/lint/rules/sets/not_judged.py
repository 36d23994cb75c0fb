"""The alarm's values are judged, but its behaviour is not: it cannot be simulated.

Metrics Insights, PromQL, SEARCH, functions that only an account can answer, values that are only known once
it is deployed: everything that can be read is judged all the same. A value of a template's parameter can be
given with `--parameter NAME=VALUE`.
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "info"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms that the rehearsal cannot evaluate, with its reason."""
    for alarm in given.alarms:
        if alarm.reason is not None and alarm.unsupported:
            yield Finding(
                alarm=alarm,
                key="",
                problem=alarm.reason,
                consequence="only its values are judged, not what it does",
                fix="nothing, if this is meant",
            )
