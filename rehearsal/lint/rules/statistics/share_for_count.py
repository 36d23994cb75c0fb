"""A number of errors is compared with a share of them.

Where each request sends a 0 or a 1, `Average` is the share that failed, `Minimum` is 1 if all did, and
only `Sum` is how many. `Average >= 1` fires when nothing works any more.

Source: the service's page that the catalogue names.
"""

from collections.abc import Iterator

from rehearsal.lint import published, reach
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.published import Worse
from rehearsal.lint.rule import Finding

SEVERITY = "warning"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Averages and minima of zeros and ones with a whole number as their threshold."""
    for alarm in given.metric:
        metric = alarm.watched
        facts = published.metric(metric.namespace, metric.name) if metric is not None else None
        if metric is None or facts is None or facts.worse is not Worse.HIGH or facts.maximum != 1:
            continue
        if (
            facts.minimum != 0
            or "Count" not in facts.units
            or not alarm.upward
            or reach.verdict(alarm) is False
        ):
            continue
        whole = metric.statistic == "Average" and alarm.threshold == 1
        if whole or metric.statistic == "Minimum":
            yield Finding(
                alarm=alarm,
                key=f"{metric.key}{'Stat' if metric.key else 'Statistic'}",
                problem=f"{metric.statistic} of {metric.text} is 1 only when every request fails",
                consequence="it is quiet through any smaller outage",
                fix="write Sum for how many, or a threshold such as 0.05 of Average",
            )
