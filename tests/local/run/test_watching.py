"""What the deployed monitoring says at the end of a run: states written back, dashboards, raw datapoints."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from local.emulator import MONITOR_ACCOUNT, Emulator
from local.run import watching
from local.run.watching import Alarm

ACCOUNT = "444444444444"  # of this module alone
NAMESPACE = "Watching"


@pytest.fixture(scope="module")
def cloudwatch(emulator: Emulator) -> Any:
    return emulator.client("cloudwatch", ACCOUNT)


@pytest.fixture(scope="module")
def topic(emulator: Emulator) -> Iterator[tuple[str, str]]:
    """An SNS topic, and the SQS queue that hears what is sent to it."""
    sns, sqs = emulator.client("sns", ACCOUNT), emulator.client("sqs", ACCOUNT)
    url = sqs.create_queue(QueueName="pages")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    arn = sns.create_topic(Name="critical")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
    yield arn, url
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture(scope="module")
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


def fail(emulator: Emulator, count: int) -> list[dict[str, Any]]:
    """Publish failures of the minute that is evaluated; every datapoint of the account."""
    datum = {"MetricName": "Failures", "Value": float(count), "Timestamp": time.time() - 30}
    emulator.client("cloudwatch", ACCOUNT).put_metric_data(Namespace=NAMESPACE, MetricData=[datum])
    return watching.samples(emulator, [ACCOUNT])


def test_states_are_the_rehearsals_and_are_written_back_so_that_actions_are_taken(
    emulator: Emulator, cloudwatch: Any, alarms: str
) -> None:
    points = fail(emulator, 9)
    found = watching.evaluate(emulator, [ACCOUNT], points, datetime.now(UTC))
    expected = (
        ("far-too-many", "metric", "OK"),
        ("page", "composite", "ALARM"),
        ("too-many", "metric", "ALARM"),
    )
    assert tuple((alarm.name, alarm.kind, alarm.state) for alarm in found) == expected
    assert found[0] == Alarm(
        name="far-too-many",
        account=ACCOUNT,
        kind="metric",
        state="OK",
        description="far-too-many, for customers.",
    )
    described = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    entries = [*described["MetricAlarms"], *described["CompositeAlarms"]]
    assert {entry["AlarmName"]: entry["StateValue"] for entry in entries} == {
        alarm.name: alarm.state for alarm in found
    }
    assert {entry["StateReason"] for entry in entries} == {"Evaluated by the rehearsal."}
    heard = emulator.client("sqs", ACCOUNT).receive_message(QueueUrl=alarms, WaitTimeSeconds=5)["Messages"]
    (page,) = (json.loads(json.loads(message["Body"])["Message"]) for message in heard)
    assert (page["AlarmName"], page["NewStateValue"]) == ("page", "ALARM")


def test_a_state_that_has_not_changed_is_not_written_again(emulator: Emulator, alarms: str) -> None:
    points = fail(emulator, 9)
    watching.evaluate(emulator, [ACCOUNT], points, datetime.now(UTC))
    sqs = emulator.client("sqs", ACCOUNT)
    while messages := sqs.receive_message(QueueUrl=alarms).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=alarms, ReceiptHandle=message["ReceiptHandle"])
    watching.evaluate(emulator, [ACCOUNT], points, datetime.now(UTC))
    assert sqs.receive_message(QueueUrl=alarms).get("Messages", []) == []


def test_datapoints_carry_the_account_they_are_in(emulator: Emulator) -> None:
    points = fail(emulator, 1)
    own = [point for point in points if point["namespace"] == NAMESPACE]
    assert own
    assert {point["account"] for point in own} == {ACCOUNT}
    assert [p for p in watching.samples(emulator, [MONITOR_ACCOUNT]) if p["namespace"] == NAMESPACE] == []


def test_dashboards_are_read_as_they_were_put(emulator: Emulator, cloudwatch: Any) -> None:
    body = {"widgets": [{"type": "text", "properties": {"markdown": "# Both"}}]}
    cloudwatch.put_dashboard(DashboardName="both", DashboardBody=json.dumps(body))
    (found,) = watching.dashboards(emulator, [ACCOUNT])
    assert (found.account, found.name, found.body) == (ACCOUNT, "both", body)


def test_an_account_without_alarms_and_dashboards_has_none(emulator: Emulator) -> None:
    empty = "555555555555"
    assert watching.evaluate(emulator, [empty], [], datetime.now(UTC)) == ()
    assert watching.dashboards(emulator, [empty]) == ()
