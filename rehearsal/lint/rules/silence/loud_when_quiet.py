"""Missing data is breaching, and the metric is missing while all is well.

A metric of events has no data as long as nothing happens; one of requests has none at night. With
`breaching` the alarm is in ALARM then. For "too few" that is meant, for "too many" it is not. Judged by
behaviour: the alarm's state after a long silence.

Source: [Missing
data](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
"""

from collections.abc import Iterator

from rehearsal.lint import behaviour, formulas, published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.published import When
from rehearsal.lint.rule import Finding

SEVERITY = "error"
SAYS = {
    When.EVENTS: ("has data only when something fails", "it is in ALARM while all is well"),
    When.TRAFFIC: ("has no data when there are no requests", "it goes to ALARM in quiet hours"),
}


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms on too many that fire when there is nothing at all."""
    for alarm in given.metric:
        metric = formulas.plain(alarm)
        facts = published.metric(metric.namespace, metric.name) if metric is not None else None
        if metric is None or facts is None or facts.when is None or not alarm.upward:
            continue
        if facts.when in SAYS and behaviour.silent(alarm) == "ALARM":
            what, consequence = SAYS[facts.when]
            yield Finding(
                alarm=alarm,
                key="TreatMissingData",
                problem=f"{alarm.treatment}, and {metric.text} {what}",
                consequence=consequence,
                fix="write notBreaching",
                severity=None if facts.when is When.EVENTS else "warning",
            )
