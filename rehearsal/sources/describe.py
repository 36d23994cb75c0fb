"""What `aws cloudwatch describe-alarms` prints, whole or cut by `--query`, once or several times in one file.

Any list or mapping is searched for alarms, so that `--query MetricAlarms`, `MetricAlarms[0]`,
`[MetricAlarms, CompositeAlarms]` and pages one after the other all load. So do `get-alarm-mute-rule`'s
output and what `put-metric-alarm --cli-input-json` takes.
"""

from collections.abc import Mapping
from typing import Any

from rehearsal.sources.found import Found

LISTS = ("MetricAlarms", "CompositeAlarms", "LogAlarms")
KEYS = {*LISTS, "AlarmName", "MuteTargets"}


def fits(document: Any) -> bool:
    """Whether it looks like output of describe-alarms."""
    if isinstance(document, Mapping):
        return bool(KEYS & set(document)) or any(fits(value) for value in _parts(document))
    return isinstance(document, list) and (not document or any(map(fits, document)))


def read(document: Any) -> Found:
    """Every alarm and mute rule in the document, each one once however often it is in there."""
    found = Found()
    stack = [document]
    while stack:
        part = stack.pop()
        if isinstance(part, Mapping):
            found.skipped += _unnamed(part)
        if isinstance(part, list):
            stack += reversed(part)
        elif isinstance(part, Mapping) and part.get("AlarmName") is not None:
            found.add({key: value for key, value in part.items() if value is not None})
        elif isinstance(part, Mapping) and "MuteTargets" in part:
            found.mute.append(part)
        elif isinstance(part, Mapping):
            stack += reversed(_parts(part))
    return found


def _unnamed(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    lists = [(key, document[key]) for key in LISTS if isinstance(document.get(key), list)]
    return [
        ("an alarm without a name", f"no AlarmName in one of the {key}")
        for key, alarms in lists
        for alarm in alarms
        if isinstance(alarm, Mapping) and alarm.get("AlarmName") is None
    ]


def _parts(document: Mapping[str, Any]) -> list[Any]:
    return [value for value in document.values() if isinstance(value, list | Mapping)]
