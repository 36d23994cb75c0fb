"""Findings that a team has decided to live with: a rule, the alarms it concerns, and the reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from rehearsal import marked_yaml
from rehearsal.errors import RehearsalError
from rehearsal.lint import rules

FILE = Path("lint-ignore.yaml")
HOW = "write RULE=REASON or RULE:ALARM=REASON, such as no-action:dev-*='nobody is on call for dev'"
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["rule", "reason"],
        "additionalProperties": False,
        "properties": {
            "rule": {"type": "string", "description": "the rule's id"},
            "alarm": {"type": "string", "description": "the alarm's name, * and ? stand for anything"},
            "reason": {"type": "string", "minLength": 1, "description": "why it is no matter"},
        },
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Ignore:
    """One decision. `alarm` is a name in which `*` and `?` stand for anything."""

    rule: str
    alarm: str
    reason: str

    def fits(self, rule: str, alarm: str) -> bool:
        """Whether it concerns this finding."""
        return rule == self.rule and fnmatchcase(alarm, self.alarm)


def of_arguments(texts: Iterable[str]) -> list[Ignore]:
    """`RULE[:ALARM]=REASON` of the command line. Raises `RehearsalError` for one without a reason."""
    return [_of_text(text) for text in texts]


def of_file(path: Path) -> list[Ignore]:
    """The decisions in a YAML file: a list of `rule`, `alarm` (all if left out) and `reason`."""
    document = marked_yaml.read(path)
    marked_yaml.validate(document, SCHEMA)
    listed: Sequence[Any] = document.data or ()
    for number, item in enumerate(listed):
        if item["rule"] not in rules.every():
            raise RehearsalError(f"{document.at((number, 'rule'))}: {unknown(item['rule'])}")
    return [Ignore(rule=i["rule"], alarm=i.get("alarm", "*"), reason=i["reason"]) for i in listed]


def unknown(rule: str) -> str:
    """That there is no such rule, and which one may be meant."""
    return f"there is no rule {rule!r}; did you mean {_near(rule)}?"


def _near(rule: str) -> str:
    import difflib  # noqa: PLC0415  # only for a message

    near = difflib.get_close_matches(rule, list(rules.every()), n=1, cutoff=0)
    return near[0]


def _of_text(text: str) -> Ignore:
    place, equals, reason = text.partition("=")
    rule, _, alarm = place.partition(":")
    if not equals or not reason.strip():
        raise RehearsalError(f"--ignore {text!r} gives no reason, so nothing is ignored; {HOW}")
    if rule not in rules.every():
        raise RehearsalError(f"--ignore {text!r}: {unknown(rule)}")
    return Ignore(rule=rule, alarm=alarm or "*", reason=reason.strip())
