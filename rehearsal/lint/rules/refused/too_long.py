"""A name, description or list is longer than CloudWatch allows.

An alarm's name has 1 to 255 characters, its description at most 1,024; a metric has at most 30 dimensions,
each key once; an alarm has at most 20 metric queries, of which at most 10 read metrics.

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html),
[service quotas](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html).
"""

from collections import Counter
from collections.abc import Iterator

from rehearsal.cloudwatch.points import MAX_METRICS
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
NAME, DESCRIPTION, DIMENSIONS, QUERIES = 255, 1024, 30, 20


def check(given: AlarmSet) -> Iterator[Finding]:
    """What is over a limit."""
    for alarm in given.alarms:
        for key, text, most in (
            ("AlarmName", alarm.name, NAME),
            ("AlarmDescription", alarm.description, DESCRIPTION),
        ):
            if len(text) > most and "${" not in text:
                yield Finding(
                    alarm=alarm,
                    key=key,
                    problem=f"has {len(text)} characters",
                    consequence="CloudWatch refuses the alarm",
                    fix=f"write at most {most}",
                )
    for alarm in given.metric:
        for count, most, what in (
            (len(alarm.metrics), MAX_METRICS, "metrics"),
            (len(alarm.queries), QUERIES, "queries"),
        ):
            if count > most:
                yield Finding(
                    alarm=alarm,
                    key="Metrics",
                    problem=f"has {count} {what}",
                    consequence="CloudWatch refuses the alarm",
                    fix=f"use at most {most}: split the alarm, and join the parts with a composite",
                )
        for metric in alarm.metrics:
            twice = [name for name, count in Counter(n for n, _ in metric.dimensions).items() if count > 1]
            problem = f"names {twice[0]} twice" if twice else f"has {len(metric.dimensions)} dimensions"
            if twice or len(metric.dimensions) > DIMENSIONS:
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}Dimensions",
                    problem=problem,
                    consequence="no metric has these dimensions",
                    fix="name each of the metric's dimensions once",
                )
