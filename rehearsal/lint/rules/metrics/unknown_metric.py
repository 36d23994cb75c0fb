"""The service does not publish a metric under this name.

The most expensive silent fault: the alarm exists, is green or grey, and can never fire. Names are
compared with their case. The catalogue of what AWS publishes is in `rehearsal/lint/published/`, each
namespace with its source and the day it was read; `python -m rehearsal.lint.published renew` renews it.

Source: [AWS services that publish CloudWatch
metrics](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html).
"""

from collections.abc import Iterator
from functools import cache

from rehearsal.lint import behaviour, published
from rehearsal.lint.alarms import AlarmSet, Metric, known
from rehearsal.lint.rule import Finding, Severity

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Names that the namespace does not have."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            if metric.namespace not in published.namespaces() or not known(metric.name) or not metric.name:
                continue
            if "${" in metric.name or published.metric(metric.namespace, metric.name) is not None:
                continue
            fix, severity = _meant(metric)
            if fix is not None:
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}MetricName",
                    problem=f"{metric.namespace} publishes no {metric.name}",
                    consequence=behaviour.watches_nothing(alarm),
                    fix=fix,
                    severity=severity,
                )


def _meant(metric: Metric) -> tuple[str | None, Severity | None]:
    """What to write instead, and how grave it is; None where the catalogue is not sure that it is wrong."""
    near = published.nearest(metric.namespace, metric.name)
    whole = published.known(metric.namespace)
    in_case = [name for name in near if name.lower() == metric.name.lower()]
    if not whole and not in_case:
        meant = published.misspelt(metric.namespace, metric.name)
        if meant is None:
            return (f"did you mean {near[0]}?", "warning") if near else (None, None)
        return f"write {meant}", None
    if near:
        return f"write {' or '.join(near)}", None
    elsewhere = [name for name in _elsewhere(metric.name) if name != metric.namespace]
    if elsewhere:
        return f"{' and '.join(elsewhere[:3])} publish it", None
    return (
        "look the name up in the service's documentation, or publish it yourself under another namespace",
        None,
    )


@cache
def _elsewhere(name: str) -> list[str]:
    return [n for n in sorted(published.namespaces()) if published.metric(n, name) is not None]
