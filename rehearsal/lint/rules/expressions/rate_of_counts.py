"""RATE or DIFF of a metric that is a count for each period already.

AWS publishes what happened in each period; `Sum` is the number of requests, errors, bytes. `RATE(m1)` is
how fast that number changes, not how many there are a second: it is about zero through the worst outage.
Requests a second are `m1 / PERIOD(m1)`. (Counters that only ever grow, as some agents publish, do need
RATE.)

Source: [Metric
math](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html), RATE.
"""

from collections.abc import Iterator

from rehearsal.cloudwatch.math.syntax import Name
from rehearsal.lint import formulas
from rehearsal.lint.alarms import AlarmSet, Metric
from rehearsal.lint.rule import Finding

SEVERITY = "warning"


def check(given: AlarmSet) -> Iterator[Finding]:
    """RATE and DIFF straight on a sum of one of AWS's metrics."""
    for alarm in given.metric:
        by_id = {query.id: query for query in alarm.queries}
        for query in alarm.expressions:
            for call in formulas.calls(query.tree, "RATE", "DIFF"):
                inner = call.arguments[0] if call.arguments else None
                metric = by_id.get(inner.id) if isinstance(inner, Name) else None
                if (
                    isinstance(metric, Metric)
                    and metric.statistic in ("Sum", "SampleCount")
                    and metric.namespace.startswith("AWS/")
                ):
                    yield Finding(
                        alarm=alarm,
                        key=f"{query.key}Expression",
                        problem=f"{call.function} of {metric.text}, a number for each period already",
                        consequence="it is how fast that number changes, about 0 through a steady outage",
                        fix=f"compare {metric.id}, or {metric.id} / PERIOD({metric.id}) for so many a second",
                    )
