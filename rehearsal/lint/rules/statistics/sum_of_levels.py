"""Sum of a level: the same message, connection or byte is counted again with every sample.

A queue's length, open connections, free memory, a latency: each sample says how much there is, so five
minutes of one-minute samples add up to five times that. `Sum` is for what happened (requests, errors,
bytes sent). Left alone where it is asked whether there is anything at all, and where a period has one
sample.

Source: [CloudWatch statistics
definitions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html).
"""

import re
from collections.abc import Iterator

from rehearsal.lint import formulas, published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"
TIMES = {"Seconds", "Milliseconds", "Microseconds"}
_LEVEL = re.compile(
    r"^Approximate|Connections$|^ConcurrentExecutions|^Free|Available|CreditBalance|BurstBalance|HealthyHostCount"
    r"|EstimatedCharges|QueueDepth|QueueLength|InService|RunningTaskCount|TargetCount|^Curr|Lag$|Age$|Behind|Items$|Size(?:Bytes)?$"
)


def check(given: AlarmSet) -> Iterator[Finding]:
    """Sums of levels and of times that are compared with more than nothing."""
    for alarm in given.metric:
        metric = formulas.plain(alarm)
        facts = published.metric(metric.namespace, metric.name) if metric is not None else None
        if metric is None or facts is None or metric.statistic != "Sum" or (alarm.threshold or 0) <= 1:
            continue
        timed = bool(facts.units & TIMES)
        single = (metric.period_s or 0) <= (facts.period_s or 0)
        listed = facts.statistics is not None  # rule misleading
        if listed or not (timed or (_LEVEL.search(metric.name) and not single)):
            continue
        yield Finding(
            alarm=alarm,
            key=f"{metric.key}{'Stat' if metric.key else 'Statistic'}",
            problem=f"Sum of {metric.text}",
            consequence="it grows with traffic" if timed else "it counts the same again with every sample",
            fix="use Average, Maximum or a percentile" if timed else "use Maximum or Average",
        )
