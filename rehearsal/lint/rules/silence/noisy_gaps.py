"""People are told of every gap in a metric that has gaps by nature.

A metric of requests or events has no data in quiet hours. With `missing` and an action on
INSUFFICIENT_DATA, each lull is a notification.

Source: [Missing
data](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html); [a
public report](https://github.com/DataBiosphere/azul/pull/5602).
"""

from collections.abc import Iterator

from rehearsal.lint import behaviour, formulas, published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.published import When
from rehearsal.lint.rule import Finding

SEVERITY = "warning"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Actions on INSUFFICIENT_DATA of metrics that often have none."""
    for alarm in given.metric:
        metric = formulas.plain(alarm)
        facts = published.metric(metric.namespace, metric.name) if metric is not None else None
        if (
            metric is None
            or facts is None
            or facts.when not in (When.EVENTS, When.TRAFFIC)
            or not alarm.upward
        ):
            continue
        told = alarm.acts and alarm.actions["InsufficientDataActions"]
        if told and behaviour.silent(alarm) == "INSUFFICIENT_DATA":
            yield Finding(
                alarm=alarm,
                key="InsufficientDataActions",
                problem=f"{metric.text} has no data in quiet hours",
                consequence="each lull is a notification",
                fix="write notBreaching, and let an alarm on too few own the silence",
            )
