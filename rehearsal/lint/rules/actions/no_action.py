"""The alarm acts on nothing when it fires, and no composite speaks for it.

It turns red in a console that nobody looks at. An alarm that a composite watches, that mutes one, or
whose only purpose is a dashboard needs no action; the last is worth a sentence in `--ignore`.
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms that nobody hears of."""
    rules = "\n".join(composite.rule for composite in given.composite)
    for alarm in given.alarms:
        spoken_for = alarm.name in rules or alarm.name in given.suppressors
        if spoken_for or (alarm.acts and alarm.actions["AlarmActions"]):
            continue
        others = [key for key, actions in alarm.actions.items() if actions]
        if not alarm.acts and others:
            key, problem, fix = "ActionsEnabled", "its actions are disabled", "set ActionsEnabled true"
        elif others:
            key, problem = "AlarmActions", f"it acts on {' and '.join(others)} alone"
            fix = "add an AlarmActions"
        else:
            key, problem, fix = "AlarmActions", "it has no action", "add a topic that people read"
        yield Finding(
            alarm=alarm, key=key, problem=problem, consequence="nobody hears of it when it fires", fix=fix
        )
