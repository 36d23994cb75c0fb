"""A scaling action on an alarm that cannot scale.

Composites and anomaly alarms do not take Auto Scaling actions.

Source: [Alarm
actions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html),
[PutCompositeAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html),
[anomaly
alarms](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html).
"""

from collections.abc import Iterator

from rehearsal.lint import arns
from rehearsal.lint.alarms import Alarm, AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Scaling policies of composites and anomaly alarms."""
    for alarm in given.alarms:
        if isinstance(alarm, Alarm) and not alarm.band_id:
            continue
        what = "an anomaly alarm" if isinstance(alarm, Alarm) else "a composite"
        for key, actions in alarm.actions.items():
            for action in actions:
                arn = arns.parse(action)
                if arn is not None and arn.service == "autoscaling":
                    yield Finding(
                        alarm=alarm,
                        key=key,
                        problem=f"a scaling policy on {what}",
                        consequence="CloudWatch refuses the action",
                        fix="put it on a metric alarm with a fixed threshold",
                    )
