"""The window, period times evaluation periods, is longer than CloudWatch looks back.

At most a day where the period is under an hour, at most seven days otherwise.

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html),
`EvaluationPeriods`.
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
HOUR, DAY, WEEK = 3600, 86_400, 604_800


def check(given: AlarmSet) -> Iterator[Finding]:
    """Windows over the limit."""
    for alarm in given.metric:
        if not alarm.period_s or not alarm.periods:
            continue
        most = DAY if alarm.period_s < HOUR else WEEK
        if alarm.period_s * alarm.periods > most:
            longest = f"{most // alarm.period_s} periods of {alarm.period_s} s"
            yield Finding(
                alarm=alarm,
                key="EvaluationPeriods",
                problem=f"{alarm.periods} x {alarm.period_s} s are {alarm.period_s * alarm.periods} s",
                consequence=f"CloudWatch refuses windows over {most} s at this period",
                fix=f"use at most {longest}, or a longer period",
            )
