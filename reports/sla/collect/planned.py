"""Maintenance announced by config: the mute rules that are deployed for it, dated by CloudWatch's own clock.

A window is announced when its rule was last changed. One that comes again and again is announced anew every
day for the day after, as long as its rule stands. One that mutes some pages only is no maintenance of the
service: it stays in the count.
"""

import logging
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from botocore.exceptions import ClientError

from monitoring.notify import maintenance
from monitoring.stacks import monitor_prefix
from monitoring.watched import Watched

ONE_DAY = timedelta(days=1)
log = logging.getLogger(__name__)
Row = dict[str, Any]


def planned(client: Any, watched: Watched, day: date) -> list[Row]:
    """What was announced on the day; `client` is the CloudWatch client of the monitor account.

    Raises botocore's errors. A rule that is not there announces nothing; it is logged, and the work counts.
    """
    found: dict[tuple[datetime, datetime, datetime], Row] = {}
    for work in watched.maintenance:
        if work.alarms:
            continue
        name = f"{monitor_prefix(watched.name)}{maintenance.INFIX}{work.name}"
        try:
            rule = client.get_alarm_mute_rule(AlarmMuteRuleName=name)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in (
                "ResourceNotFound",
                "ResourceNotFoundException",
            ):
                raise
            log.warning("there is no mute rule %s: it announces nothing", name)
            continue
        for row in _of_rule(rule, day):
            found.setdefault((row["announced_at"], row["begins_at"], row["ends_at"]), row)
    return list(found.values())


def _of_rule(rule: Row, day: date) -> list[Row]:
    midnight = datetime.combine(day, time(), UTC)
    tomorrow, after = midnight + ONE_DAY, midnight + 2 * ONE_DAY
    changed = rule["LastUpdatedTimestamp"].astimezone(UTC)
    schedule = maintenance.schedule(rule)
    if changed >= tomorrow:
        return []  # at the end of the day it was another rule, or none
    if schedule.at is not None:
        begins = schedule.beginnings(changed, changed + maintenance.FAR) if changed >= midnight else []
    else:
        first = changed if changed >= midnight else tomorrow
        begins = [begin for begin in schedule.beginnings(first, after) if begin < after]
    return [
        {
            "announced_at": max(changed, midnight),
            "begins_at": begin,
            "ends_at": begin + schedule.duration,
            "notice": rule.get("Description", ""),
        }
        for begin in begins
    ]
