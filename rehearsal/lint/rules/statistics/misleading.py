"""The statistic is accepted and says something else than it seems to.

`Sum` of a utilisation adds up its samples: five minutes of 18 % are 90. `Sum` of a queue's length counts
its messages once a minute. `Average` of a rate per target, `Sum` of healthy hosts over every node: each
service's page says which statistics make sense.

Source: the service's page that the catalogue names.
"""

from collections.abc import Iterator

from rehearsal.cloudwatch import statistics
from rehearsal.lint import published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"
PERCENTAGE = 100


def check(given: AlarmSet) -> Iterator[Finding]:
    """Statistics that the catalogue does not list for the metric."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            facts = published.metric(metric.namespace, metric.name)
            if facts is None or metric.statistic not in statistics.SIMPLE:
                continue  # rule percentile-without-samples
            added_up = metric.statistic == "Sum" and facts.units == {"Percent"}
            if added_up or (facts.statistics is not None and metric.statistic not in facts.statistics):
                certain = added_up and metric is alarm.compared and (alarm.threshold or 0) <= PERCENTAGE
                good = sorted((facts.statistics or {"Average", "Maximum"}) & set(statistics.SIMPLE))
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}{'Stat' if metric.key else 'Statistic'}",
                    problem=f"{metric.statistic} of {metric.text}",
                    consequence="it adds up percentages, and grows with the period"
                    if added_up
                    else "the number is not what its name says",
                    fix=f"use {' or '.join(good)}",
                    severity="error" if certain else None,
                )
