"""The settings that pages show are taken, as an addition to prod's."""

import re
from typing import Any

import pytest
import yaml

import config
from tests.docs.commands import PAGES, ROOT

OTHERS = {
    "callers.md",
    "canary.md",
    "watch.md",
    "your-service.md",
}  # have tests of their own, with more than settings
BLOCK = re.compile(r"^ *```yaml\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def shown() -> dict[str, dict[str, Any]]:
    """Settings by page and line, without prefix."""
    found = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            content = yaml.safe_load(block[1])
            values = content.get("config", content) if isinstance(content, dict) else {}
            ours = {
                key.partition(":")[2]: v for key, v in values.items() if key.startswith(f"{config.PROJECT}:")
            }
            if ours and page.name not in OTHERS:
                line = text.count("\n", 0, block.start()) + 1
                found[f"{page.relative_to(ROOT)}:{line}"] = ours
    return found


@pytest.mark.parametrize("place", shown())
def test_the_settings_of_a_page_are_taken(place: str) -> None:
    config.parse({**config.read_stack("prod"), **shown()[place]})


def test_there_are_some() -> None:
    assert len(shown()) >= 5
