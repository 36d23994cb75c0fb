"""An EC2 action on an alarm that does not watch one instance, or one that does not go with its metric.

Stop, terminate, reboot and recover act on the instance in the dimension `InstanceId`, so the alarm
watches one metric with exactly one of these: no expression, no composite. Recover goes with
`StatusCheckFailed_System` alone (the host is at fault, a new one helps); for `StatusCheckFailed_Instance`
the action is reboot.

Source: [Create alarms to stop, terminate, reboot, or recover an EC2
instance](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/UsingAlarmActions.html).
"""

from collections.abc import Iterator

from rehearsal.lint import arns
from rehearsal.lint.alarms import Alarm, AlarmSet, AnyAlarm
from rehearsal.lint.rule import Finding

SEVERITY = "error"
RECOVERS = ("StatusCheckFailed_System",)


def check(given: AlarmSet) -> Iterator[Finding]:
    """EC2 actions that cannot be taken."""
    for alarm in given.alarms:
        for key, actions in alarm.actions.items():
            for action in actions:
                verb = arns.of_instance(action)
                problem, fix = _wrong(alarm, verb) if verb is not None else (None, "")
                if problem is not None:
                    yield Finding(
                        alarm=alarm,
                        key=key,
                        problem=f"EC2 {verb} {problem}",
                        consequence="CloudWatch refuses the action, or no instance is acted on",
                        fix=fix,
                    )


def _wrong(alarm: AnyAlarm, verb: str) -> tuple[str | None, str]:
    if not isinstance(alarm, Alarm):
        return "on a composite", "put it on the metric alarm of the instance"
    metric = alarm.watched
    if metric is None or alarm.band_id:
        return "on an expression", "watch one metric of the instance"
    if "InstanceId" not in dict(metric.dimensions):
        return "without a dimension InstanceId", "add the instance's InstanceId"
    if verb == "recover" and metric.name.startswith("StatusCheckFailed") and metric.name not in RECOVERS:
        return f"on {metric.name}", "watch StatusCheckFailed_System, or reboot"
    if verb == "recover" and metric.name not in RECOVERS:
        return f"on {metric.text}", "watch StatusCheckFailed_System"
    return None, ""
