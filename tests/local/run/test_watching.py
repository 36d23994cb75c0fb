"""What the deployed monitoring says at the end of a run: states written back, dashboards, raw datapoints."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.emulator import MONITOR_ACCOUNT, Emulator
from local.run import watching
from local.run.watching import Alarm, Page

NAMESPACE = "Watching"
NOW = datetime(2026, 11, 2, 12, 0, 30, tzinfo=UTC)
_accounts = itertools.count(444_444_000_000)


@pytest.fixture
def account() -> str:
    """An account of the test's own: nothing there depends on which tests ran before."""
    return str(next(_accounts))


@pytest.fixture
def cloudwatch(emulator: Emulator, account: str) -> Any:
    return emulator.client("cloudwatch", account)


@pytest.fixture
def topic(emulator: Emulator, account: str) -> tuple[str, str]:
    """An SNS topic, and the SQS queue that hears what is sent to it."""
    sns, sqs = emulator.client("sns", account), emulator.client("sqs", account)
    url = sqs.create_queue(QueueName="pages")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    arn = sns.create_topic(Name="critical")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
    return arn, url


@pytest.fixture
def alarms(cloudwatch: Any, topic: tuple[str, str]) -> str:
    """A metric alarm that breaches, one that does not, and a composite that pages for the first.

    The value is the URL of the queue that hears its pages.
    """
    for name, threshold in (("too-many", 5), ("far-too-many", 50)):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            AlarmDescription=f"{name}, for customers.",
            Namespace=NAMESPACE,
            MetricName="Failures",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=threshold,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )
    cloudwatch.put_composite_alarm(
        AlarmName="page", AlarmRule='ALARM("too-many")', AlarmActions=[topic[0]], AlarmDescription="A page."
    )
    return topic[1]


def fail(emulator: Emulator, account: str, count: int, minutes_ago: int = 0) -> list[dict[str, Any]]:
    """Publish failures half a minute before the end of a minute; every datapoint of the account."""
    at = NOW - timedelta(minutes=minutes_ago, seconds=30)
    datum = {"MetricName": "Failures", "Value": float(count), "Timestamp": at}
    emulator.client("cloudwatch", account).put_metric_data(Namespace=NAMESPACE, MetricData=[datum])
    return watching.samples(emulator, [account])


def test_states_are_the_rehearsals_and_are_written_back_so_that_actions_are_taken(
    emulator: Emulator, account: str, cloudwatch: Any, alarms: str
) -> None:
    points = fail(emulator, account, 9)
    found, _ = watching.evaluate(emulator, [account], points, NOW)
    expected = (
        ("far-too-many", "metric", "OK"),
        ("page", "composite", "ALARM"),
        ("too-many", "metric", "ALARM"),
    )
    assert tuple((alarm.name, alarm.kind, alarm.state) for alarm in found) == expected
    assert found[0] == Alarm(
        name="far-too-many",
        account=account,
        kind="metric",
        state="OK",
        description="far-too-many, for customers.",
        went_off=(),
    )
    described = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    entries = [*described["MetricAlarms"], *described["CompositeAlarms"]]
    assert {entry["AlarmName"]: entry["StateValue"] for entry in entries} == {
        alarm.name: alarm.state for alarm in found
    }
    assert {entry["StateReason"] for entry in entries} == {"Evaluated by the rehearsal."}
    heard = emulator.client("sqs", account).receive_message(QueueUrl=alarms, WaitTimeSeconds=5)["Messages"]
    (page,) = (json.loads(json.loads(message["Body"])["Message"]) for message in heard)
    assert (page["AlarmName"], page["NewStateValue"]) == ("page", "ALARM")


def test_a_state_that_has_not_changed_is_not_written_again(
    emulator: Emulator, account: str, alarms: str
) -> None:
    points = fail(emulator, account, 9)
    for _ in range(2):
        watching.evaluate(emulator, [account], points, NOW)
    sqs = emulator.client("sqs", account)
    heard = sqs.receive_message(QueueUrl=alarms, MaxNumberOfMessages=10, WaitTimeSeconds=5)["Messages"]
    assert len(heard) == 1


@pytest.mark.usefixtures("alarms")
def test_the_paging_says_what_went_off_when_and_who_was_told(emulator: Emulator, account: str) -> None:
    fail(emulator, account, 9, minutes_ago=3)
    fail(emulator, account, 0, minutes_ago=2)
    points = fail(emulator, account, 9)
    found, pages = watching.evaluate(emulator, [account], points, NOW)
    now, before = NOW.timestamp(), NOW.timestamp() - 180
    assert {alarm.name: alarm.went_off for alarm in found} == {
        "far-too-many": (),
        "page": ((before, before + 60), (now, None)),
        "too-many": ((before, before + 60), (now, None)),
    }
    assert pages == tuple(
        Page(
            at=at,
            alarm="page",
            account=account,
            level="critical",
            topic="critical",
            to=(f"arn:aws:sqs:eu-central-1:{account}:pages",),
            muted_by=None,
        )
        for at in (before, now)
    )


@pytest.mark.usefixtures("alarms")
def test_a_muted_page_names_what_muted_it_and_a_topic_without_subscribers_reaches_nobody(
    emulator: Emulator, account: str, cloudwatch: Any
) -> None:
    topic = emulator.client("sns", account).create_topic(Name="service-warn")["TopicArn"]
    cloudwatch.put_composite_alarm(
        AlarmName="ticket",
        AlarmRule='ALARM("too-many")',
        AlarmActions=[topic],
        ActionsSuppressor="page",
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=60,
    )
    _, pages = watching.evaluate(emulator, [account], fail(emulator, account, 9), NOW)
    assert [(page.alarm, page.level, page.topic, page.to, page.muted_by) for page in pages] == [
        ("page", "critical", "critical", (f"arn:aws:sqs:eu-central-1:{account}:pages",), None),
        ("ticket", "warn", "service-warn", (), "page"),
    ]


@pytest.mark.usefixtures("alarms")
def test_a_page_whose_wait_outlasts_the_run_is_told_with_the_time_it_is_due(
    emulator: Emulator, account: str, cloudwatch: Any
) -> None:
    topic = emulator.client("sns", account).create_topic(Name="service-critical")["TopicArn"]
    for name, rule, wait_s in (
        ("over", "far-too-many", 120),
        ("stands", "too-many", 90),
        ("sent", "too-many", 0),
    ):
        cloudwatch.put_composite_alarm(
            AlarmName=name,
            AlarmRule=f'ALARM("{rule}")',
            AlarmActions=[topic],
            ActionsSuppressor="far-too-many",
            ActionsSuppressorWaitPeriod=wait_s,
            ActionsSuppressorExtensionPeriod=60,
        )
    _, pages = watching.evaluate(emulator, [account], fail(emulator, account, 9), NOW)
    now = NOW.timestamp()
    own = [page for page in pages if page.topic == "service-critical"]
    assert [(page.alarm, page.at, page.muted_by, page.pending) for page in own] == [
        ("sent", now, None, False),
        ("stands", now + 120, None, True),
    ]


@pytest.mark.parametrize(("rates", "full"), [((1.0,), True), ((1.0, 0.01), False), ((), False)])
def test_an_account_is_fully_traced_when_each_of_its_own_rules_takes_everything(
    emulator: Emulator, account: str, rates: tuple[float, ...], full: bool
) -> None:
    for number, rate in enumerate(rates):
        emulator.client("xray", account).create_sampling_rule(
            SamplingRule={
                "RuleName": f"rule-{number}",
                "Priority": 1 + number,
                "FixedRate": rate,
                "ReservoirSize": 1,
                "ServiceName": "*",
                "ServiceType": "*",
                "Host": "*",
                "HTTPMethod": "*",
                "URLPath": "*",
                "ResourceARN": "*",
                "Version": 1,
            }
        )
    assert watching.fully_traced(emulator, account) is full


def test_equal_datapoints_of_a_second_are_one_with_their_number_and_carry_their_account(
    emulator: Emulator, account: str
) -> None:
    fail(emulator, account, 1)
    fail(emulator, account, 2)
    points = fail(emulator, account, 1)
    own = [point for point in points if point["namespace"] == NAMESPACE]
    assert sorted((point["value"], point["count"], point["account"]) for point in own) == [
        (1.0, 2.0, account),
        (2.0, 1.0, account),
    ]
    assert [p for p in watching.samples(emulator, [MONITOR_ACCOUNT]) if p["namespace"] == NAMESPACE] == []


def test_dashboards_are_read_as_they_were_put(emulator: Emulator, account: str, cloudwatch: Any) -> None:
    body = {"widgets": [{"type": "text", "properties": {"markdown": "# Both"}}]}
    cloudwatch.put_dashboard(DashboardName="both", DashboardBody=json.dumps(body))
    (found,) = watching.dashboards(emulator, [account])
    assert (found.account, found.name, found.body) == (account, "both", body)


def test_an_account_without_alarms_and_dashboards_has_none(emulator: Emulator, account: str) -> None:
    assert watching.evaluate(emulator, [account], [], NOW) == ((), ())
    assert watching.dashboards(emulator, [account]) == ()
