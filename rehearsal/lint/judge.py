"""The rules over a set of alarms: what they find, without what is ignored for a reason."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rehearsal.lint import rules
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.ignore import Ignore
from rehearsal.lint.rule import SEVERITIES, Finding, Rule, Severity


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


_KEY = r"""(?i:alarm_?name|\bname)["']?\s*[:=]\s*"""
# Where a name may stand: as the value of a key that says so, or as the key of a resource.
_PLACES = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        _KEY + r"""(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"',}][^,}\n]*?))\s*(?:[,}#]|$)""",
        r"^\s*(?:-\s+)?" + _KEY + r"""(?!["'])(.+?)\s*(?:\s#.*)?$""",  # a block of YAML: commas are its own
        r"""^\s*["']?([^\s"'][^\n]*?)["']?\s*:""",
    )
)


class _Lines:
    """Where in the source an alarm is: the first line that gives its name, or names its resource."""

    def __init__(self, source: str) -> None:
        starts = [0, *(match.end() for match in re.finditer("\n", source))]
        self._known: dict[str, int] = {}
        for place in _PLACES:
            for match in place.finditer(source):
                name = match[match.lastindex or 0]
                line = bisect_right(starts, match.start(match.lastindex or 0))
                self._known[name] = min(line, self._known.get(name, line))

    def of(self, name: str) -> int:
        return self._known.get(name, 1)
