"""A query of the alarm plays no part in what it compares.

It is fetched and, if it is a metric, paid for; mostly an expression names another one by mistake.
"""

from collections.abc import Iterator

from rehearsal.lint import formulas
from rehearsal.lint.alarms import AlarmSet, Metric
from rehearsal.lint.rule import Finding

SEVERITY = "warning"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Queries that the compared one does not reach."""
    for alarm in given.metric:
        if alarm.compared is None:
            continue
        used = formulas.used(alarm)
        for query in alarm.queries:
            if query.id not in used:
                what = query.text if isinstance(query, Metric) else query.expression
                yield Finding(
                    alarm=alarm,
                    key=query.key.rstrip("."),
                    problem=f"{query.id} ({what}) is not used",
                    consequence="the alarm says nothing about it",
                    fix="use it in the expression that returns data, or remove it",
                )
