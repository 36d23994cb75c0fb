"""The rules of composite alarms: text -> tree, and whether it holds.

Source: "Composite alarms" (alarm-combining.html) and PutCompositeAlarm in the API reference. AWS does not
publish the precedence of AND and OR; here NOT binds strongest, then AND, then OR.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import CompositeAlarm, State
from rehearsal.errors import RehearsalError

CODES: dict[str, int] = {"OK": 0, "ALARM": 1, "INSUFFICIENT_DATA": 2}
_TOKEN = re.compile(r'\s*(?:"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<mark>[(),])|(?P<word>[^\s(),"]+))')
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


class Parser:
    """Reads one composite's rule; `elements` counts its elements as CloudWatch does."""

    def __init__(self, alarm: CompositeAlarm) -> None:
        self._alarm = alarm
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        self.elements = 0
        position, source = 0, alarm.rule
        while source[position:].strip():
            match = _TOKEN.match(source, position)
            if match is None:
                raise self._error(f"an unclosed quote in {source[position:]!r}")
            kind = match.lastgroup or ""
            text = re.sub(r"\\(.)", r"\1", match[kind]) if kind == "quoted" else match[kind]
            self._tokens.append((kind, text))
            position = match.end()

    def whole(self) -> Rule:
        """The rule; raises `RehearsalError` that says what is wrong with it."""
        rule = self._any()
        if self._at < len(self._tokens):
            raise self._error(f"unexpected {self._tokens[self._at][1]!r}")
        return rule

    def _any(self) -> Rule:
        rule = self._all()
        while self._word("OR"):
            rule = AnyOf(rule, self._all())
        return rule

    def _all(self) -> Rule:
        rule = self._one()
        while self._word("AND"):
            rule = AllOf(rule, self._one())
        return rule

    def _one(self) -> Rule:
        if self._word("NOT"):
            return Not(self._one())
        if self._mark("("):
            self.elements += 1
            rule = self._any()
            self._need(")")
            return rule
        for text in ("TRUE", "FALSE"):
            if self._word(text):
                self.elements += 1
                return Constant(text == "TRUE")
        if self._word("AT_LEAST"):
            return self._at_least()
        state = self._state()
        self._need("(")
        alarm = self._reference()
        self._need(")")
        return InState(state, alarm)

    def _at_least(self) -> Rule:
        self._need("(")
        amount = self._next("how many")
        number = amount.removesuffix("%")
        if not number.replace(".", "", 1).isdigit():
            raise self._error(f"AT_LEAST needs a number or a percentage, not {amount!r}")
        self._need(",")
        negated = self._word("NOT")
        state = self._state()
        self._need(",")
        self._need("(")
        self.elements += 1
        alarms = [self._reference()]
        while self._mark(","):
            alarms.append(self._reference())
        self._need(")")
        self._need(")")
        return AtLeast(float(number), amount.endswith("%"), state, negated, tuple(alarms))

    def _state(self) -> State:
        states: tuple[State, ...] = ("OK", "ALARM", "INSUFFICIENT_DATA")
        for state in states:
            if self._word(state):
                return state
        found = self._tokens[self._at][1] if self._at < len(self._tokens) else "the end"
        raise self._error(
            f"expected ALARM, OK, INSUFFICIENT_DATA, AT_LEAST, NOT, TRUE or FALSE, not {found!r}"
        )

    def _reference(self) -> str:
        self.elements += 1
        return alarm_name(self._next("an alarm's name"))

    def _next(self, what: str) -> str:
        if self._at == len(self._tokens) or self._tokens[self._at][0] == "mark":
            raise self._error(f"expected {what}")
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _word(self, text: str) -> bool:
        return self._accept(("word", text))

    def _mark(self, text: str) -> bool:
        return self._accept(("mark", text))

    def _accept(self, token: tuple[str, str]) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == token
        self._at += found
        return found

    def _need(self, mark: str) -> None:
        if not self._mark(mark):
            raise self._error(f"expected {mark!r}")

    def _error(self, problem: str) -> RehearsalError:
        return RehearsalError(f"{self._alarm.name}: {problem} in its rule: {self._alarm.rule}")
