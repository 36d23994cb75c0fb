"""An alarm uses SEARCH, which graphs can do and alarms cannot.

A SEARCH gives any number of time series. CloudWatch refuses an alarm on one, even when its result is
summed. What works is Metrics Insights (`SELECT SUM(Errors) FROM ...`), which alarms may use.

Source: [Using search
expressions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-search-expressions.html):
"You can't create an alarm based on a SEARCH expression".
"""

from collections.abc import Iterator

from rehearsal.lint import formulas
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Calls of SEARCH."""
    for alarm in given.metric:
        for query in alarm.expressions:
            if any(formulas.calls(query.tree, "SEARCH")):
                yield Finding(
                    alarm=alarm,
                    key=f"{query.key}Expression",
                    problem="SEARCH in an alarm",
                    consequence="CloudWatch refuses the alarm",
                    fix="name the metrics one by one, or use a Metrics Insights query (SELECT ...)",
                )
