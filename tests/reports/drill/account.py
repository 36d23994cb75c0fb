"""An account whose SNS and CloudWatch answer as AWS documents, with faults to choose and a clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from reports.drill.drill import Drill
from reports.drill.topic import Topic

ACCOUNT, REGION = "111111111111", "eu-central-1"
BEGIN = datetime(2026, 11, 27, 17, 8, 20, tzinfo=UTC)
REFUSED = (
    'Failed to execute action {arn}. Received error: "Resource: x is not authorized to perform: SNS:Publish"'
)


def arn(level: str) -> str:
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:svc-prod-{level}"


def subscription(protocol: str, endpoint: str, *, confirmed: bool = True) -> dict[str, str]:
    return {
        "SubscriptionArn": f"{arn('x')}:1" if confirmed else "PendingConfirmation",
        "Protocol": protocol,
        "Endpoint": endpoint,
    }


MAIL = subscription("email", "oncall@example.com")


@dataclass
class Account:
    """A session and both its clients. `acts` False leaves CloudWatch idle, `refuses` makes it fail;
    `counted_after` is how long SNS takes to count, and `gives_up` what it then could not deliver.
    """

    subscriptions: dict[str, list[dict[str, str]]] = field(
        default_factory=lambda: {"warn": [MAIL], "critical": [MAIL]}
    )
    state: dict[str, str] = field(default_factory=lambda: {"warn": "OK", "critical": "OK"})
    alarms: dict[str, Any] = field(default_factory=dict)
    acts: bool = True
    refuses: bool = False
    counted_after: timedelta = timedelta(minutes=4)
    ran_after: timedelta = timedelta(minutes=4)
    gives_up: int = 0
    fails_to_set: tuple[str, str] | None = None
    muting: tuple[str, ...] = ()  # names of active mute rules
    interrupts: bool = False
    now: datetime = BEGIN
    changes: list[tuple[str, str]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    asked_from: set[datetime] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def client(self, _service: str) -> "Account":
        return self

    def sleep(self, seconds: float) -> None:
        if self.interrupts:
            raise KeyboardInterrupt
        self.now += timedelta(seconds=seconds)

    def drill(self, levels: Sequence[Any] = ("warn", "critical")) -> Drill:
        return Drill(
            topics=[Topic(arn=arn(level), level=level, session=self) for level in levels],
            now=lambda: self.now,
            sleep=self.sleep,
            say=self.said.append,
        )

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(self, operation)

    def list_subscriptions_by_topic(self, TopicArn: str) -> list[dict[str, Any]]:  # noqa: N803  # boto3's
        level = TopicArn.rpartition("-")[2]
        return [{"Subscriptions": [each]} for each in self.subscriptions[level]]  # a page each

    def list_alarm_mute_rules(self, Statuses: Sequence[str]) -> list[dict[str, Any]]:  # noqa: N803  # boto3's
        assert Statuses == ["ACTIVE"]
        place = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm-mute-rule"
        return [{"AlarmMuteRuleSummaries": [{"AlarmMuteRuleArn": f"{place}:{each}"}]} for each in self.muting]

    def describe_alarm_history(self, AlarmName: str, ScanBy: str) -> list[dict[str, Any]]:  # noqa: N803
        assert ScanBy == "TimestampDescending"
        items = [item for item in reversed(self.history) if item["AlarmName"] == AlarmName]
        return [{"AlarmHistoryItems": items[:1]}, {"AlarmHistoryItems": items[1:]}]

    def describe_alarms(self, AlarmNames: Sequence[str]) -> dict[str, Any]:  # noqa: N803  # boto3's
        (name,) = AlarmNames
        level = name.removesuffix("-drill").rpartition("-")[2]
        actions = {"AlarmActions": [arn(level)], "OKActions": [arn(level)]}
        alarm = {"StateValue": self.state[level], **actions, **(self.alarms.get(level) or {})}
        return {"MetricAlarms": [] if self.alarms.get(level, {}) is None else [alarm]}

    def set_alarm_state(self, AlarmName: str, StateValue: str, StateReason: str) -> None:  # noqa: N803
        level = AlarmName.removesuffix("-drill").rpartition("-")[2]
        if self.fails_to_set == (level, StateValue):
            raise RuntimeError("set_alarm_state")
        self.changes.append((level, StateValue))
        if StateValue == self.state[level]:
            return
        self.state[level] = StateValue
        self._add(AlarmName, "StateUpdate", "Alarm updated", StateReason)
        if self.acts:
            words = REFUSED if self.refuses else "Successfully executed action {arn}"
            self._add(AlarmName, "Action", words.format(arn=arn(level)), "{}")

    def get_metric_statistics(self, MetricName: str, StartTime: datetime, **asked: Any) -> dict[str, Any]:  # noqa: N803
        self.asked_from.add(StartTime)
        kind, key = ("SNS", "TopicName") if MetricName.startswith("Number") else ("Lambda", "FunctionName")
        assert [asked["Namespace"], *(each["Name"] for each in asked["Dimensions"])] == [f"AWS/{kind}", key]
        assert asked["EndTime"] == self.now + timedelta(minutes=1)
        assert (asked["Period"], asked["Statistics"]) == (60, ["Sum"])
        done = [item for item in self.history if item["HistorySummary"].startswith("Successfully")]
        counted = self.now - BEGIN >= self.counted_after
        (dimension,) = asked["Dimensions"]
        level = dimension["Value"].rpartition("-")[2]
        published = sum(arn(level) in item["HistorySummary"] for item in done)
        sums = {
            "NumberOfNotificationsDelivered": 5
            + counted * published * len(self.subscriptions.get(level, ())),
            "NumberOfNotificationsFailed": 7 + counted * self.gives_up,
            "Invocations": 3 + (self.now - BEGIN >= self.ran_after) * 2,
            "Errors": 1,
        }
        return {"Datapoints": [{"Sum": float(sums[MetricName])}]}

    def _add(self, alarm: str, kind: str, summary: str, data: str) -> None:
        item = {"AlarmName": alarm, "HistoryItemType": kind, "HistorySummary": summary, "HistoryData": data}
        self.history.append(item)


@dataclass(frozen=True)
class Pages:
    """A paginator."""

    account: Account
    operation: str

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        yield from getattr(self.account, self.operation)(**asked)
