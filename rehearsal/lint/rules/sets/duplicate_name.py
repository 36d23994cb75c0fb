"""Two alarms have the same name.

A name is an alarm's identity in an account and region: the second one replaces the first, so one of the two
does not exist. (A file with the alarms of several regions may repeat names; their ARNs tell them apart.)

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html),
`AlarmName`: "must be unique within the Region".
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet, AnyAlarm, known
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms whose name, region and account are another one's."""
    seen: dict[tuple[str, str | None, str | None], AnyAlarm] = {}
    for alarm in given.alarms:
        name = alarm.entry.get("AlarmName")
        if name is None or not known(str(name) if not isinstance(name, str) else name):
            continue
        first = seen.setdefault((alarm.name, alarm.region, alarm.account), alarm)
        if first is not alarm and first.entry != alarm.entry:
            yield Finding(
                alarm=alarm,
                key="AlarmName",
                problem="another alarm of this file has the same name",
                consequence="the one that is deployed last replaces the other",
                fix="give each alarm a name of its own",
            )
