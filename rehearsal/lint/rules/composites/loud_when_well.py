"""The rule of a composite is true while all is well: while every alarm in it is OK.

`NOT ALARM("a")`, `OK("a")` and the like, without anything that has to be bad. As a switch for other
composites (outside business hours, say) that can be meant; with actions of its own it pages when things
get better.
"""

from collections.abc import Iterator

from rehearsal.lint import possible, states
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Composites that act and are in ALARM while all of their alarms are OK."""
    domains = states.domains(given)
    for alarm in given.composite:
        acts = alarm.acts and alarm.actions["AlarmActions"]
        if alarm.tree is None or not acts:
            continue
        well = {name: frozenset(("OK",)) for name in alarm.children}
        if possible.verdict(alarm.tree, well) is not True:
            continue
        always = not possible.can(alarm.tree, domains, be=False)
        yield Finding(
            alarm=alarm,
            key="AlarmRule",
            problem="it is true " + ("always" if always else "while all of its alarms are OK"),
            consequence="it is in ALARM all the time"
            if always
            else "it is in ALARM while all is well, and OK when it is bad",
            fix='say what has to be bad, such as ALARM("a") AND NOT ALARM("b")',
        )
