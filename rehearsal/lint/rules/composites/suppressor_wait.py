"""A suppressor without wait and extension, or with a wait that is over before it can be in ALARM.

With `ActionsSuppressor` both periods are required. `ActionsSuppressorWaitPeriod` is how long the
composite waits for its suppressor to go off: at 0 the page goes out first whenever the composite is
quicker by a moment.

Source: [Composite alarm action
suppression](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-suppression.html),
[PutCompositeAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html).
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
PERIODS = ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")


def check(given: AlarmSet) -> Iterator[Finding]:
    """Periods that are missing, without a suppressor, or 0."""
    for alarm in given.composite:
        for key in PERIODS:
            value = alarm.entry.get(key)
            if alarm.suppressor is None and value not in (None, 0, "0"):
                yield Finding(
                    alarm=alarm,
                    key=key,
                    problem="is given without a suppressor",
                    consequence="it does nothing",
                    fix="name the ActionsSuppressor, or remove it",
                    severity="warning",
                )
            elif alarm.suppressor is not None and value is None:
                yield Finding(
                    alarm=alarm,
                    key=key,
                    problem="is missing beside ActionsSuppressor",
                    consequence="CloudWatch refuses the alarm",
                    fix="give its seconds, such as 120",
                )
        if alarm.suppressor is not None and str(alarm.entry.get(PERIODS[0])) in ("0", "0.0"):
            yield Finding(
                alarm=alarm,
                key=PERIODS[0],
                problem="0 s",
                consequence="it pages whenever its suppressor goes off a moment later",
                fix="wait as long as the suppressor may take, such as 120",
                severity="warning",
            )
