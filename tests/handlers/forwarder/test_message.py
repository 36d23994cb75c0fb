"""What an SNS record says."""

import pytest

from handlers.forwarder.message import read
from tests.handlers.forwarder.records import ACCOUNT, ARN, DASHBOARD, NAME, REGION, RUNBOOK, alarm, record

CONSOLE = f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}"


def test_an_alarm_says_what_it_means_for_customers_and_where_to_look() -> None:
    message = read(record(alarm()))
    assert message.title == (
        f"CRITICAL: {NAME}: The API is down: no request from outside was answered rightly."
    )
    assert message.text == "Nothing mutes it."
    assert message.links == (
        ("Runbook", RUNBOOK),
        ("Dashboard", DASHBOARD),
        ("Alarm", f"{CONSOLE}#alarmsV2:alarm/{NAME}"),
    )
    assert message.details == (
        ("Alarm", NAME),
        ("State", "OK -> ALARM"),
        ("Reason", "its rule is true"),
        ("Account", f"{ACCOUNT} {REGION}"),
    )
    assert (message.severity, message.resolved) == ("critical", False)
    assert (message.at, message.source) == ("2026-11-27T17:00:00.000+0000", f"{ACCOUNT} {REGION}")


@pytest.mark.parametrize(
    ("level", "state", "severity", "resolved", "word"),
    [
        ("critical", "ALARM", "critical", False, "CRITICAL"),
        ("warn", "ALARM", "warning", False, "WARNING"),
        ("critical", "OK", "critical", True, "RESOLVED"),
        ("warn", "OK", "warning", True, "RESOLVED"),
        ("critical", "INSUFFICIENT_DATA", "critical", False, "INSUFFICIENT_DATA"),
    ],
)
def test_the_topics_level_is_the_severity_and_ok_is_the_end(
    level: str, state: str, severity: str, resolved: bool, word: str
) -> None:
    message = read(record(alarm(state), level))
    assert (message.severity, message.resolved) == (severity, resolved)
    assert message.title.startswith(f"{word}: {NAME}: ")


def test_one_incident_has_one_key_whatever_its_state_and_text() -> None:
    begins = read(record(alarm(), "critical"))
    ends = read(record(alarm("OK", NewStateReason="it is false", AlarmDescription=None), "critical"))
    assert begins.key == ends.key == ARN
    assert read(record(alarm(AlarmName="other"))).key != ARN
    assert read(record(alarm(AWSAccountId="333333333333"))).key != ARN


def test_the_key_is_the_alarms_arn_also_where_the_message_lacks_it() -> None:
    message = alarm()
    del message["AlarmArn"]
    assert read(record(message)).key == ARN


@pytest.mark.parametrize("description", [None, ""])
def test_an_alarm_without_a_description_is_told_by_its_name(description: str | None) -> None:
    message = read(record(alarm(AlarmDescription=description)))
    assert (message.title, message.text) == (f"CRITICAL: {NAME}", "")
    assert [label for label, _ in message.links] == ["Alarm"]


def test_a_name_with_other_characters_is_quoted_in_the_console_link() -> None:
    (link,) = [href for label, href in read(record(alarm(AlarmName="a b/c#d"))).links if label == "Alarm"]
    assert link.endswith("alarm/a%20b%2Fc%23d")


@pytest.mark.parametrize("text", ["plain words", "[1, 2]", '{"AlarmName": "x"}', '"text"', "{"])
def test_anything_else_is_told_as_it_is_and_pages_nobody(text: str) -> None:
    message = read(record(text))
    assert (message.title, message.text, message.severity) == ("A subject", text, "info")
    assert message.key == "95df01b4-ee98-5cb9-9903-4c221d41eb5e"
    assert not message.resolved


def test_a_budget_is_told_by_aws_s_subject_and_text() -> None:
    text = (
        "AWS Budget Notification November 27, 2026\nAWS Account 222222222222\n\nDear AWS Customer,\n\n"
        "You requested that we alert you when the ACTUAL Cost associated with your inference-prod budget is"
        " greater than $264.00 for the current month.\n"
    )
    event = record(text, "warn")
    event["Sns"]["Subject"] = "AWS Budgets: inference-prod has exceeded your alert threshold"
    message = read(event)
    assert (message.title, message.text) == (event["Sns"]["Subject"], text)
    assert (message.severity, message.resolved, message.links) == ("info", False, ())


def test_a_text_without_a_subject_still_has_a_title() -> None:
    event = record("words")
    event["Sns"]["Subject"] = None
    assert read(event).title == "Message"
