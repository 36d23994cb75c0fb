"""A rule or a suppressor names an alarm that is not among the alarms.

CloudWatch refuses a rule with an alarm that does not exist. Here it may be in another file; where another
name is all but the same, it is a slip and an error.

Source:
[PutCompositeAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html).
"""

import re
from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"
SHORT = 4


def check(given: AlarmSet) -> Iterator[Finding]:
    """Names that no alarm has, and the one that is meant."""
    names = given.by_name.keys() | {name for name, _ in given.skipped}
    alike: dict[str | int, list[str]] = {}  # names that could be meant, by their letters and by their length
    for name in sorted(names):
        alike.setdefault(_plain(name), []).append(name)
        for length in (len(name) - 1, len(name), len(name) + 1):
            alike.setdefault(length, []).append(name)
    for alarm in given.composite:
        wanted = [("AlarmRule", name) for name in sorted(alarm.children)]
        wanted += [("ActionsSuppressor", alarm.suppressor)] if alarm.suppressor else []
        for key, name in wanted:
            if name in names or "${" in name:
                continue
            others = [*alike.get(_plain(name), ()), *alike.get(len(name), ())]
            meant = next((other for other in others if _is_slip(name, other)), None)
            yield Finding(
                alarm=alarm,
                key=key,
                problem=f"there is no alarm {name}",
                consequence="CloudWatch refuses the alarm unless that one exists already",
                fix=f"did you mean {meant}?" if meant else "add it, or take it out",
                severity="error" if meant else None,
            )


def _is_slip(name: str, other: str) -> bool:
    """Whether it differs by its case, its separators or one letter (a digit tells things apart)."""
    return _plain(other) == _plain(name) or (len(name) > SHORT and _one_letter(name, other))


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
