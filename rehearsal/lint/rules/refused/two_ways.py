"""The alarm says the same thing in two ways of which CloudWatch takes one.

Either one metric (`MetricName`, `Namespace`, `Statistic`, `Period`) or `Metrics`; either `Statistic` or
`ExtendedStatistic`; either a fixed `Threshold` or `ThresholdMetricId` (rule `band-and-threshold`).

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html):
"you can't specify" the one if you specify the other.
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
ALONE = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions")


def check(given: AlarmSet) -> Iterator[Finding]:
    """Pairs of keys of which only one may be there."""
    for alarm in given.metric:
        pairs = [("Statistic", "ExtendedStatistic")]
        pairs += [("Metrics", key) for key in ALONE]
        for one, other in pairs:
            if alarm.entry.get(one) and alarm.entry.get(other):
                yield Finding(
                    alarm=alarm,
                    key=other,
                    problem=f"is given beside {one}",
                    consequence="CloudWatch refuses the alarm",
                    fix=f"remove {one} or {other}",
                )
