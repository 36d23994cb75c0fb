"""Which states each alarm of a set can reach, by what it compares and how it treats missing data."""

from collections.abc import Mapping
from functools import lru_cache

from rehearsal.cloudwatch.rules import AllOf, AnyOf, InState, Not, Rule
from rehearsal.lint import possible, reach
from rehearsal.lint.alarms import Alarm, AlarmSet, Composite
from rehearsal.lint.possible import ALL, States

OF_COMPOSITES: States = frozenset(("OK", "ALARM"))


@lru_cache(maxsize=8)
def domains(given: AlarmSet) -> Mapping[str, States]:
    """The states that each alarm can be in, once it has been evaluated."""
    found: dict[str, States] = {alarm.name: _of_metric(alarm) for alarm in given.metric}
    waiting = {composite.name: composite for composite in given.composite}
    for _ in range(len(waiting)):
        ready = [c for c in waiting.values() if not c.children & waiting.keys()]
        if not ready:
            break
        for composite in ready:
            del waiting[composite.name]
            found[composite.name] = _of_composite(composite, found, given)
    return {**dict.fromkeys(waiting, OF_COMPOSITES), **found}


def expanded(rule: Rule, given: AlarmSet, above: frozenset[str] = frozenset()) -> Rule:
    """The rule with the composites in it written out, so that what they share is seen."""
    match rule:
        case InState(state, name) if name not in above:
            child = given.by_name.get(name)
            if isinstance(child, Composite) and child.tree is not None and state in OF_COMPOSITES:
                inner = expanded(child.tree, given, above | {name})
                return inner if state == "ALARM" else Not(inner)
        case Not(operand):
            return Not(expanded(operand, given, above))
        case AllOf(left, right) | AnyOf(left, right):
            return type(rule)(expanded(left, given, above), expanded(right, given, above))
    return rule


@lru_cache(maxsize=8)
def apart(given: AlarmSet) -> frozenset[frozenset[str]]:
    """Pairs of alarms that look at the same datapoints and cannot both be in ALARM."""
    groups: dict[object, list[Alarm]] = {}
    for alarm in given.metric:
        key = _window(alarm) if alarm.name in given.parents else None
        if key is not None:
            groups.setdefault(key, []).append(alarm)
    return frozenset(
        frozenset((low.name, high.name))
        for group in groups.values()
        for low in group
        for high in group
        if low.downward and high.upward and _disjoint(low, high)
    )


def _disjoint(low: Alarm, high: Alarm) -> bool:
    if low.threshold is None or high.threshold is None:
        return False
    touching = "OrEqual" in str(low.comparison) and "OrEqual" in str(high.comparison)
    return low.threshold < high.threshold or (low.threshold == high.threshold and not touching)


def _window(alarm: Alarm) -> object:
    """What the alarm looks at, if more than half of its datapoints have to breach and missing ones do not."""
    spec = alarm.spec
    if spec is None or spec.threshold is None or spec.missing_data == "breaching":
        return None
    if 2 * spec.datapoints_to_alarm <= spec.evaluation_periods:
        return None
    queries = tuple(repr(query) for query in spec.queries)
    return queries, spec.evaluation_periods, spec.missing_data


def _of_metric(alarm: Alarm) -> States:
    spec = alarm.spec
    if spec is None:
        return ALL
    found = set(ALL)
    if spec.missing_data in ("breaching", "notBreaching", "ignore"):
        found.discard("INSUFFICIENT_DATA")
    if spec.missing_data != "breaching" and reach.verdict(alarm) is False:
        found.discard("ALARM")
    return frozenset(found)


def _of_composite(composite: Composite, found: Mapping[str, States], given: AlarmSet) -> States:
    if composite.tree is None:
        return OF_COMPOSITES
    return frozenset(
        state
        for state, true in (("ALARM", True), ("OK", False))
        if possible.can(composite.tree, found, apart(given), be=true)
    )
