"""Chat channels and PagerDuty: a function of its own for each, whose address nobody reads but it."""

import hashlib
import json

import pytest

from handlers.forwarder.settings import ENVIRONMENT
from tests.components.harness import Made, Run, policy_documents, run_stack, unwrap
from tests.components.test_stacks import environment, plain_texts

TOKEN = "T0ken"
SLACK = {"protocol": "slack", "endpoint": f"https://hooks.slack.com/services/T0/B0/{TOKEN}"}
KEY = "r0ut1ngk3y" + "0" * 22
PAGER = {"protocol": "pagerduty-eu", "endpoint": KEY}


def named(subscription: dict[str, str]) -> str:
    digest = hashlib.sha256(subscription["endpoint"].encode()).hexdigest()[:8]
    return f"{subscription['protocol']}-{digest}"


SLACK_FUNCTION = f"inference-dev-{named(SLACK)}"
HOME = "eu-central-1:111111111111"
TOPICS = {level: f"arn:aws:topic:{HOME}:inference-dev-{level}" for level in ("warn", "critical")}


@pytest.fixture(scope="module")
def run() -> Run:
    return run_stack("dev", {"notifications": {"warn": [SLACK], "critical": [SLACK, PAGER]}})


def function(run: Run, name: str) -> Made:
    (made,) = (made for made in run.of("Function").values() if made.inputs["name"] == name)
    return made


def test_each_address_has_one_function_however_many_topics_it_hears(run: Run) -> None:
    forwarders = {
        made.inputs["name"]
        for made in run.of("Function").values()
        if made.inputs["handler"] == "handlers.forwarder.app.handler"
    }
    assert forwarders == {SLACK_FUNCTION, f"inference-dev-{named(PAGER)}"}
    subscribed = {
        (unwrap(made.inputs["topic"]), made.inputs["protocol"], unwrap(made.inputs["endpoint"]))
        for made in run.of("TopicSubscription").values()
    }
    live = f"arn:aws:alias:{HOME}:live"
    assert subscribed == {(topic, "lambda", live) for topic in TOPICS.values()}
    assert len(run.of("TopicSubscription")) == 3


def test_only_the_topics_that_a_channel_hears_may_call_it_and_only_its_alias(run: Run) -> None:
    allowed = {
        (
            made.inputs["function"],
            made.inputs["qualifier"],
            made.inputs["principal"],
            made.inputs["sourceArn"],
        )
        for made in run.of("Permission").values()
        if made.inputs["principal"] == "sns.amazonaws.com"
    }
    assert allowed == {
        *((SLACK_FUNCTION, "live", "sns.amazonaws.com", topic) for topic in TOPICS.values()),
        (f"inference-dev-{named(PAGER)}", "live", "sns.amazonaws.com", TOPICS["critical"]),
    }


def test_the_address_is_in_a_secret_and_nowhere_else(run: Run) -> None:
    values = {
        made.inputs["secretId"]: json.loads(unwrap(made.inputs["secretString"]))
        for made in run.of("SecretVersion").values()
    }
    prefix = "inference-dev-notifications"
    assert values == {
        f"{prefix}-{named(SLACK)}-address-id": {"url": SLACK["endpoint"]},
        f"{prefix}-{named(PAGER)}-address-id": {
            "url": "https://events.eu.pagerduty.com/v2/enqueue",
            "routing_key": KEY,
        },
    }
    texts = [text for made in run.made for text in plain_texts(dict(made.inputs))]
    assert not [text for text in texts if TOKEN in text or KEY in text]
    assert set(environment(run, SLACK_FUNCTION)) == set(ENVIRONMENT)
    assert environment(run, SLACK_FUNCTION)["CHANNEL"] == "slack"
    assert environment(run, f"inference-dev-{named(PAGER)}")["CHANNEL"] == "pagerduty"


def test_a_channels_role_may_read_its_own_address_and_keep_what_was_not_taken(run: Run) -> None:
    statements = policy_documents(run)[f"inference-dev-notifications-{named(SLACK)}-policy"]["Statement"]
    key, queue = f"arn:aws:key:{HOME}:inference-dev-encryption-key-auto", "inference-dev-undelivered"
    assert statements[2:] == [
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": f"arn:aws:secret:{HOME}:{SLACK_FUNCTION}-address",
        },
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": f"arn:aws:queue:{HOME}:{queue}"},
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": key},
    ]


def test_what_a_channel_does_not_take_is_tried_again_and_then_kept(run: Run) -> None:
    queue = run.of("Queue")["inference-dev-notifications-undelivered"]
    assert queue.inputs["messageRetentionSeconds"] == 14 * 86_400
    assert queue.inputs["kmsMasterKeyId"].startswith("arn:aws:key:")
    (retries,) = (
        made.inputs
        for made in run.of("FunctionEventInvokeConfig").values()
        if made.inputs["functionName"] == SLACK_FUNCTION
    )
    assert retries["maximumRetryAttempts"] == 2
    assert retries["maximumEventAgeInSeconds"] == 3600
    assert retries["qualifier"] == "live"
    assert retries["destinationConfig"] == {"onFailure": {"destination": queue.outputs["arn"]}}
    assert function(run, SLACK_FUNCTION).inputs["timeout"] == 60


def test_whoever_is_paged_hears_that_something_was_not_delivered(run: Run) -> None:
    (alarm,) = (
        made.inputs
        for made in run.of("MetricAlarm").values()
        if made.inputs["name"] == "inference-dev-undelivered"
    )
    (query,) = alarm["metricQueries"]
    metric = query["metric"]
    assert (metric["namespace"], metric["metricName"], metric["stat"], metric["period"]) == (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        "Maximum",
        300,
    )
    assert metric["dimensions"] == {"QueueName": "inference-dev-undelivered"}
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("GreaterThanThreshold", 0)
    assert (alarm["evaluationPeriods"], alarm["datapointsToAlarm"]) == (1, 1)
    assert alarm["treatMissingData"] == "ignore"
    assert alarm["alarmActions"] == alarm["okActions"] == [TOPICS["critical"]]
    assert "messages of alarms wait in the queue inference-dev-undelivered" in alarm["alarmDescription"]


def test_the_channel_is_subscribed_when_it_may_be_called_and_has_its_address(run: Run) -> None:
    name = f"inference-dev-notifications-{named(SLACK)}"
    waits = run.waits_for[f"{name}-warn"] | run.waits_for[f"{name}-critical"]
    assert {f"{name}-warn", f"{name}-critical", f"{name}-address-value"} <= waits


def test_both_accounts_tell_the_same_channels_and_without_any_nothing_more_is_made(run: Run) -> None:
    monitor = run_stack("dev-monitor", stack_outputs=run.outputs)
    names = {made.inputs["name"] for made in monitor.of("Function").values()}
    assert {f"inference-dev-monitor-{named(SLACK)}", f"inference-dev-monitor-{named(PAGER)}"} < names
    plain = run_stack("dev", {"notifications": {"critical": [{"protocol": "sms", "endpoint": "+4912345"}]}})
    assert [made.name for made in plain.made if "undelivered" in made.name] == []
