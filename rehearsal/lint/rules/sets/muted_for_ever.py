"""A mute rule mutes alarms all the time, or none at all.

A rule whose duration is as long as the time to its next beginning never lets an action through; one that
only names alarms that are not there mutes nothing.

Source: [Alarm mute
rules](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules.html).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"
WATCHED = timedelta(days=42)  # six weeks tell a weekly rule from a lasting one


def check(given: AlarmSet) -> Iterator[Finding]:
    """Rules that are active in every minute of six weeks, and rules without an alarm."""
    start = datetime(2026, 3, 2, tzinfo=UTC)
    for rule in given.mutes:
        unknown = sorted(name for name in rule.targets if name not in given.by_name and "${" not in name)
        for name in unknown:
            yield Finding(
                alarm=None,
                key=f"mute rule {rule.name}, MuteTargets",
                problem=f"there is no alarm {name}",
                consequence="it mutes nothing",
                fix="name an alarm of this account and region",
            )
        if rule.schedule.at is None and rule.begins is None and rule.expires is None:
            active = rule.active(start, WATCHED // timedelta(minutes=1))
            for name in sorted(rule.targets & given.by_name.keys()) if active.all() else ():
                yield Finding(
                    alarm=given.by_name[name],
                    key=f"mute rule {rule.name}, Duration",
                    problem="it is active all the time",
                    consequence="nobody ever hears of the alarm",
                    fix="shorten its duration, or delete the alarm",
                )
