"""The rule of a composite cannot be read, or is over a limit.

A rule joins `ALARM("name")`, `OK("name")`, `INSUFFICIENT_DATA("name")`, `TRUE`, `FALSE` and
`AT_LEAST(...)` with `AND`, `OR`, `NOT` and parentheses, all in capitals; at most 100 alarms and 500
elements.

Source:
[PutCompositeAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html).
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet, known
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """What the parser refuses."""
    for alarm in given.composite:
        raw = alarm.entry.get("AlarmRule")
        if alarm.reason is None or alarm.unsupported or not alarm.rule.strip():
            continue
        if isinstance(raw, str) and not known(raw) and "(" not in raw:
            continue  # the whole rule is only known once it is deployed
        yield Finding(
            alarm=alarm,
            key="AlarmRule",
            problem=alarm.reason,
            consequence="CloudWatch refuses the alarm",
            fix='write it as in ALARM("a") AND NOT ALARM("b")',
        )
