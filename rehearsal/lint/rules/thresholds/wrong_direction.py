"""The comparison points the wrong way: quiet when it is bad, loud when all is well.

More healthy hosts, free space or credits are good news, more errors are bad news. An alarm that scales or
stops something may well act on good news, so those whose actions are all of that kind are left alone.

An expression is judged by behaviour: by its
state while its metrics are at their best and at their worst.

Source: which way a metric is worse is in the catalogue, from the service's page.
"""

import re
from collections.abc import Iterator

from rehearsal.cloudwatch.actions import tells_people
from rehearsal.lint import behaviour, formulas, published
from rehearsal.lint.alarms import Alarm, AlarmSet, Metric
from rehearsal.lint.published import Worse
from rehearsal.lint.rule import Finding

SEVERITY = "error"
NOTHING, MUCH = 0.0, 1000.0
VISIBLE = "ApproximateNumberOfMessagesVisible"
_DEAD = re.compile(r"dlq|dead-?letter", re.IGNORECASE)


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms that fire when the metric gets better."""
    for alarm in given.metric:
        metric = formulas.plain(alarm)
        if metric is None and _for_people(alarm, given) and _backwards(alarm):
            yield Finding(
                alarm=alarm,
                key="ComparisonOperator",
                problem=f"{alarm.comparison} {alarm.threshold:g}: it fires while nothing fails",
                consequence="it is quiet when it is bad, and loud when all is well",
                fix=f"write {'LessThanThreshold' if alarm.upward else 'GreaterThanThreshold'}",
            )
        worse = _worse(metric) if metric is not None and metric.statistic != "SampleCount" else None
        if metric is None or worse is None or not _for_people(alarm, given):
            continue
        upward = alarm.upward
        if (upward or alarm.downward) and upward == (worse is Worse.LOW) and not _heartbeat(alarm):
            yield Finding(
                alarm=alarm,
                key="ComparisonOperator",
                problem=f"{alarm.comparison} of {metric.text}, which is bad when it is {worse.value}",
                consequence="it is quiet when it is bad, and loud when all is well",
                fix=f"write {'LessThanThreshold' if upward else 'GreaterThanThreshold'}",
            )


def _backwards(alarm: Alarm) -> bool:
    """Whether an expression fires on its metrics at their best and not at their worst: by behaviour."""
    ways = {metric.id: _worse(metric) for metric in alarm.metrics}
    if not any(ways.values()) or alarm.threshold is None:
        return False
    good = {name: NOTHING if way is Worse.HIGH else MUCH for name, way in ways.items()}
    bad = {name: NOTHING if way is Worse.LOW else MUCH for name, way in ways.items()}
    return behaviour.steady(alarm, good) == "ALARM" and behaviour.steady(alarm, bad) == "OK"


def _worse(metric: Metric) -> Worse | None:
    """Which way is bad: the catalogue's word, and more for a queue of dead letters."""
    if metric.name == VISIBLE and _DEAD.search(dict(metric.dimensions).get("QueueName", "")):
        return Worse.HIGH
    facts = published.metric(metric.namespace, metric.name)
    return facts.worse if facts is not None else None


def _for_people(alarm: Alarm, given: AlarmSet) -> bool:
    """Whether it pages; a part of a composite may well be the good news in it."""
    if alarm.name in given.parents or alarm.name in given.suppressors:
        return False
    actions = alarm.actions["AlarmActions"]
    return not actions or any(map(tells_people, actions))


def _heartbeat(alarm: Alarm) -> bool:
    """Whether it watches for silence: it fires when there is no data at all."""
    return alarm.downward and behaviour.silent(alarm) == "ALARM"
