"""Which states a set of alarms can be in together: whether a composite's rule can be true, and when.

Every alarm is in one of the states it can reach; beyond that they are free of each other, except for pairs
that cannot be in ALARM at once. What is found impossible is so whatever the data.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from math import ceil

from rehearsal.cloudwatch.rules import AllOf, AnyOf, AtLeast, Constant, InState, Not, Rule, children

States = frozenset[str]
Apart = Collection[frozenset[str]]
ALL: States = frozenset(("OK", "ALARM", "INSUFFICIENT_DATA"))
MOST_STEPS = 5_000  # partial assignments to be tried; beyond that a rule counts as possible


def can(rule: Rule, domains: Mapping[str, States], apart: Apart = (), *, be: bool = True) -> bool:
    """Whether the rule can be true (or false, with `be` False) with every child in a state of its domain.

    `apart` are pairs of which at most one can be in ALARM. True also where it would take too long to tell.
    """
    names = list(dict.fromkeys(children(rule)))
    pairs = [pair for pair in combinations(names, 2) if frozenset(pair) in apart] if apart else []
    free = {name: domains.get(name, ALL) - _barred(name, domains, apart) for name in names}
    return all(free.values()) and _Search(rule, names, pairs, be=be).found(free, 0)


def _barred(name: str, domains: Mapping[str, States], apart: Apart) -> States:
    """ALARM, where an alarm that cannot be in ALARM together with this one always is."""
    others = {other for pair in apart if name in pair for other in pair - {name}}
    return (
        frozenset(("ALARM",))
        if any(domains.get(other, ALL) == {"ALARM"} for other in others)
        else frozenset()
    )


class _Search:
    """Tries states one alarm after the other, as long as the rule is not decided."""

    def __init__(self, rule: Rule, names: Sequence[str], apart: Sequence[Sequence[str]], *, be: bool) -> None:
        self._rule, self._names, self._apart, self._be = rule, names, apart, be
        self._left = MOST_STEPS

    def found(self, domains: Mapping[str, States], at: int) -> bool:
        self._left -= 1
        if self._left < 0:
            return True
        if any(all(domains[name] == {"ALARM"} for name in pair) for pair in self._apart):
            return False
        value = verdict(self._rule, domains)
        if value is not None and value != self._be:
            return False
        if at == len(self._names) or (value is not None and not self._apart):
            return value is self._be
        name = self._names[at]
        return any(
            self.found({**domains, name: frozenset((state,))}, at + 1) for state in sorted(domains[name])
        )


def verdict(rule: Rule, domains: Mapping[str, States]) -> bool | None:
    """The rule's value for children somewhere in their domains; None: it can be either."""
    match rule:
        case Constant(value):
            return value
        case InState(state, alarm):
            return _in(domains.get(alarm, ALL), state)
        case Not(operand):
            inner = verdict(operand, domains)
            return None if inner is None else not inner
        case AllOf(left, right):
            a, b = verdict(left, domains), verdict(right, domains)
            return False if False in (a, b) else None if None in (a, b) else True
        case AnyOf(left, right):
            a, b = verdict(left, domains), verdict(right, domains)
            return True if True in (a, b) else None if None in (a, b) else False
        case AtLeast(least, percent, state, negated, alarms):
            each = [_in(domains.get(alarm, ALL), state) for alarm in alarms]
            sure, never = sum(v is not negated for v in each if v is not None), each.count(negated)
            wanted = ceil(least * len(alarms) / 100) if percent else ceil(least)
            return True if sure >= wanted else False if len(alarms) - never < wanted else None


def _in(domain: States, state: str) -> bool | None:
    return True if domain == {state} else None if state in domain else False
