"""An expression refers to a query that the alarm does not have.

Ids are compared with their case: `M1` is not `m1`.

Source: [Metric
math](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html).
"""

import difflib
from collections.abc import Iterator

from rehearsal.lint import formulas
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Names in expressions that no query has."""
    for alarm in given.metric:
        ids = {query.id for query in alarm.queries}
        for query in alarm.expressions:
            for name in dict.fromkeys(formulas.names(query.tree) if query.tree is not None else ()):
                if name in ids:
                    continue
                near = difflib.get_close_matches(name.lower(), [id_.lower() for id_ in ids], n=1)
                meant = next((id_ for id_ in ids if near and id_.lower() == near[0]), None)
                yield Finding(
                    alarm=alarm,
                    key=f"{query.key}Expression",
                    problem=f"no query has the id {name}",
                    consequence="CloudWatch refuses the alarm",
                    fix=f"did you mean {meant}?"
                    if meant
                    else f"add that query, or use {', '.join(sorted(ids))}",
                )
