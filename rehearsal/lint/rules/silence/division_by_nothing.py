"""A quotient has no value without traffic, and missing data is breaching.

A datapoint that would divide by zero is dropped. With `breaching`, an hour without a request is an alarm.

Source: [Metric
math](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html): "the data
point is dropped".
"""

from collections.abc import Iterator

from rehearsal.cloudwatch.math.syntax import Binary, walk
from rehearsal.lint import behaviour
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms with a division that fire when all of their metrics are 0."""
    for alarm in given.metric:
        divides = any(
            isinstance(node, Binary) and node.op == "/"
            for query in alarm.expressions
            if query.tree is not None
            for node in walk(query.tree)
        )
        if not divides or not alarm.upward or alarm.treatment != "breaching":
            continue
        if behaviour.steady(alarm, {metric.id: 0.0 for metric in alarm.metrics}) == "ALARM":
            yield Finding(
                alarm=alarm,
                key="TreatMissingData",
                problem="breaching, and its quotient has no value when there are no requests",
                consequence="it goes to ALARM in quiet hours",
                fix="write notBreaching, or IF(requests > 0, errors / requests, 0)",
            )
