"""Who hears of an alarm."""

import re
import zlib
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import model_validator

from settings.forms import Section, Text

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
}


class Subscription(Section):
    """Who hears of an alarm. The endpoint is treated as a secret: webhook addresses carry tokens."""

    protocol: Literal["email", "email-json", "https", "sms", "sqs", "lambda"]
    endpoint: Text

    @model_validator(mode="after")
    def _endpoint_is_the_protocols(self) -> Self:
        pattern, what, _ = ENDPOINTS[self.protocol]
        if not re.fullmatch(pattern, self.endpoint):
            raise ValueError(
                f"the endpoint of protocol {self.protocol} should be {what}; SNS refuses it, and nobody would"
                " hear of the alarm"
            )
        return self

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
