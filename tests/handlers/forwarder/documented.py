"""What the channels document of the parts that we send, as JSON Schemas: stricter than they are, since a
property that we do not mean to send is refused.

Slack: docs.slack.dev, "Sending messages using incoming webhooks", "Legacy secondary attachments" and the
pages of the blocks `section` and `context`. Teams: "Post a workflow when a webhook request is received"
and the schema of Adaptive Cards 1.4. PagerDuty: its OpenAPI document of Events API v2 (`/enqueue`), and
"Send an alert event" for the lengths.
"""

from typing import Any

TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
URL = {"type": "string", "pattern": "^https?://"}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def _mrkdwn(longest: int) -> dict[str, Any]:
    # Control characters are escaped, but for links.
    plain = r"^([^<>&]|&(amp|lt|gt);|<https?://[^<>|]+\|[^<>|]+>)+$"
    text = {**TEXT, "maxLength": longest, "pattern": plain}
    # Not verbatim, Slack would look for names in it.
    return _object({"type": {"const": "mrkdwn"}, "text": text, "verbatim": {"const": True}})


SLACK = _object(
    {
        "text": {**TEXT, "maxLength": 40_000},
        "attachments": {
            "type": "array",
            "maxItems": 1,
            "items": _object(
                {
                    "color": {"type": "string", "pattern": "^#[0-9a-f]{6}$"},
                    "blocks": {
                        "type": "array",
                        "maxItems": 50,
                        "items": {
                            "anyOf": [
                                _object({"type": {"const": "section"}, "text": _mrkdwn(3000)}),
                                _object(
                                    {
                                        "type": {"const": "context"},
                                        "elements": {
                                            "type": "array",
                                            "minItems": 1,
                                            "maxItems": 10,
                                            "items": _mrkdwn(3000),
                                        },
                                    }
                                ),
                            ]
                        },
                    },
                }
            ),
        },
    }
)
# No Markdown is read in it, as it is in a TextBlock and in a fact.
TEXT_RUN = _object(
    {"type": {"const": "TextRun"}, "text": TEXT},
    weight={"enum": ["Default", "Lighter", "Bolder"]},
    size={"enum": ["Default", "Small", "Medium", "Large", "ExtraLarge"]},
    color={"enum": ["Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"]},
)
RICH_TEXT = _object(
    {"type": {"const": "RichTextBlock"}, "inlines": {"type": "array", "minItems": 1, "items": TEXT_RUN}}
)
CARD = _object(
    {
        "$schema": {"const": "http://adaptivecards.io/schemas/adaptive-card.json"},
        "type": {"const": "AdaptiveCard"},
        "version": {"const": "1.4"},
        "body": {"type": "array", "items": RICH_TEXT},
        "actions": {
            "type": "array",
            "items": _object({"type": {"const": "Action.OpenUrl"}, "title": TEXT, "url": URL}),
        },
    }
)
TEAMS = _object(
    {
        "type": {"const": "message"},
        "attachments": {
            "type": "array",
            "minItems": 1,
            "items": _object(
                {"contentType": {"const": "application/vnd.microsoft.card.adaptive"}, "content": CARD}
            ),
        },
    }
)
TEAMS_BYTES = 28_000
PAGERDUTY = {
    **_object(
        {"event_action": {"enum": ["trigger", "resolve"]}, "dedup_key": {**TEXT, "maxLength": 255}},
        routing_key={"type": "string", "pattern": "^[0-9A-Za-z]{32}$"},
        client=TEXT,
        payload=_object(
            {
                "summary": {**TEXT, "maxLength": 1024},
                "source": TEXT,
                "severity": {"enum": ["critical", "error", "warning", "info"]},
            },
            timestamp=TEXT,
            custom_details={"type": "object"},
        ),
        links={"type": "array", "items": _object({"href": URL}, text=TEXT)},
    ),
    "if": {"properties": {"event_action": {"const": "trigger"}}},
    "then": {"required": ["payload"]},
}
SCHEMAS: dict[str, dict[str, Any]] = {"slack": SLACK, "teams": TEAMS, "pagerduty": PAGERDUTY}
