"""docs/notifications.md: the message that it shows is the one that is sent."""

import json
import re
from typing import Any

from handlers.forwarder.message import read
from handlers.forwarder.shapes import pagerduty
from tests.docs.commands import ROOT
from tests.handlers.forwarder.records import alarm, record


def shortened(sent: Any, shown: Any) -> Any:
    """What is sent, with `…` where the page has it."""
    if isinstance(sent, dict) and isinstance(shown, dict):
        return {key: shortened(value, shown.get(key)) for key, value in sent.items()}
    if isinstance(sent, list) and isinstance(shown, list):
        return [shortened(*pair) for pair in zip(sent, shown, strict=True)]
    return "…" if shown == "…" else sent


def test_the_message_of_the_page_is_what_pagerduty_gets() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "notifications.md").read_text(), re.DOTALL)
    shown = json.loads(text)
    assert shortened(pagerduty(read(record(alarm()))), shown) == shown
