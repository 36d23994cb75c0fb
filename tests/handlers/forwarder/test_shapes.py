"""Each channel's message, against what the channel documents."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from handlers.forwarder.message import Message, read
from handlers.forwarder.shapes import SHAPES, pagerduty, slack, teams
from tests.handlers.forwarder.documented import SCHEMAS, TEAMS_BYTES
from tests.handlers.forwarder.records import ARN, DASHBOARD, NAME, RUNBOOK, alarm, composite, record

VALIDATORS = {channel: Draft202012Validator(schema) for channel, schema in SCHEMAS.items()}
TITLE = f"CRITICAL: {NAME}: The API is down: no request from outside was answered rightly."


def valid(channel: str, body: dict[str, Any]) -> None:
    VALIDATORS[channel].validate(body)


def size(body: dict[str, Any]) -> int:
    """Bytes as sent."""
    return len(json.dumps(body, ensure_ascii=False).encode())


@pytest.mark.parametrize("channel", SHAPES)
@pytest.mark.parametrize("state", ["ALARM", "OK", "INSUFFICIENT_DATA"])
@pytest.mark.parametrize("level", ["warn", "critical"])
def test_every_change_of_state_has_the_documented_shape(channel: str, state: str, level: str) -> None:
    valid(channel, SHAPES[channel](read(record(alarm(state), level))))


@pytest.mark.parametrize("channel", SHAPES)
def test_a_message_that_is_no_alarm_has_the_documented_shape(channel: str) -> None:
    valid(channel, SHAPES[channel](read(record("The promise was kept."))))


LONG = "😀" * 60_000
ODD = {
    "a composite alarm": composite(),
    "the longest of everything": alarm(AlarmName=LONG, AlarmDescription=LONG, NewStateReason=LONG),
    "control characters": alarm(AlarmDescription="\x01" * 9000, NewStateReason="\x01" * 9000),
    "a link that grows when it is escaped": alarm(AlarmDescription=f"A. Runbook: https://x/?{'&' * 900}"),
    "fields that are missing": {"AlarmName": "x", "NewStateValue": "ALARM"},
    "fields that are null": alarm(
        AlarmDescription=None, NewStateReason=None, StateChangeTime=None, OldStateValue=None
    ),
    "a state nobody knows": alarm("S" * 4000),
    "a budget": "AWS Budget Notification\nBudget Name: <prod>\nActual Amount: $101 > $100",
    "no text": "",
    "text as deep as a stack": "[" * 200_000,
}


@pytest.mark.parametrize("channel", SHAPES)
@pytest.mark.parametrize("message", ODD.values(), ids=ODD)
def test_whatever_is_odd_about_a_message_somebody_is_told(channel: str, message: object) -> None:
    body = SHAPES[channel](read(record(message)))
    valid(channel, body)
    assert channel != "teams" or size(body) < TEAMS_BYTES


# CloudWatch's limits: a name of 255, a description of 1,024 and a reason of 1,023 characters.
@settings(max_examples=40)
@given(
    st.text(min_size=1, max_size=255),
    st.text(alphabet=st.sampled_from("<>&|. aß😀"), max_size=1024),
    st.text(alphabet=st.sampled_from("<>&*_ a"), max_size=1023),
)
def test_whatever_an_alarm_says_the_shape_holds(name: str, description: str, reason: str) -> None:
    message = read(
        record(alarm(AlarmName=f"x{name}", AlarmDescription=f"M. {description}", NewStateReason=reason))
    )
    for channel, shape in SHAPES.items():
        valid(channel, shape(message))
    assert size(teams(message)) < TEAMS_BYTES


@pytest.mark.parametrize("text", ["<&>" * 80_000, "😀" * 60_000])
@pytest.mark.parametrize("channel", SHAPES)
def test_the_longest_message_that_sns_takes_still_fits(channel: str, text: str) -> None:
    body = SHAPES[channel](read(record(text)))
    valid(channel, body)
    assert channel != "teams" or size(body) < TEAMS_BYTES


def test_slack_shows_the_title_beside_the_severitys_colour_with_both_links() -> None:
    body = slack(read(record(alarm())))
    assert body["text"] == f"*{TITLE}*"
    (attachment,) = body["attachments"]
    section, context = attachment["blocks"]
    assert attachment["color"] == "#d92d20"
    assert section["text"]["text"].splitlines()[:2] == ["Nothing mutes it.", f"Alarm: {NAME}"]
    assert [element["text"] for element in context["elements"]] == [
        f"<{RUNBOOK}|Runbook>",
        f"<{DASHBOARD}|Dashboard>",
        f"<https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/{NAME}|Alarm>",
        "2026-11-27T17:00:00.000+0000",
    ]


def test_slack_colours_tell_warn_critical_and_resolved_apart() -> None:
    colors = {
        slack(read(record(alarm(state), level)))["attachments"][0]["color"]
        for state, level in (("ALARM", "warn"), ("ALARM", "critical"), ("OK", "critical"))
    }
    assert colors == {"#f5a623", "#d92d20", "#2eb67d"}


CALLS = "<!channel> <!subteam^S1|x> <@U1> @everyone @here #general & [co](https://x) *a* <at>Ann</at>"


def test_slack_calls_nobody_by_what_an_alarm_says() -> None:
    body = slack(read(record(alarm(AlarmDescription=CALLS, NewStateReason=CALLS))))
    said = CALLS.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert said in body["text"]
    assert "link_names" not in body
    assert "parse" not in body
    section = body["attachments"][0]["blocks"][0]["text"]
    assert f"Reason: {said}" in section["text"]
    assert section["verbatim"] is True  # or Slack would look for @here and #general


def test_teams_reads_no_markup_in_what_an_alarm_says_and_names_nobody() -> None:
    (attachment,) = teams(read(record(alarm(AlarmDescription=CALLS, NewStateReason=CALLS))))["attachments"]
    assert "msteams" not in attachment["content"]  # where a card's mentions are
    blocks = attachment["content"]["body"]
    assert {block["type"] for block in blocks} == {"RichTextBlock"}
    assert blocks[0]["inlines"][0]["text"].endswith(CALLS)
    assert blocks[4]["inlines"] == [
        {"type": "TextRun", "text": "Reason: ", "weight": "Bolder"},
        {"type": "TextRun", "text": CALLS},
    ]


def test_a_text_is_cut_where_slack_cuts_it_and_never_within_an_escape() -> None:
    body = slack(read(record("&" * 4000)))
    text = body["attachments"][0]["blocks"][0]["text"]["text"]
    assert text == "&amp;" * 599


def test_teams_shows_the_title_in_the_severitys_colour_with_links_as_buttons() -> None:
    (attachment,) = teams(read(record(alarm("OK"))))["attachments"]
    (title,), (text,), *details = (block["inlines"] for block in attachment["content"]["body"])
    assert title == {
        "type": "TextRun",
        "text": TITLE.replace("CRITICAL", "RESOLVED"),
        "weight": "Bolder",
        "size": "Medium",
        "color": "Good",
    }
    assert text["text"] == "Nothing mutes it."
    assert [label["text"] for label, _ in details] == ["Alarm: ", "State: ", "Reason: ", "Account: ", "At: "]
    actions = [(action["title"], action["url"]) for action in attachment["content"]["actions"]]
    assert actions[:2] == [("Runbook", RUNBOOK), ("Dashboard", DASHBOARD)]
    warn = teams(read(record(alarm(), "warn")))["attachments"][0]["content"]["body"][0]
    assert warn["inlines"][0]["color"] == "Warning"


def test_pagerduty_opens_an_incident_by_the_alarms_arn_and_ok_resolves_it() -> None:
    opened, closed = (pagerduty(read(record(alarm(state)))) for state in ("ALARM", "OK"))
    assert opened == {
        "event_action": "trigger",
        "dedup_key": ARN,
        "client": "inference-watch",
        "payload": {
            "summary": TITLE,
            "severity": "critical",
            "source": "222222222222 eu-central-1",
            "timestamp": "2026-11-27T17:00:00.000+0000",
            "custom_details": {
                "Description": "Nothing mutes it.",
                "Alarm": NAME,
                "State": "OK -> ALARM",
                "Reason": "its rule is true",
                "Account": "222222222222 eu-central-1",
            },
        },
        "links": [
            {"href": RUNBOOK, "text": "Runbook"},
            {"href": DASHBOARD, "text": "Dashboard"},
            {"href": opened["links"][2]["href"], "text": "Alarm"},
        ],
    }
    assert closed == {"event_action": "resolve", "dedup_key": ARN}
    assert pagerduty(read(record(alarm(), "warn")))["payload"]["severity"] == "warning"


def test_a_key_longer_than_pagerduty_takes_is_still_one_an_incident() -> None:
    def key(name: str, state: str) -> str:
        return str(pagerduty(read(record(alarm(state, AlarmName=name))))["dedup_key"])

    long = "x" * 255
    assert key(long, "ALARM") == key(long, "OK") != key(f"{long[:-1]}y", "ALARM")
    assert len(key(long, "OK")) <= 255
    border = 255 - len(ARN) + len(NAME)
    assert key("x" * border, "OK").startswith("arn:")
    assert not key("x" * (border + 1), "OK").startswith("arn:")


@pytest.mark.parametrize(("length", "told"), [(3000, True), (3001, False)])
def test_what_slack_would_refuse_for_its_length_is_left_out_of_the_last_line(length: int, told: bool) -> None:
    message = Message(
        key="k", severity="info", resolved=False, source="s", title="t", text="x", at="9" * length
    )
    (attachment,) = slack(message)["attachments"]
    assert [block["type"] for block in attachment["blocks"]] == ["section", *["context"] * told]
    valid("slack", slack(message))


def test_an_empty_text_is_no_empty_block() -> None:
    message = Message(key="k", severity="info", resolved=False, source="s", title="t", text="", at="")
    for channel in ("slack", "teams"):
        valid(channel, SHAPES[channel](message))
    (attachment,) = slack(message)["attachments"]
    assert [block["text"]["text"] for block in attachment["blocks"]] == ["-"]
    (attachment,) = teams(message)["attachments"]
    assert [block["inlines"][0]["text"] for block in attachment["content"]["body"]] == ["t", "-"]
