"""A percentile or trimmed mean of a metric that is published without its samples.

Where a service sends sums, minima and maxima instead of samples, percentiles have no value: no data, for
ever.

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
            if facts is None or facts.percentiles is not False or metric.statistic is None:
                continue
            if metric.statistic not in statistics.SIMPLE:
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}{'Stat' if metric.key else 'ExtendedStatistic'}",
                    problem=f"{metric.text} has no samples, so no {metric.statistic}",
                    consequence=behaviour.watches_nothing(alarm),
                    fix="use Average or Maximum",
                )
