"""A rule or a suppressor names an alarm of another region or account by its ARN.

A composite and the alarms it looks at are in one account and one region.

Source:
[PutCompositeAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html):
"all the other alarms ... must be in the same account and Region".
"""

import re
from collections.abc import Iterator

from rehearsal.lint import arns
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
_ARN = re.compile(r"arn:[^:\"'()$]*:cloudwatch:([a-z0-9-]+):([0-9]*):alarm:([^\"'()]+)")


def check(given: AlarmSet) -> Iterator[Finding]:
    """ARNs with another region or account than the composite's, or than each other's."""
    for alarm in given.composite:
        texts = (
            ("AlarmRule", alarm.rule),
            ("ActionsSuppressor", str(alarm.entry.get("ActionsSuppressor") or "")),
        )
        found = [(key, *match.groups()) for key, text in texts for match in _ARN.finditer(text)]
        home = (
            arns.region_of(alarm) or (found[0][1] if found else ""),
            alarm.account or (found[0][2] if found else ""),
        )
        for key, region, account, name in found:
            if region != home[0] or account not in (home[1], ""):
                where = f"{region} of account {account}"
                yield Finding(
                    alarm=alarm,
                    key=key,
                    problem=f"{name} is in {where}, the composite in {home[0]}"
                    + (f" of {home[1]}" if home[1] else ""),
                    consequence="CloudWatch refuses the alarm",
                    fix="make the composite where its alarms are",
                )
