"""AWS no longer publishes the metric.

Source: the service's page that the catalogue names.
"""

from collections.abc import Iterator

from rehearsal.lint import behaviour, published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Metrics with a successor."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            facts = published.metric(metric.namespace, metric.name)
            if facts is not None and facts.replaced_by:
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}MetricName",
                    problem=f"AWS no longer publishes {metric.text}",
                    consequence=behaviour.watches_nothing(alarm),
                    fix=f"use {facts.replaced_by}",
                )
