"""The alarm asks for a unit that the metric is not published with.

`Unit` is a filter, not a conversion: with another unit than the published one CloudWatch finds no data at
all. AWS advises to leave it out.

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html),
`Unit`.
"""

from collections.abc import Iterator

from rehearsal.lint import behaviour, published
from rehearsal.lint.alarms import AlarmSet, known
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Units that the catalogue does not have for the metric."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            facts = published.metric(metric.namespace, metric.name)
            if metric.unit is None or facts is None or not facts.units or not known(metric.unit):
                continue
            if metric.unit not in facts.units:
                units = " or ".join(sorted(facts.units))
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}Unit",
                    problem=f"{metric.text} is published in {units}, not in {metric.unit}",
                    consequence=behaviour.watches_nothing(alarm),
                    fix="leave Unit out",
                )
