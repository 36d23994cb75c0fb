"""The first steps of a runbook section, for alarms that have no address to send people to.

docs/runbook.md is the one source: a section a page, named like the alarm's anchor.
"""

import re
from functools import cache

from settings.places import ROOT

PAGE = ROOT / "docs" / "runbook.md"
STEPS = ("First look", "What to do")
NAMED = "inference-prod"  # whose names the page gives
FUNCTION = f"{NAMED}-inference"
SOME_FUNCTION = "FUNCTION"  # where it is not known which


@cache
def _sections() -> dict[str, str]:
    return dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL))


def first_steps(anchor: str, chars: int, base: str = NAMED, function: str = FUNCTION) -> str:
    """`First look: … What to do: …` of a section as plain text, whole words, at most `chars` long.

    Logs are named as those of `base`, `<service>-<env>`, and of the `function` that answers requests.
    """
    body = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", _sections().get(anchor, "")).replace("`", "")
    found = dict(re.findall(r"^\*\*(.+?):\*\*\s*(.+?)(?=\n\n|\Z)", body, re.MULTILINE | re.DOTALL))
    text = " ".join(f"{step}: {' '.join(found[step].split())}" for step in STEPS if step in found)
    text = text.replace(FUNCTION, function).replace(NAMED, base)
    return text if len(text) <= chars else f"{text[: chars - 2].rsplit(' ', 1)[0]} …"
