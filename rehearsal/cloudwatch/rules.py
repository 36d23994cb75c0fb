"""The rules of composite alarms as trees: what they look at, and whether they hold.

Source: "Composite alarms" (alarm-combining.html) and PutCompositeAlarm in the API reference.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import State

CODES: dict[str, int] = {"OK": 0, "ALARM": 1, "INSUFFICIENT_DATA": 2}
_PART = r"(?:\$\{[^}]*\}|[^:$]*)"  # of an ARN; templates leave `${AWS::Region}` in it
_ARN = re.compile(rf"arn:{_PART}:cloudwatch:{_PART}:{_PART}:alarm:(.+)")


@dataclass(frozen=True, slots=True)
class Constant:
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True, slots=True)
class InState:
    """`STATE(alarm)`."""

    state: State
    alarm: str


@dataclass(frozen=True, slots=True)
class Not:
    """`NOT operand`."""

    operand: "Rule"


@dataclass(frozen=True, slots=True)
class AllOf:
    """`left AND right`."""

    left: "Rule"
    right: "Rule"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`left OR right`."""

    left: "Rule"
    right: "Rule"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`AT_LEAST(least or least %, [NOT] STATE, (alarms))`."""

    least: float
    percent: bool
    state: State
    negated: bool
    alarms: tuple[str, ...]


Rule = Constant | InState | Not | AllOf | AnyOf | AtLeast


def alarm_name(reference: str) -> str:
    """The name in an alarm's name or ARN."""
    match = _ARN.fullmatch(reference)
    return match[1] if match else reference


def children(rule: Rule) -> Iterator[str]:
    """The names of the alarms that a rule looks at."""
    match rule:
        case InState(_, alarm):
            yield alarm
        case AtLeast(alarms=alarms):
            yield from alarms
        case Not(operand):
            yield from children(operand)
        case AllOf(left, right) | AnyOf(left, right):
            yield from children(left)
            yield from children(right)
        case Constant():
            return


def holds(rule: Rule, states: Mapping[str, NDArray[np.int8]], minutes: int) -> NDArray[np.bool_]:
    """Per minute whether the rule is TRUE, from the state codes of the alarms it looks at."""
    match rule:
        case Constant(value):
            return np.full(minutes, value)
        case InState(state, alarm):
            return np.equal(states[alarm], CODES[state])
        case Not(operand):
            return ~holds(operand, states, minutes)
        case AllOf(left, right):
            return holds(left, states, minutes) & holds(right, states, minutes)
        case AnyOf(left, right):
            return holds(left, states, minutes) | holds(right, states, minutes)
        case AtLeast(least, percent, state, negated, alarms):
            matching = [(states[a] == CODES[state]) != negated for a in alarms]
            count = np.sum(matching, axis=0, dtype=np.int64)
            return np.greater_equal(count, least * len(alarms) / 100 if percent else least)


def prune(rule: Rule, known: Collection[str]) -> Rule | None:
    """The rule without the alarms that are not `known`: what joined them is left out with them."""
    match rule:
        case Constant():
            return rule
        case InState(_, alarm):
            return rule if alarm in known else None
        case Not(operand):
            inner = prune(operand, known)
            return None if inner is None else Not(inner)
        case AllOf(left, right) | AnyOf(left, right):
            a, b = prune(left, known), prune(right, known)
            return b if a is None else a if b is None else type(rule)(a, b)
        case AtLeast(alarms=alarms):
            kept = tuple(alarm for alarm in alarms if alarm in known)
            return replace(rule, alarms=kept) if kept else None


def text(rule: Rule) -> str:
    """The rule as CloudWatch reads it."""
    match rule:
        case Constant(value):
            return str(value).upper()
        case InState(state, alarm):
            return f"{state}({_quoted(alarm)})"
        case Not(operand):
            return f"NOT ({text(operand)})"
        case AllOf(left, right):
            return f"({text(left)} AND {text(right)})"
        case AnyOf(left, right):
            return f"({text(left)} OR {text(right)})"
        case AtLeast(least, percent, state, negated, alarms):
            listed = ", ".join(map(_quoted, alarms))
            return f"AT_LEAST({least:g}{'%' * percent}, {'NOT ' * negated}{state}, ({listed}))"


def _quoted(name: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
