"""What DescribeAlarmHistory says of a service's alarms: changes of state, and notifications sent."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from monitoring.notify import drill
from reports.sla.collect.minutes import midnight

STATE, ACTION = "StateUpdate", "Action"
SENT = re.compile(r"Successfully executed action (\S+)")  # the data beside it is cut at 4,095 characters
Row = dict[str, Any]


def read_transitions(client: Any, services: Collection[str], day: date) -> Iterator[Row]:
    """The rows of `transitions` of one account, for all services; `client` is its CloudWatch client.

    The history is kept for 30 days. Asked without a name it tells of every alarm; a service's begin with
    its name. A drill is no incident.
    """
    begin = midnight(day)
    for item_type in (STATE, ACTION):
        pages = client.get_paginator("describe_alarm_history").paginate(
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            HistoryItemType=item_type,
            StartDate=begin,
            EndDate=begin + timedelta(days=1),
            ScanBy="TimestampAscending",
        )
        for page in pages:
            for item in page["AlarmHistoryItems"]:
                at = item["Timestamp"].astimezone(UTC)
                name = item["AlarmName"]
                service = None if name.endswith(drill.SUFFIX) else whose(name, services)
                if service and at.date() == day:
                    yield from _rows(service, item, at)


def whose(alarm: str, services: Collection[str]) -> str | None:
    """The service that an alarm is of: of `shop` and `shop-eu`, `shop-eu-prod` is no alarm of the first."""
    return max((name for name in services if alarm.startswith(f"{name}-")), key=len, default=None)


def _rows(service: str, item: Mapping[str, Any], at: datetime) -> Iterator[Row]:
    row = {"service": service, "noted_at": at, "alarm": item["AlarmName"]}
    if item["HistoryItemType"] == STATE:
        data = _data(item)
        old, new = data.get("oldState") or {}, data.get("newState") or {}
        yield {
            **row,
            "kind": "state",
            "old_state": old.get("stateValue"),
            "new_state": new.get("stateValue"),
            "target": None,
            "reason": new.get("stateReason"),
        }
    elif sent := SENT.match(item.get("HistorySummary", "")):
        yield {
            **row,
            "kind": "page",
            "old_state": None,
            "new_state": None,
            "target": sent[1].rsplit(":", 1)[-1],
            "reason": None,
        }


def _data(item: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        data = json.loads(item.get("HistoryData") or "{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
