"""A number of errors is compared with a share of them.

Where each request sends a 0 or a 1, `Average` is the share that failed, `Minimum` is 1 if all did, and
only `Sum` is how many. `Average >= 1` fires when nothing works any more.

Source: the service's page that the catalogue names.
"""

from collections.abc import Iterator

from rehearsal.lint import published, reach
from rehearsal.lint.alarms import Alarm, AlarmSet, Metric
from rehearsal.lint.published import When, Worse
from rehearsal.lint.rule import Finding

SEVERITY = "warning"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Averages and minima of counts with a whole number as their threshold."""
    for alarm in given.metric:
        metric = alarm.watched
        problem = _problem(alarm, metric) if metric is not None and alarm.upward else None
        if metric is not None and problem is not None and reach.verdict(alarm) is not False:
            yield Finding(
                alarm=alarm,
                key=f"{metric.key}{'Stat' if metric.key else 'Statistic'}",
                problem=f"{metric.statistic} of {metric.text} {problem}",
                consequence="it is quiet through any smaller outage",
                fix="write Sum for how many, or a threshold such as 0.05 of Average",
            )


def _problem(alarm: Alarm, metric: Metric) -> str | None:
    facts = published.metric(metric.namespace, metric.name)
    if facts is None or facts.worse is not Worse.HIGH or "Count" not in facts.units:
        return None
    if (facts.minimum, facts.maximum) == (0, 1) and facts.when is not When.ALWAYS:
        whole = metric.statistic == "Average" and alarm.threshold == 1
        return "is 1 only when every request fails" if whole or metric.statistic == "Minimum" else None
    events = facts.when is When.EVENTS and (facts.statistics is None or "Average" not in facts.statistics)
    if events and metric.statistic in ("Average", "Minimum") and (alarm.threshold or 0) >= 1:
        return "is a number for each sample, not for the period"
    return None
