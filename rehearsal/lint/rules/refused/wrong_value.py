"""A value of the alarm is none that CloudWatch takes.

`PutMetricAlarm` and `PutCompositeAlarm` check every value: a statistic, comparison or treatment of missing
data by another name or in another case, a period that is neither 10, 20, 30 nor a multiple of 60 seconds,
more datapoints to alarm than evaluation periods, a threshold that is no number.

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """What reading the alarm for its evaluation found."""
    for alarm in given.alarms:
        for problem in alarm.problems:
            place, _, valid = problem.removeprefix(f"{alarm.name}").lstrip(":, ").partition("; valid: ")
            key, _, value = place.partition(": ")
            yield Finding(
                alarm=alarm,
                key=key,
                problem=f"{value or place} is no valid value",
                consequence="CloudWatch refuses the alarm",
                fix=f"valid: {valid}",
            )
    for problem in given.problems:
        yield Finding(
            alarm=None,
            key="",
            problem=problem,
            consequence="CloudWatch refuses the mute rule",
            fix="write a valid value",
        )
