"""The statistic of this metric is always the same number.

Some services send a 1 for each event: `Sum` counts them, while `Average`, `Minimum`, `Maximum` and every
percentile are 1, be there one error or a million.

Source: the service's page that the catalogue names; for load balancers "Minimum, Maximum, and Average all
return 1".
"""

from collections.abc import Iterator

from rehearsal.lint import published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
ADDING = ("Sum", "SampleCount")


def check(given: AlarmSet) -> Iterator[Finding]:
    """Other statistics than sums of metrics whose samples are all alike."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            facts = published.metric(metric.namespace, metric.name)
            if facts is None or metric.statistic is None or metric.statistic in ADDING:
                continue
            if (
                facts.minimum is not None
                and facts.minimum == facts.maximum
                and metric.statistic[:2] not in ("TC", "TS")
            ):
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}{'Stat' if metric.key else 'Statistic'}",
                    problem=f"{metric.statistic} of {metric.text} is always {facts.minimum:g}",
                    consequence="it does not tell one event from a million",
                    fix="write Sum",
                )
