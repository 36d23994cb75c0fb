"""One topic in one account, as SNS and CloudWatch tell of it. Nothing is judged here.

What CloudWatch did is in the alarm's history, also why it could not publish. What SNS delivered are its
metrics (namespace AWS/SNS, by `TopicName`), counted every five minutes. Its delivery status logs would tell
more, but hold each subscriber's whole address, which is a secret.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from monitoring.notify import drill
from monitoring.notify.maintenance import INFIX
from monitoring.spec import Level, State

PENDING = "PendingConfirmation"  # instead of an ARN
TAKEN, REFUSED = re.compile(r"Successfully executed action (\S+)"), re.compile(r"Failed to execute action")
COUNTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """`shown` names it without its address; `function` is set where a function of ours forwards."""

    protocol: str
    shown: str
    confirmed: bool
    function: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Actions:
    """What CloudWatch did since the drill began: how often it published, and its words where it could not."""

    published: int = 0
    refused: tuple[str, ...] = ()

    @property
    def tried(self) -> int:
        """How often it acted."""
        return self.published + len(self.refused)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Messages that SNS delivered and gave up, and how often each forwarding function ran and failed."""

    delivered: int
    failed: int
    runs: Mapping[str, int]
    errors: Mapping[str, int]

    def since(self, before: "Counts") -> "Counts":
        """What was counted since `before`."""
        return Counts(
            delivered=self.delivered - before.delivered,
            failed=self.failed - before.failed,
            runs={name: number - before.runs[name] for name, number in self.runs.items()},
            errors={name: number - before.errors[name] for name, number in self.errors.items()},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """`session` is a boto3 session of its account and region."""

    arn: str
    level: Level
    session: Any

    @property
    def name(self) -> str:
        """The topic's name, which is unique in account and region."""
        return self.arn.rpartition(":")[2]

    @property
    def alarm(self) -> str:
        """The name of its drill alarm."""
        return drill.name(self.name)

    def subscribers(self) -> list[Subscriber]:
        """Everybody who is subscribed, confirmed or not."""
        pages = self.session.client("sns").get_paginator("list_subscriptions_by_topic")
        return [
            _subscriber(each) for page in pages.paginate(TopicArn=self.arn) for each in page["Subscriptions"]
        ]

    def drill_alarm(self) -> Mapping[str, Any] | None:
        """The drill alarm as CloudWatch describes it."""
        found = self._cloudwatch.describe_alarms(AlarmNames=[self.alarm])["MetricAlarms"]
        return found[0] if found else None

    def muting(self) -> list[str]:
        """The mute rules of planned work by which pages to this topic tell nobody now."""
        prefix = f"{self.name.removesuffix(f'-{self.level}')}{INFIX}"
        pages = self._cloudwatch.get_paginator("list_alarm_mute_rules").paginate(Statuses=["ACTIVE"])
        rules = [rule["AlarmMuteRuleArn"] for page in pages for rule in page["AlarmMuteRuleSummaries"]]
        names = (arn.rpartition(":")[2] for arn in rules)
        return [name for name in names if name.startswith(prefix)]

    def set_state(self, state: State, reason: str) -> None:
        """Put the drill alarm into a state."""
        self._cloudwatch.set_alarm_state(AlarmName=self.alarm, StateValue=state, StateReason=reason)

    def actions(self, reason: str) -> Actions:
        """What CloudWatch did since the drill alarm's state was first set for `reason`."""
        history = self._history()
        begun = [place for place, item in enumerate(history) if reason in item.get("HistoryData", "")]
        said = [item.get("HistorySummary", "") for item in history[: max(begun, default=0)]]
        return Actions(
            published=sum((taken := TAKEN.match(text)) is not None and taken[1] == self.arn for text in said),
            refused=tuple(text for text in said if REFUSED.match(text) and self.arn in text),
        )

    def counts(self, functions: Sequence[str], since: datetime, now: datetime) -> Counts:
        """What SNS and Lambda have counted in the five-minute intervals since then."""

        def total(namespace: str, metric: str, **dimensions: str) -> int:
            return self._sum(namespace, metric, dimensions, since, now)

        return Counts(
            delivered=total("AWS/SNS", "NumberOfNotificationsDelivered", TopicName=self.name),
            failed=total("AWS/SNS", "NumberOfNotificationsFailed", TopicName=self.name),
            runs={name: total("AWS/Lambda", "Invocations", FunctionName=name) for name in functions},
            errors={name: total("AWS/Lambda", "Errors", FunctionName=name) for name in functions},
        )

    @property
    def _cloudwatch(self) -> Any:
        return self.session.client("cloudwatch")

    def _history(self) -> list[Mapping[str, Any]]:
        """The drill alarm's history, the newest first; few set it off."""
        pages = self._cloudwatch.get_paginator("describe_alarm_history").paginate(
            AlarmName=self.alarm, ScanBy="TimestampDescending"
        )
        return [item for page in pages for item in page["AlarmHistoryItems"]]

    def _sum(
        self, namespace: str, metric: str, dimensions: Mapping[str, str], since: datetime, now: datetime
    ) -> int:
        points = self._cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=since - (since - datetime.min.replace(tzinfo=UTC)) % COUNTED_EVERY,
            EndTime=now + timedelta(minutes=1),  # it is exclusive, and maybe by whole minutes
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return int(sum(point["Sum"] for point in points))


def _subscriber(entry: Mapping[str, Any]) -> Subscriber:
    protocol, endpoint = entry["Protocol"], entry["Endpoint"]
    function = None
    if protocol in ("lambda", "sqs"):
        parts = endpoint.split(":")
        function = parts[6] if protocol == "lambda" else None
        shown = parts[6 if protocol == "lambda" else 5]
    elif protocol in ("http", "https"):
        shown = str(urlsplit(endpoint).hostname)
    else:  # mail and telephone
        user, at, domain = endpoint.partition("@")
        shown = f"{user[:1]}...@{domain}" if at else f"...{endpoint[-2:]}"
    return Subscriber(
        protocol=protocol, shown=shown, confirmed=entry["SubscriptionArn"] != PENDING, function=function
    )
