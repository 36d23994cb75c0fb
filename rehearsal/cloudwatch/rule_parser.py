"""The rules of composite alarms: text -> tree.

AWS does not publish the precedence of AND and OR; here NOT binds strongest, then AND, then OR.
"""

import re

from monitoring.spec import CompositeAlarm, State
from rehearsal.cloudwatch.rules import AllOf, AnyOf, AtLeast, Constant, InState, Not, Rule, alarm_name
from rehearsal.errors import RehearsalError

_TOKEN = re.compile(r'\s*(?:"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<mark>[(),])|(?P<word>[^\s(),"]+))')


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
