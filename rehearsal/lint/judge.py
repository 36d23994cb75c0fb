"""The rules over a set of alarms: what they find, without what is ignored for a reason."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rehearsal.lint import rules
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.ignore import Ignore
from rehearsal.lint.rule import SEVERITIES, Finding, Rule, Severity

_NAMED = re.compile(r"""(?:[Aa]larm_?[Nn]ame|\bname)["']?\s*[:=]\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^,}#]+)""")
_KEY = re.compile(r"""\s*["']?([A-Za-z0-9]+)["']?\s*:""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A finding with its rule and place. `ignored` is the reason why it is no matter, None if it is one."""

    rule: Rule
    finding: Finding
    file: str
    line: int
    ignored: str | None = None

    @property
    def severity(self) -> Severity:
        """The finding's own, else the rule's."""
        return self.finding.severity or self.rule.severity

    @property
    def alarm(self) -> str:
        """The alarm's name; empty for a finding about the whole set."""
        return self.finding.alarm.name if self.finding.alarm is not None else ""


def judge(given: AlarmSet, ignores: Sequence[Ignore] = ()) -> list[Judged]:
    """What is wrong, the gravest first, then in the order of the file."""
    lines = _Lines(given.source)
    order = {id(alarm): number for number, alarm in enumerate(given.alarms)}
    found: list[tuple[int, int, int, Judged]] = []
    for number, rule in enumerate(rules.every().values()):
        for finding in rule.check(given):
            name = finding.alarm.name if finding.alarm is not None else ""
            judged = Judged(
                rule=rule,
                finding=finding,
                file=given.name,
                line=lines.of(name),
                ignored=next((i.reason for i in ignores if i.fits(rule.id, name)), None),
            )
            at = order.get(id(finding.alarm), len(order))
            found.append((SEVERITIES.index(judged.severity), at, number, judged))
    return [judged for *_, judged in sorted(found, key=lambda item: item[:3])]


class _Lines:
    """Where in the source an alarm is: the first line that gives its name, or names its resource."""

    def __init__(self, source: str) -> None:
        self._source = source

    @cached_property
    def _lines(self) -> Mapping[str, int]:
        named: dict[str, int] = {}
        keys: dict[str, int] = {}
        for number, line in enumerate(self._source.splitlines(), 1):
            for match in _NAMED.finditer(line):
                named.setdefault(_plain(match[1]), number)
            key = _KEY.match(line)
            if key:
                keys.setdefault(key[1], number)
        return {**keys, **named}

    def of(self, name: str) -> int:
        return self._lines.get(name, 1)


def _plain(value: str) -> str:
    """A value of JSON or YAML without its quotes."""
    if value.startswith('"'):
        try:
            return str(json.loads(value))
        except ValueError:
            pass
    return value.strip().strip("'\"")
