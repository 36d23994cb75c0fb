"""The period is shorter than the time between two values of the metric.

Most periods then have no data: the alarm flaps between its state and INSUFFICIENT_DATA, or never has the
datapoints that it needs. S3 publishes sizes once a day, Billing every few hours, EC2 every five minutes
without detailed monitoring, most services every minute. SageMaker endpoints publish every minute unless
`MetricPublishFrequencyInSeconds` says otherwise.

Source: the service's page that the catalogue names.
"""

from collections.abc import Iterator

from rehearsal.lint import published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding
from rehearsal.sources.found import Resource

SEVERITY = "error"
FREQUENCY = {"metricpublishfrequencyinseconds": "/aws/sagemaker/Endpoints"}


def check(given: AlarmSet) -> Iterator[Finding]:
    """Periods under the finest interval, and under the usual one."""
    options = _options(given)
    for alarm in given.metric:
        for metric in alarm.metrics:
            facts = published.metric(metric.namespace, metric.name)
            if facts is None or facts.finest_s is None or metric.period_s is None:
                continue
            usual = options.get(metric.namespace, facts.period_s or facts.finest_s)
            if metric.period_s >= max(usual, facts.finest_s):
                continue
            impossible = metric.period_s < facts.finest_s
            every = facts.finest_s if impossible else usual
            yield Finding(
                alarm=alarm,
                key=f"{metric.key}{'MetricStat.' if metric.key else ''}Period",
                problem=f"{metric.period_s} s, and {metric.text} has a value every {every} s"
                + ("" if impossible else " unless its service is set up for more"),
                consequence="most periods have no data",
                fix=f"use a period of {every} s or more",
                severity=None if impossible else "info",
            )


def _options(given: AlarmSet) -> dict[str, int]:
    """Namespace -> seconds between two values, as other resources of the file set it up."""
    found: dict[str, int] = {}
    for resource in given.resources:
        for key, value in _settings(resource):
            namespace = FREQUENCY.get(key.replace("_", "").lower())
            if namespace is not None and str(value).isdigit():
                found[namespace] = min(int(value), found.get(namespace, int(value)))
    return found


def _settings(resource: Resource) -> Iterator[tuple[str, str | int]]:
    """Every plain value of the resource, with its key."""
    waiting: list[object] = [resource.properties]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            for key, value in part.items():
                waiting.append(value)
                if isinstance(value, str | int):
                    yield str(key), value
        elif isinstance(part, list):
            waiting += part
