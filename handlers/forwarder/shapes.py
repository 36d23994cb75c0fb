"""A message in the shape that each channel takes: pure functions, one a channel.

Slack: incoming webhooks, with Block Kit blocks in an attachment for its colour (docs.slack.dev: a text object
has at most 3,000 characters, a context at most ten elements). Teams: an Adaptive Card 1.4 as the
Workflows webhook takes it, 28 KB at most. PagerDuty: Events API v2 (`send-alert-event`): a summary of at
most 1,024 characters, a deduplication key of at most 255.

What an alarm says is text and no markup: it calls nobody and links nothing. For Slack it is escaped, and
`verbatim`, or names would be looked for in it; Teams reads Markdown in text blocks and facts, not in text
runs.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from handlers.forwarder.message import Message

Shape = Callable[[Message], dict[str, Any]]
SLACK_TEXT, TEAMS_TEXT, PAGERDUTY_SUMMARY, PAGERDUTY_KEY = 3000, 4000, 1024, 255
GREEN = "#2eb67d"
COLORS = {"critical": "#d92d20", "warning": "#f5a623", "info": "#3b82f6"}
CARD_COLORS = {"critical": "Attention", "warning": "Warning", "info": "Accent"}


def slack(message: Message) -> dict[str, Any]:
    """The title in bold, and below it, beside a bar of the severity's colour, what there is to know."""
    said = [message.text, *(f"{label}: {value}" for label, value in message.details if value)]
    links = [f"<{_escaped(href).replace('|', '%7C')}|{label}>" for label, href in message.links]
    context = [text for text in (*links, _escaped(message.at)) if 0 < len(text) <= SLACK_TEXT]
    body = {"type": "section", "text": _text(_mrkdwn("\n".join(filter(None, said))) or "-")}
    return {
        "text": f"*{_mrkdwn(message.title)}*",
        "attachments": [
            {
                "color": GREEN if message.resolved else COLORS[message.severity],
                "blocks": [
                    body,
                    *([{"type": "context", "elements": [*map(_text, context)]}] if context else []),
                ],
            }
        ],
    }


def teams(message: Message) -> dict[str, Any]:
    """A card with the title in the severity's colour, the details below it, and links as buttons."""
    color = "Good" if message.resolved else CARD_COLORS[message.severity]
    title = {"text": message.title, "weight": "Bolder", "size": "Medium", "color": color}
    details = [
        [{"text": f"{label}: ", "weight": "Bolder"}, {"text": value}]
        for label, value in (*message.details, ("At", message.at))
        if value
    ]
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [_runs(*runs) for runs in ([title], [{"text": message.text or "-"}], *details)],
                    "actions": [
                        {"type": "Action.OpenUrl", "title": label, "url": href}
                        for label, href in message.links
                    ],
                },
            }
        ],
    }


def pagerduty(message: Message) -> dict[str, Any]:
    """An alert event; the routing key is added where it is sent. One that is over only needs its key."""
    key = message.key
    if len(key) > PAGERDUTY_KEY:
        key = hashlib.sha256(key.encode()).hexdigest()
    if message.resolved:
        return {"event_action": "resolve", "dedup_key": key}
    return {
        "event_action": "trigger",
        "dedup_key": key,
        "client": "inference-watch",
        "payload": {
            "summary": message.title[:PAGERDUTY_SUMMARY],
            "severity": message.severity,
            "source": message.source,
            **({"timestamp": message.at} if message.at else {}),
            "custom_details": {"Description": message.text, **dict(message.details)},
        },
        "links": [{"href": href, "text": label} for label, href in message.links],
    }


def _text(mrkdwn: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}


def _runs(*runs: Mapping[str, str]) -> dict[str, Any]:
    inlines = [{"type": "TextRun", **run, "text": run["text"][:TEAMS_TEXT]} for run in runs]
    return {"type": "RichTextBlock", "inlines": inlines}


def _escaped(text: str) -> str:
    """As Slack wants control characters: `&`, `<` and `>`."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mrkdwn(text: str) -> str:
    """The text escaped, as much of it as fits."""
    short = text[:SLACK_TEXT]
    while len(escaped := _escaped(short)) > SLACK_TEXT - 2:  # and two asterisks
        short = short[: -max(1, (len(escaped) - SLACK_TEXT) // 5)]
    return escaped


SHAPES: Mapping[str, Shape] = {"slack": slack, "teams": teams, "pagerduty": pagerduty}
