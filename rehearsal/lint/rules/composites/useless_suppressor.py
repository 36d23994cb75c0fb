"""A suppressor that mutes the composite for ever, or never.

The suppressor mutes while it is in ALARM. If the composite can only be in ALARM while its suppressor is
too (it is itself, or an alarm that its rule needs), nobody ever hears of it. If the suppressor can never
be in ALARM, it mutes nothing.

Source: [Composite alarm action
suppression](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-suppression.html).
"""

from collections.abc import Iterator

from rehearsal.lint import possible, states
from rehearsal.lint.alarms import AlarmSet, Composite
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Suppressors judged by the states that they and the composite can be in together."""
    domains = states.domains(given)
    for alarm in given.composite:
        if alarm.suppressor is None or alarm.tree is None:
            continue
        if not any(alarm.actions.values()):
            yield Finding(
                alarm=alarm,
                key="ActionsSuppressor",
                problem="the composite has no actions",
                consequence="there is nothing to be muted",
                fix="add its actions, or remove the suppressor",
                severity="warning",
            )
        if "ALARM" not in domains.get(alarm.suppressor, possible.ALL):
            yield Finding(
                alarm=alarm,
                key="ActionsSuppressor",
                problem=f"{alarm.suppressor} never is in ALARM",
                consequence="it never mutes anything",
                fix="name an alarm that can fire, or remove it",
                severity="warning",
            )
        elif alarm.suppressor == alarm.name or _always(alarm, alarm.suppressor, given):
            yield Finding(
                alarm=alarm,
                key="ActionsSuppressor",
                problem=f"{alarm.suppressor} is in ALARM whenever the composite is",
                consequence="its actions are always muted",
                fix="name an alarm that the rule does not need",
            )


def _always(alarm: Composite, suppressor: str, given: AlarmSet) -> bool:
    """Whether the rule is only true with the suppressor in ALARM; one above the composite follows it."""
    assert alarm.tree is not None  # noqa: S101  # for the types
    domains = dict(states.domains(given))
    above = given.by_name.get(suppressor)
    if isinstance(above, Composite) and above.tree is not None:
        if alarm.name not in above.children:
            return False
        others = {**domains, alarm.name: frozenset(("ALARM",))}
        return not possible.can(above.tree, others, be=False)
    if not possible.can(alarm.tree, domains):
        return False  # rule never-in-alarm
    quiet = domains.get(suppressor, possible.ALL) - {"ALARM"}
    return not possible.can(alarm.tree, {**domains, suppressor: quiet}) if quiet else True
