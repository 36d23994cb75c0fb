"""The metrics of one alarm have different periods.

All metrics of an alarm share one period; CloudWatch refuses others.

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html)
and [metric math](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html).
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms with more than one period."""
    for alarm in given.metric:
        periods = sorted({metric.period_s for metric in alarm.metrics if metric.period_s})
        if len(periods) > 1:
            yield Finding(
                alarm=alarm,
                key="Metrics",
                problem=f"its metrics have periods of {', '.join(f'{period} s' for period in periods)}",
                consequence="CloudWatch refuses the alarm",
                fix=f"give all of them one period, such as {periods[-1]} s",
            )
