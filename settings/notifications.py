"""Who hears of an alarm."""

import re
import zlib
from collections.abc import Mapping
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import model_validator

from settings.forms import Section, Text

WEBHOOK = r"https://[^\s/]+/\S+"
KEY = (r"[0-9A-Za-z]{32}", "the 32 characters of an integration key of Events API v2", "{:0>32}")
EMAIL = (r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address", "{}@encrypted.invalid")
# By protocol: the form, in words, and one that stands for an encrypted endpoint.
ENDPOINTS = {
    "email": EMAIL,
    "email-json": EMAIL,
    "https": (
        r"https://[^\s/]+(/\S*)?",
        "an address that begins with https://",
        "https://encrypted.invalid/{}",
    ),
    "sms": (r"\+[1-9]\d{4,14}", "a telephone number with + and the country", "+1{}"),
    "sqs": (
        r"arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w.-]+",
        "a queue's ARN",
        "arn:aws:sqs:us-east-1:000000000000:{}",
    ),
    "lambda": (
        r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w:-]+",
        "a function's ARN",
        "arn:aws:lambda:us-east-1:000000000000:function:{}",
    ),
    "slack": (
        WEBHOOK,
        "the address of an incoming webhook, like https://hooks.slack.com/services/...",
        "https://encrypted.invalid/{}",
    ),
    "teams": (
        WEBHOOK,
        "the address of a workflow that starts when a Teams webhook request is received",
        "https://encrypted.invalid/{}",
    ),
    "pagerduty": KEY,
    "pagerduty-eu": KEY,
}
# What SNS itself cannot talk to: a function of ours puts the message into the shape that it takes.
PAGERDUTY = {
    "pagerduty": "https://events.pagerduty.com/v2/enqueue",
    "pagerduty-eu": "https://events.eu.pagerduty.com/v2/enqueue",
}
FORWARDED = ("slack", "teams", *PAGERDUTY)
# By the end of a host's name, what takes no message from SNS itself, and the protocol that tells it.
OTHERS = {
    "hooks.slack.com": "slack",
    ".webhook.office.com": "teams",
    ".logic.azure.com": "teams",
    ".powerplatform.com": "teams",
}


class Subscription(Section):
    """Who hears of an alarm. The endpoint is treated as a secret: webhook addresses carry tokens.

    `slack` and `teams` take a webhook's address, `pagerduty` and `pagerduty-eu` (its European service region)
    an integration key of Events API v2. PagerDuty's CloudWatch integration has an address for `https`.
    """

    protocol: Literal[
        "email", "email-json", "https", "sms", "sqs", "lambda", "slack", "teams", "pagerduty", "pagerduty-eu"
    ]
    endpoint: Text

    @model_validator(mode="after")
    def _endpoint_is_the_protocols(self) -> Self:
        pattern, what, _ = ENDPOINTS[self.protocol]
        if not re.fullmatch(pattern, self.endpoint):
            raise ValueError(
                f"the endpoint of protocol {self.protocol} should be {what}; SNS refuses it, and nobody would"
                " hear of the alarm"
            )
        if self.protocol == "https":
            self._takes_sns()
        return self

    def _takes_sns(self) -> None:
        url = urlsplit(self.endpoint)
        host = str(url.hostname)
        ends = (kind for end, kind in OTHERS.items() if host.endswith(end))
        queues = {address: kind for kind, address in PAGERDUTY.items()}
        other = queues.get(self.endpoint) or next(ends, None)
        if other:
            raise ValueError(
                f"{host} refuses what SNS sends, its request to confirm the subscription first, and nobody"
                f" would hear of the alarm; use protocol {other}"
            )

    @classmethod
    def stand_ins(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """An endpoint that goes with the protocol, where one of the two is encrypted."""
        number = zlib.crc32(str(values.get("endpoint")).encode())
        return {"endpoint": ENDPOINTS[values["protocol"]][2].format(f"{number:010d}")}


class Notifications(Section):
    """Who hears of warnings and of critical alarms, set once for the pair in the service stack.

    The monitor stack's topics have the same subscribers; what is set there comes on top.
    """

    warn: tuple[Subscription, ...] = ()
    critical: tuple[Subscription, ...] = ()
