"""A rule or a suppressor names an alarm that is not among the alarms.

CloudWatch refuses a rule with an alarm that does not exist. Here it may be in another file; where another
name is all but the same, it is a slip and an error.

Source:
[PutCompositeAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html).
"""

import re
from collections.abc import Iterable, Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Names that no alarm has, and the one that is meant."""
    names = given.by_name.keys() | {name for name, _ in given.skipped}
    for alarm in given.composite:
        wanted = [("AlarmRule", name) for name in sorted(alarm.children)]
        wanted += [("ActionsSuppressor", alarm.suppressor)] if alarm.suppressor else []
        for key, name in wanted:
            if name in names or "${" in name:
                continue
            meant = _meant(name, names)
            yield Finding(
                alarm=alarm,
                key=key,
                problem=f"there is no alarm {name}",
                consequence="CloudWatch refuses the alarm unless that one exists already",
                fix=f"did you mean {meant}?" if meant else "add it, or take it out",
                severity="error" if meant else None,
            )


def _meant(name: str, names: Iterable[str]) -> str | None:
    """A name that differs by its case, its separators or one letter (a digit tells things apart)."""
    for other in sorted(names):
        if _plain(other) == _plain(name) or (_one_letter(name, other) and len(name) > 4):  # noqa: PLR2004  # a word
            return other
    return None


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _one_letter(a: str, b: str) -> bool:
    """Whether one letter is another, too many, missing, or two are swapped."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    tail_a, tail_b = a[head:], b[head:]
    changed = tail_a[:1] + tail_b[:1]
    if any(character.isdigit() for character in changed):
        return False
    swapped = tail_a[:2] == tail_b[:2][::-1] and tail_a[2:] == tail_b[2:]
    return swapped or tail_a[1:] == tail_b[1:] or tail_a[1:] == tail_b or tail_a == tail_b[1:]
