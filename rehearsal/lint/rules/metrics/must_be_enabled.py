"""The metric exists only where something is enabled.

Request metrics of a bucket, detailed metrics of an API, Container Insights, a group's metrics: until that
is on, the alarm watches nothing. Worth a look when an alarm has never had data.

Source: the service's page that the catalogue names.
"""

from collections.abc import Iterator

from rehearsal.lint import published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "info"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Metrics that need something."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            facts = published.metric(metric.namespace, metric.name)
            if facts is not None and facts.needs:
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}MetricName",
                    problem=f"{metric.text} needs {facts.needs}",
                    consequence="without it the alarm watches nothing",
                    fix="see that it is on",
                )
