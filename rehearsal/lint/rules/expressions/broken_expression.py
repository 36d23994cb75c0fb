"""An expression cannot be evaluated.

It does not parse, calls a function that CloudWatch does not have or with the wrong arguments, refers to
itself, or gives a scalar or several time series where an alarm watches exactly one.

Source: [Metric
math](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html),
[SEARCH](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-search-expressions.html).
"""

import re
from collections.abc import Iterator

from rehearsal.cloudwatch.math.calls import ELSEWHERE, FUNCTIONS
from rehearsal.cloudwatch.math.syntax import Call, walk
from rehearsal.lint.alarms import Alarm, AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
_INSIGHTS = re.compile(r"\s*SELECT\b", re.IGNORECASE)
_OF_MATH = ("metric math", "expression ", "'")
_ELSEWHERE = "no query has the id"  # rule unknown-id


def check(given: AlarmSet) -> Iterator[Finding]:
    """What does not parse, is unknown, or does not give one series."""
    for alarm in given.metric:
        found = list(_single(alarm))
        reason = alarm.reason or ""
        if not found and not alarm.unsupported and reason.startswith(_OF_MATH) and _ELSEWHERE not in reason:
            found.append(("Metrics", reason, "mend the expression"))
        for key, problem, fix in found:
            yield Finding(
                alarm=alarm, key=key, problem=problem, consequence="CloudWatch refuses the alarm", fix=fix
            )


def _single(alarm: Alarm) -> Iterator[tuple[str, str, str]]:
    for query in alarm.expressions:
        if _INSIGHTS.match(query.expression):
            continue
        if query.problem is not None:
            yield f"{query.key}Expression", query.problem, "mend the expression"
        for node in walk(query.tree) if query.tree is not None else ():
            if not isinstance(node, Call) or node.function in (*FUNCTIONS, *ELSEWHERE):
                continue
            near = node.function.upper()
            fix = f"write {near}" if near in FUNCTIONS else f"use one of {', '.join(FUNCTIONS)}"
            yield f"{query.key}Expression", f"there is no function {node.function}", fix
