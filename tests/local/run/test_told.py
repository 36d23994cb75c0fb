"""An alarm's message reaches a chat channel and a pager through the accounts as deployed; drills say so."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

import config
from bench.stand_ins.loopback import Loopback, Request, reply
from components.notify.notifications import Notifications, NotificationsArgs
from components.shared.common import common
from local.deployer.deployment import run
from local.emulator import SERVICE_ACCOUNT, Emulator
from reports.drill.drill import Drill, Result
from reports.drill.topic import Topic
from settings.notifications import Notifications as Subscribers
from settings.notifications import Subscription
from tests.handlers.forwarder.documented import SCHEMAS
from tests.local.deployer.support import account

PREFIX = "told-dev"
KEY = "r0ut1ngk3y" + "0" * 22
SLACK = Subscription(protocol="slack", endpoint="https://hooks.slack.com/services/T0/B0/T0ken")
PAGER = Subscription(protocol="pagerduty", endpoint=KEY)


@dataclass(frozen=True, kw_only=True)
class Told:
    """The topics as deployed, and who listens."""

    emulator: Emulator
    slack: Loopback
    pager: Loopback

    def client(self, service: str) -> Any:
        return self.emulator.client(service, SERVICE_ACCOUNT)

    def topic(self, level: Any) -> Topic:
        arn = f"arn:aws:sns:{self.emulator.region}:{SERVICE_ACCOUNT}:{PREFIX}-{level}"
        return Topic(arn=arn, level=level, session=self)

    def total(self, namespace: str, metric: str, **dimensions: str) -> int:
        now = datetime.now(UTC)
        points = self.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return int(sum(point["Sum"] for point in points))

    def published(self, level: str) -> int:
        return self.total("AWS/SNS", "NumberOfMessagesPublished", TopicName=f"{PREFIX}-{level}")

    def functions(self) -> list[str]:
        return [one.function for one in self.topic("critical").subscribers() if one.function]

    def ran(self) -> int:
        return sum(self.total("AWS/Lambda", "Invocations", FunctionName=one) for one in self.functions())

    def errors(self) -> int:
        return sum(self.total("AWS/Lambda", "Errors", FunctionName=one) for one in self.functions())

    def failed(self) -> int:
        return self.total("AWS/SNS", "NumberOfNotificationsFailed", TopicName=f"{PREFIX}-warn")

    def drill(self, wait_s: float = 20) -> list[Result]:
        drill = Drill(
            topics=[self.topic(level) for level in ("warn", "critical")],
            now=lambda: datetime.now(UTC),
            sleep=lambda seconds: time.sleep(min(seconds, 0.1)),
            say=lambda _: None,
        )
        return drill.run(timedelta(seconds=wait_s))


@pytest.fixture(scope="module")
def told(emulator: Emulator) -> Iterator[Told]:
    settings = config.parse(config.read_stack("dev"))

    def program() -> None:
        opts = account()
        Notifications(
            PREFIX,
            NotificationsArgs(
                common=common(PREFIX, settings, PREFIX, opts),
                prefix=PREFIX,
                subscriptions=Subscribers(warn=(SLACK,), critical=(SLACK, PAGER)),
                set_in="dev",
            ),
            opts=opts,
        )

    run(program, emulator)
    secrets = emulator.client("secretsmanager", SERVICE_ACCOUNT)
    with Loopback([reply(200, b"ok")]) as slack, Loopback([reply(202, {"status": "success"})]) as pager:
        for secret in secrets.list_secrets()["SecretList"]:
            if secret["Name"].startswith(PREFIX):
                address = json.loads(secrets.get_secret_value(SecretId=secret["Name"])["SecretString"])
                there = pager if "routing_key" in address else slack
                address["url"] = f"{there.url}/T0ken"
                secrets.put_secret_value(SecretId=secret["Name"], SecretString=json.dumps(address))
        yield Told(emulator=emulator, slack=slack, pager=pager)


@pytest.fixture(autouse=True)
def nobody_was_told_yet(told: Told) -> Iterator[None]:
    yield
    # What was published has arrived before the next test begins.
    eventually(lambda: told.ran() == told.published("warn") + 2 * told.published("critical"))
    told.slack.requests.clear()
    told.pager.requests.clear()


def eventually(found: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not found():
        assert time.monotonic() < until
        time.sleep(0.05)


def told_of(server: Loopback, number: int) -> list[Request]:
    eventually(lambda: len(server.requests) >= number)
    return server.requests


def test_a_transition_pages_and_ok_resolves_by_the_same_key(told: Told) -> None:
    topic = told.topic("critical")
    topic.set_state("ALARM", "a test")
    (opened,) = told_of(told.pager, 1)
    topic.set_state("OK", "a test")
    closed = told_of(told.pager, 2)[1]
    for request in (opened, closed):
        jsonschema.validate(request.json(), SCHEMAS["pagerduty"])
        assert request.path == "/T0ken"
    assert (opened.json()["event_action"], closed.json()["event_action"]) == ("trigger", "resolve")
    assert opened.json()["routing_key"] == KEY
    assert opened.json()["payload"]["severity"] == "critical"
    assert "This is a drill" in opened.json()["payload"]["summary"]
    alarm = f"arn:aws:cloudwatch:{told.emulator.region}:{SERVICE_ACCOUNT}:alarm:{topic.alarm}"
    assert opened.json()["dedup_key"] == closed.json()["dedup_key"] == alarm


def test_a_channel_of_both_topics_hears_of_each_in_its_colour(told: Told) -> None:
    for level in ("warn", "critical"):
        told.topic(level).set_state("ALARM", "a test")
    bodies = [request.json() for request in told_of(told.slack, 2)]
    for body in bodies:
        jsonschema.validate(body, SCHEMAS["slack"])
    assert {body["attachments"][0]["color"] for body in bodies} == {"#f5a623", "#d92d20"}
    for level in ("warn", "critical"):
        told.topic(level).set_state("OK", "a test")
    told_of(told.slack, 4)


def test_a_drill_of_a_sound_pair_finds_nothing(told: Told) -> None:
    warn, critical = told.drill()
    assert (warn.faults, critical.faults, warn.doubts, critical.doubts) == ([], [], [], [])
    assert [subscriber.protocol for subscriber in critical.subscribers] == ["lambda", "lambda"]
    assert (warn.actions.published, warn.actions.refused) == (2, ())
    assert len(told_of(told.pager, 2)) == 2
    assert len(told_of(told.slack, 4)) == 4
    states = [told.topic(level).drill_alarm() for level in ("warn", "critical")]
    assert [state and state["StateValue"] for state in states] == ["OK", "OK"]


def test_an_alarm_that_an_earlier_drill_left_in_alarm_goes_off_again(told: Told) -> None:
    told.topic("warn").set_state("ALARM", "left")
    warn, _ = told.drill()
    assert warn.faults == []
    assert warn.actions.published == 2


@pytest.fixture
def policy(told: Told) -> Iterator[Callable[[str], None]]:
    """Sets the critical topic's policy, until the test is over."""
    sns, arn = told.client("sns"), told.topic("critical").arn
    before = sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]

    def put(text: str) -> None:
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text)

    yield put
    put(before)


@pytest.mark.parametrize("broken", ["another account's alarms", "nobody"])
def test_a_topic_that_cloudwatch_may_not_publish_to_is_found(
    told: Told, policy: Callable[[str], None], broken: str
) -> None:
    document = json.loads(
        told.client("sns").get_topic_attributes(TopicArn=told.topic("critical").arn)["Attributes"]["Policy"]
    )
    if broken == "nobody":
        document["Statement"] = []
    else:
        document["Statement"][0]["Condition"]["StringEquals"]["aws:SourceAccount"] = "333333333333"
    policy(json.dumps(document))
    warn, critical = told.drill()
    assert warn.faults == []
    (first,) = critical.faults
    assert first.startswith("CloudWatch could not publish to it: Failed to execute action")
    assert "is not authorized to perform: SNS:Publish" in first
    assert first.endswith("Check the topic's policy: run `pulumi up --refresh`.")
    assert told.pager.requests == []


def test_a_key_that_cloudwatch_may_not_use_is_found(told: Told) -> None:
    kms, arn = told.client("kms"), told.topic("warn").arn
    key = told.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["KmsMasterKeyId"]
    before = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    document = json.loads(before)
    document["Statement"] = [one for one in document["Statement"] if one["Sid"] != "AlarmNotifications"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(document))
    try:
        results = told.drill()
    finally:
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=before)
    for result in results:
        (fault,) = result.faults
        assert "does not have authorization to access the SNS topic encryption key" in fault
        assert "Check the key's policy" in fault


def test_a_channel_that_takes_nothing_is_named_with_its_log(told: Told) -> None:
    before = told.errors()
    told.pager.script = [reply(400)]
    try:
        _, critical = told.drill()
        eventually(lambda: told.errors() == before + 2)
    finally:
        told.pager.script = [reply(202)]
    (fault,) = critical.faults
    assert re.match(rf"{PREFIX}-pagerduty-\w+ failed [12] times to pass a message on; its log group", fault)


def test_who_did_not_confirm_and_what_nobody_answers_is_told(told: Told) -> None:
    sns, topic = told.client("sns"), told.topic("warn")
    with Loopback([reply(200)]) as silent:
        sns.subscribe(TopicArn=topic.arn, Protocol="http", Endpoint=f"{silent.url}/T0ken")
        (confirmation,) = told_of(silent, 1)
        warn, _ = told.drill()
        (fault,) = warn.faults
        assert fault.startswith("http 127.0.0.1 has not confirmed its subscription and hears nothing")
        made = sns.confirm_subscription(TopicArn=topic.arn, Token=confirmation.json()["Token"])
        silent.script, before = [reply(500)], told.failed()
        try:
            warn, _ = told.drill()
            eventually(lambda: told.failed() == before + 2)
        finally:
            sns.unsubscribe(SubscriptionArn=made["SubscriptionArn"])
    (fault,) = warn.faults
    assert re.match(r"SNS could not deliver [12] messages; look at each subscriber below\.", fault)


def test_no_address_is_in_a_log_of_the_functions(told: Told) -> None:
    told.topic("warn").set_state("ALARM", "a test")
    told.topic("warn").set_state("OK", "a test")
    told_of(told.slack, 2)
    logs = told.client("logs")
    groups = logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{PREFIX}")["logGroups"]
    assert len(groups) == 2
    for group in groups:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        assert not [event for event in events if "T0ken" in event["message"] or KEY in event["message"]]
    for function in told.client("lambda").list_functions()["Functions"]:
        assert "T0ken" not in json.dumps(function.get("Environment", {}))


def test_listing_sends_nothing(told: Told) -> None:
    drill = Drill(
        topics=[told.topic("critical")], now=lambda: datetime.now(UTC), sleep=time.sleep, say=lambda _: None
    )
    (result,) = drill.listed()
    assert (result.faults, result.doubts, len(result.subscribers)) == ([], [], 2)
    assert told.slack.requests == []
