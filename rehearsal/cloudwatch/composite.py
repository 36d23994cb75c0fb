"""Composite alarms: the order in which they can be evaluated, and CloudWatch's limits.

Source: "Composite alarms" (alarm-combining.html) and PutCompositeAlarm in the API reference. Whether a state
change leads to a page, and what mutes it, is `actions`' business.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from monitoring.spec import CompositeAlarm
from rehearsal.cloudwatch.rule_parser import Parser
from rehearsal.cloudwatch.rules import Rule, alarm_name, children, prune, text
from rehearsal.errors import RehearsalError

MAX_CHILDREN = 100
MAX_PARENTS = 150
MAX_ELEMENTS = 500


def parse(alarm: CompositeAlarm) -> Rule:
    """The rule of a composite. Raises `RehearsalError` for a wrong rule or one over CloudWatch's limits."""
    parser = Parser(alarm)
    rule = parser.whole()
    count = len(set(children(rule)))
    if count > MAX_CHILDREN:
        raise RehearsalError(f"{alarm.name}: {count} children; a composite may watch at most {MAX_CHILDREN}")
    if parser.elements > MAX_ELEMENTS:
        raise RehearsalError(
            f"{alarm.name}: {parser.elements} rule elements; at most {MAX_ELEMENTS} are allowed"
        )
    return rule


def in_order(
    composites: Sequence[CompositeAlarm], *, known: frozenset[str]
) -> list[tuple[CompositeAlarm, Rule]]:
    """The composites with their rules, each after the ones it looks at.

    `known` are the metric alarms' names. Raises `RehearsalError` for a cycle (CloudWatch stops evaluating
    it), for an unknown alarm in a rule or as a suppressor, and for an alarm with too many parents.
    """
    rules = {alarm.name: parse(alarm) for alarm in composites}
    _check_references(composites, rules, known)
    done: dict[str, Rule] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            cycle = " -> ".join([*path[path.index(name) :], name])
            raise RehearsalError(f"composite alarms in a cycle: {cycle}; CloudWatch stops evaluating them")
        if name in rules and name not in done:
            for child in children(rules[name]):
                visit(child, (*path, name))
            done[name] = rules[name]

    for alarm in composites:
        visit(alarm.name, ())
    by_name = {alarm.name: alarm for alarm in composites}
    return [(by_name[name], rule) for name, rule in done.items()]


def references(alarm: CompositeAlarm) -> set[str]:
    """The names of the alarms that a composite watches, or is muted by."""
    suppressor = () if alarm.suppressor is None else (alarm_name(alarm.suppressor),)
    return {*children(parse(alarm)), *suppressor}


def without(alarm: CompositeAlarm, known: Collection[str]) -> CompositeAlarm | None:
    """The composite as it is judged without the alarms that are not `known`; None if nothing is left of its
    rule.
    """
    whole = parse(alarm)
    rule = prune(whole, known)
    if rule is None:
        return None
    muted = alarm.suppressor is not None and alarm_name(alarm.suppressor) in known
    return replace(
        alarm,
        rule=alarm.rule if rule == whole else text(rule),
        suppressor=alarm.suppressor if muted else None,
    )


def _check_references(
    composites: Sequence[CompositeAlarm], rules: Mapping[str, Rule], known: frozenset[str]
) -> None:
    parents = Counter(child for rule in rules.values() for child in set(children(rule)))
    for child, count in parents.items():
        if count > MAX_PARENTS:
            raise RehearsalError(f"{child}: watched by {count} composites; at most {MAX_PARENTS} are allowed")
    for alarm in composites:
        suppressor = () if alarm.suppressor is None else (alarm_name(alarm.suppressor),)
        for child in (*children(rules[alarm.name]), *suppressor):
            if child not in known and child not in rules:
                raise RehearsalError(
                    f"{alarm.name}: watches {child!r}, which is not among the alarms; add it"
                )
