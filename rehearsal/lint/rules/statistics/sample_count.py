"""SampleCount of a metric of errors counts what was asked, not what failed.

A service that sends a 0 for every good request has as many samples as requests: the alarm fires with
traffic.

Source: the service's page that the catalogue names.
"""

from collections.abc import Iterator

from rehearsal.lint import published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.published import When, Worse
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """SampleCount compared, of metrics in which zeros are samples."""
    for alarm in given.metric:
        metric = alarm.watched
        facts = published.metric(metric.namespace, metric.name) if metric is not None else None
        if metric is None or facts is None or metric.statistic != "SampleCount" or facts.when is When.EVENTS:
            continue
        if facts.worse is Worse.HIGH and "Count" in facts.units:
            yield Finding(
                alarm=alarm,
                key=f"{metric.key}{'Stat' if metric.key else 'Statistic'}",
                problem=f"SampleCount of {metric.text} counts its zeros, too",
                consequence="it fires with traffic, not with errors",
                fix="write Sum",
            )
