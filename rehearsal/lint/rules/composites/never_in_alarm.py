"""The rule of a composite can never be true.

No combination of states that its alarms can reach makes it true: an alarm that must be in two states at
once, an alarm that never fires, `INSUFFICIENT_DATA` of an alarm whose missing data is breaching or not
breaching, "above 90" and "below 10" of the same datapoints. Each rule is judged by what its alarms can
do, not by how it is written.

Source:
[PutCompositeAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html),
[missing
data](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
"""

from collections.abc import Iterator

from rehearsal.lint import possible, states
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Rules that no reachable combination of states fulfils."""
    domains = states.domains(given)
    for alarm in given.composite:
        if alarm.tree is None:
            continue
        rule = states.expanded(alarm.tree, given, frozenset((alarm.name,)))
        if possible.can(rule, domains, states.apart(given)):
            continue
        by_itself = not possible.can(rule, {})
        why = "no states of its alarms make it true" if by_itself else "its alarms never are in these states"
        dead = sorted(name for name in alarm.children if "ALARM" not in domains.get(name, possible.ALL))
        who = f" ({', '.join(dead)} never fires)" if dead and not by_itself else ""
        yield Finding(
            alarm=alarm,
            key="AlarmRule",
            problem=f"{why}{who}",
            consequence="the alarm never fires",
            fix="write the states that are there when it is bad",
        )
