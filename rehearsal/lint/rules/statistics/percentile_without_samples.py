"""A percentile or trimmed mean of a metric that is published without its samples.

Where a service sends sums, minima and maxima instead of samples, percentiles have no value: no data, for
ever.

Where the service's page lists the statistics that make sense and no percentile is among them, it is a
warning.

Source: [CloudWatch statistics
definitions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html),
and the service's page that the catalogue names.
"""

from collections.abc import Iterator

from rehearsal.cloudwatch import statistics
from rehearsal.lint import behaviour, published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Percentiles where there are none."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            facts = published.metric(metric.namespace, metric.name)
            if facts is None or metric.statistic is None or metric.statistic in statistics.SIMPLE:
                continue
            unlisted = facts.statistics is not None and "p" not in facts.statistics
            if facts.percentiles is False or (unlisted and facts.percentiles is None):
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}{'Stat' if metric.key else 'ExtendedStatistic'}",
                    problem=f"{metric.text} has no samples, so no {metric.statistic}",
                    consequence=behaviour.watches_nothing(alarm),
                    fix="use Average or Maximum",
                    severity=None if facts.percentiles is False else "warning",
                )
