"""The id of a metric query is none, or another query has it.

An id begins with a lower-case letter and holds letters, digits and underscores; each is there once in an
alarm.

Source:
[MetricDataQuery](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html),
`Id`.
"""

import re
from collections import Counter
from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet, known
from rehearsal.lint.rule import Finding

SEVERITY = "error"
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")


def check(given: AlarmSet) -> Iterator[Finding]:
    """Wrong ids and repeated ones."""
    for alarm in given.metric:
        counts = Counter(query.id for query in alarm.queries)
        for query in alarm.queries:
            if not query.key or not known(query.id):
                continue
            if not _ID.fullmatch(query.id):
                problem, fix = f"{query.id!r} is no id", f"write {_mended(query.id)}"
            elif counts[query.id] > 1:
                problem, fix = f"{query.id!r} is there {counts[query.id]} times", "give each query its own id"
            else:
                continue
            yield Finding(
                alarm=alarm,
                key=f"{query.key}Id",
                problem=problem,
                consequence="CloudWatch refuses the alarm",
                fix=fix,
            )


def _mended(text: str) -> str:
    plain = re.sub(r"\W", "_", text, flags=re.ASCII)
    return (plain[:1].lower() + plain[1:]) if plain[:1].isalpha() else f"m{plain}"
