"""What the deployed monitoring says at the end of a run: alarm states, dashboards, traces.

Everything is taken from the accounts as deployed: the alarms' definitions and the dashboards' bodies from
CloudWatch, the raw datapoints and trace segments that the run left there. The states are those of the
rehearsal, CloudWatch's evaluation offline, and are written back, so that actions and suppressors go their
real way.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import rehearsal
from monitoring.spec import CompositeAlarm, Level, MetricAlarm, State
from rehearsal import Timeline
from rehearsal.cloudwatch import mute
from rehearsal.cloudwatch.actions import WAIT
from rehearsal.cloudwatch.mute import MuteRule
from rehearsal.cloudwatch.rules import alarm_name
from rehearsal.sources import files


class Watchable(Protocol):
    """Accounts with their raw telemetry; `local.emulator.Emulator` is one."""

    def client(self, service: str, account: str) -> Any:
        """A boto3 client of `service` in `account`."""

    def datapoints(self, account: str, *, merge: bool = False) -> list[dict[str, Any]]:
        """Every raw datapoint of the account; with `merge` equal ones of a second are one."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """A deployed alarm, its state, and when it was in ALARM: epoch seconds, an open end is None."""

    name: str
    account: str
    kind: Literal["metric", "composite"]
    state: State
    description: str
    went_off: tuple[tuple[float, float | None], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A notification of an alarm: `at` epoch seconds, through which `topic`, `to` its subscribers.

    `level` is the topic's. `muted_by` names what kept it from being sent. A `pending` one is sent `at`,
    after the end, if its alarm still stands then.
    """

    at: float
    alarm: str
    account: str
    level: Level
    topic: str
    to: tuple[str, ...]
    muted_by: str | None = None
    pending: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Dashboard:
    """A deployed dashboard: the account it is in, its name and its body as `PutDashboard` took it."""

    account: str
    name: str
    body: Mapping[str, Any]


def samples(accounts: Watchable, watched: Sequence[str]) -> list[dict[str, Any]]:
    """The datapoints of all the accounts, equal ones of a second as one, each with its `account`."""
    return [
        {**point, "account": account}
        for account in watched
        for point in accounts.datapoints(account, merge=True)
    ]


def evaluate(
    accounts: Watchable, watched: Sequence[str], points: Sequence[Mapping[str, Any]], now: datetime
) -> tuple[tuple[Alarm, ...], tuple[Page, ...]]:
    """Evaluate every deployed alarm minute by minute until `now` and write the last states back.

    Returns the alarms by account and name, and the pages that they led to, sent or muted, in time.
    """
    found: list[Alarm] = []
    paged: list[Page] = []
    for account in watched:
        client = accounts.client("cloudwatch", account)
        pages = list(
            client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        )
        alarms = files.described(pages, account)
        line = rehearsal.until(alarms, points, now, home=account)
        entries = {
            entry["AlarmName"]: entry
            for page in pages
            for entry in [*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ())]
        }
        topics = {name: tuple(entry.get("AlarmActions", ())) for name, entry in entries.items()}
        decided = rehearsal.pages(alarms, line, mute_rules(client))
        decided += _waiting(alarms, line, decided)
        paged += _pages(accounts, account, decided, line, topics)
        for alarm in alarms:
            state = line.state(alarm.name, line.minutes - 1)
            if state != entries[alarm.name]["StateValue"]:
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
                    went_off=_in_alarm(line, alarm.name),
                )
            )
    by_name = sorted(found, key=lambda alarm: (alarm.account, alarm.name))
    return tuple(by_name), tuple(sorted(paged, key=lambda page: (page.at, page.account, page.alarm)))


def mute_rules(client: Any) -> list[MuteRule]:
    """The account's alarm mute rules; `client` is its CloudWatch client."""
    pages = client.get_paginator("list_alarm_mute_rules").paginate()
    names = [
        rule["AlarmMuteRuleArn"].rpartition(":")[2]
        for page in pages
        for rule in page["AlarmMuteRuleSummaries"]
    ]
    return [mute.of_entry(client.get_alarm_mute_rule(AlarmMuteRuleName=name)) for name in names]


def _in_alarm(line: Timeline, name: str) -> tuple[tuple[float, float | None], ...]:
    """When the alarm was in ALARM, from and to."""
    changes = [(line.time(minute).timestamp(), state) for minute, state in line.changes(name)]
    ends = [*(at for at, _ in changes[1:]), None]
    return tuple((at, end) for (at, state), end in zip(changes, ends, strict=True) if state == "ALARM")


def _pages(
    accounts: Watchable,
    account: str,
    pages: Sequence[rehearsal.Page],
    line: Timeline,
    topics: Mapping[str, Sequence[str]],
) -> Iterator[Page]:
    """The pages of the account, one for each topic that the alarm notifies."""
    sns = accounts.client("sns", account)
    subscribers: dict[str, tuple[str, ...]] = {}
    for page in pages:
        for topic in topics[page.alarm]:
            if topic not in subscribers:
                listed = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
                found = [each["Endpoint"] for one in listed for each in one["Subscriptions"]]
                subscribers[topic] = tuple(found)
            name = topic.rpartition(":")[2]
            muted = page.muted_by
            yield Page(
                at=line.time(page.entered if muted else page.minute).timestamp(),
                alarm=page.alarm,
                account=account,
                level="warn" if name.endswith("-warn") else "critical",
                topic=name,
                to=subscribers[topic],
                muted_by="its own wait" if muted == WAIT else muted and alarm_name(muted),
                pending=page.minute >= line.minutes,
            )


def _waiting(
    alarms: Sequence[MetricAlarm | CompositeAlarm], line: Timeline, decided: Sequence[rehearsal.Page]
) -> Iterator[rehearsal.Page]:
    """The pages that still wait for their suppressor when the run ends, with the minute they are due."""
    known = {(page.alarm, page.entered) for page in decided}
    for alarm in alarms:
        if not isinstance(alarm, CompositeAlarm) or alarm.level is None or alarm.suppressor is None:
            continue
        entered, state = line.changes(alarm.name)[-1]
        if state == "ALARM" and (alarm.name, entered) not in known:
            due = max(entered + -(-alarm.wait_s // 60), line.minutes)
            yield rehearsal.Page(
                alarm=alarm.name, key=alarm.key, level=alarm.level, entered=entered, minute=due
            )


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


def fully_traced(accounts: Watchable, account: str) -> bool:
    """Whether the account's own sampling rules let every request be traced."""
    records = accounts.client("xray", account).get_sampling_rules()["SamplingRuleRecords"]
    rates = [
        one["SamplingRule"]["FixedRate"] for one in records if one["SamplingRule"]["RuleName"] != "Default"
    ]
    return bool(rates) and min(rates) >= 1
