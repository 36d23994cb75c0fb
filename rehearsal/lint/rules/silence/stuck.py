"""The alarm does not find its way back to OK when the trouble is over.

A metric of events has no data once nothing fails any more. With `ignore` the alarm stays in ALARM until
somebody notices, and the next incident pages nobody; with `missing` it turns to INSUFFICIENT_DATA, so
that its OK action never comes. Alarms on AWS/DynamoDB ignore missing data unless they say otherwise.
Judged by behaviour: the state after a long silence, from ALARM.

Source: [Missing
data](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html); [a
public report](https://github.com/justeattakeaway/AwsWatchman/pull/265).
"""

from collections.abc import Iterator

from rehearsal.lint import behaviour, formulas, published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.published import When
from rehearsal.lint.rule import Finding

SEVERITY = "warning"
DYNAMODB = "AWS/DynamoDB"
SAYS = {
    "ALARM": ("it stays in ALARM", "the next incident pages nobody"),
    "INSUFFICIENT_DATA": ("it turns to INSUFFICIENT_DATA, not to OK", "nobody is told that it is over"),
}


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms on events that are not OK after them."""
    for alarm in given.metric:
        metric = formulas.plain(alarm)
        facts = published.metric(metric.namespace, metric.name) if metric is not None else None
        if metric is None or facts is None or facts.when is not When.EVENTS or not alarm.upward:
            continue
        after = behaviour.silent(alarm, "ALARM")
        if after not in SAYS or (alarm.treatment == "breaching" and after == "ALARM"):
            continue
        problem, consequence = SAYS[after]
        yield Finding(
            alarm=alarm,
            key="TreatMissingData",
            problem=f"{alarm.treatment}: {metric.text} has no data after the event, so {problem}",
            consequence=consequence,
            fix="write notBreaching",
            severity="info" if metric.namespace == DYNAMODB and alarm.treatment == "ignore" else None,
        )
