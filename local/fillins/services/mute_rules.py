"""Alarm mute rules: put, read, listed and deleted, and whether one mutes an alarm now.

When a rule ends, an alarm acts on what it muted and still holds; here that is the rehearsal's business, which
evaluates the alarms at the end of a run.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local.fillins.aws_api import arn
from local.fillins.store import Store
from rehearsal.cloudwatch import mute

Record = dict[str, Any]
_rules = Store()


def mutes(alarm_name: str) -> bool:
    """Whether a rule of the caller's account is active for the alarm."""
    now = datetime.now(UTC)
    return any(_active(record, now) for record in _rules.mine() if alarm_name in _targets(record))


def _put(params: Record) -> Record:
    mute.of_entry(params)  # it refuses what AWS would
    _rules.put(params["Name"], {**params, "LastUpdatedTimestamp": time.time()})
    return {}


def _get(params: Record) -> Record | None:
    found = _rules.get(params["AlarmMuteRuleName"])
    return found and {**found, **_summary(found)}


def _list(params: Record) -> Record:
    wanted = params.get("AlarmName")
    rules = [rule for rule in _rules.mine() if wanted is None or wanted in _targets(rule)]
    statuses = params.get("Statuses")
    summaries = [_summary(rule) for rule in rules]
    return {
        "AlarmMuteRuleSummaries": [
            summary for summary in summaries if not statuses or summary["Status"] in statuses
        ]
    }


def _delete(params: Record) -> Record:
    _rules.pop(params["AlarmMuteRuleName"])
    return {}


def _summary(record: Record) -> Record:
    once = record["Rule"]["Schedule"]["Expression"].startswith("at")
    return {
        "AlarmMuteRuleArn": arn("cloudwatch", f"alarm-mute-rule:{record['Name']}"),
        "Status": "ACTIVE" if _active(record, datetime.now(UTC)) else "SCHEDULED",
        "MuteType": "ONE_TIME" if once else "RECURRING",
        "LastUpdatedTimestamp": record["LastUpdatedTimestamp"],
    }


def _active(record: Record, now: datetime) -> bool:
    schedule = mute.of_entry(record).schedule
    return bool(schedule.beginnings(now - schedule.duration, now))


def _targets(record: Record) -> list[str]:
    names: list[str] = record.get("MuteTargets", {}).get("AlarmNames", [])
    return names


# None is an answer that there is no such rule.
OPERATIONS: dict[str, Callable[[Record], Record | None]] = {
    "PutAlarmMuteRule": _put,
    "GetAlarmMuteRule": _get,
    "ListAlarmMuteRules": _list,
    "DeleteAlarmMuteRule": _delete,
}
