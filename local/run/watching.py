"""What the deployed monitoring says at the end of a run: alarm states, dashboards, traces.

Everything is taken from the accounts as deployed: the alarms' definitions and the dashboards' bodies from
CloudWatch, the raw datapoints and trace segments that the run left there. The states are those of the
rehearsal, CloudWatch's evaluation offline, and are written back, so that actions and suppressors go their
real way.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import rehearsal
from monitoring.spec import MetricAlarm, State
from rehearsal.sources import files


class Watchable(Protocol):
    """Accounts with their raw telemetry; `local.emulator.Emulator` is one."""

    def client(self, service: str, account: str) -> Any:
        """A boto3 client of `service` in `account`."""

    def datapoints(self, account: str) -> list[dict[str, Any]]:
        """Every raw datapoint of the account."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """A deployed alarm and its state."""

    name: str
    account: str
    kind: Literal["metric", "composite"]
    state: State
    description: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Dashboard:
    """A deployed dashboard: the account it is in, its name and its body as `PutDashboard` took it."""

    account: str
    name: str
    body: Mapping[str, Any]


def samples(accounts: Watchable, watched: Sequence[str]) -> list[dict[str, Any]]:
    """The raw datapoints of all the accounts, each with its `account`."""
    return [{**point, "account": account} for account in watched for point in accounts.datapoints(account)]


def evaluate(
    accounts: Watchable, watched: Sequence[str], points: Sequence[Mapping[str, Any]], now: datetime
) -> tuple[Alarm, ...]:
    """Evaluate every deployed alarm at `now`, write the states back, and return them by account and name."""
    found: list[Alarm] = []
    for account in watched:
        client = accounts.client("cloudwatch", account)
        pages = list(
            client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        )
        alarms = files.described(pages, account)
        states = rehearsal.states(alarms, points, now, home=account)
        before = {
            entry["AlarmName"]: entry["StateValue"]
            for page in pages
            for entry in [*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ())]
        }
        for alarm in alarms:
            state = states[alarm.name]
            if state != before[alarm.name]:
                client.set_alarm_state(
                    AlarmName=alarm.name, StateValue=state, StateReason="Evaluated by the rehearsal."
                )
            found.append(
                Alarm(
                    name=alarm.name,
                    account=account,
                    kind="metric" if isinstance(alarm, MetricAlarm) else "composite",
                    state=state,
                    description=alarm.description,
                )
            )
    return tuple(sorted(found, key=lambda alarm: (alarm.account, alarm.name)))


def dashboards(accounts: Watchable, watched: Sequence[str]) -> tuple[Dashboard, ...]:
    """Every deployed dashboard, in the order of the accounts."""
    found: list[Dashboard] = []
    for account in watched:
        client = accounts.client("cloudwatch", account)
        for page in client.get_paginator("list_dashboards").paginate():
            for entry in page["DashboardEntries"]:
                body = client.get_dashboard(DashboardName=entry["DashboardName"])["DashboardBody"]
                found.append(Dashboard(account=account, name=entry["DashboardName"], body=json.loads(body)))
    return tuple(found)
