"""The syntax of CloudWatch metric math: text -> tree. Values and functions are `metric_math`'s business.

Source: "Metric math syntax and functions" (using-metric-math.html). AWS does not publish the precedence of
its operators; this is the usual one: OR, AND, comparisons, + -, * /, unary -, ^.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rehearsal.errors import RehearsalError

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')|(?P<op>==|!=|<=|>=|&&|\|\||[-+*/^<>(),\[\]]))"
)
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("OR", "||"),
    ("AND", "&&"),
    ("==", "!=", "<=", ">=", "<", ">"),
    ("+", "-"),
    ("*", "/"),
)
_SPELLING = {"||": "OR", "&&": "AND"}


@dataclass(frozen=True, slots=True)
class Number:
    """A scalar."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted string."""

    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """The id of a query, or a keyword such as REPEAT."""

    id: str


@dataclass(frozen=True, slots=True)
class Negative:
    """Unary minus."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """`left op right`; AND and OR stand for && and || too."""

    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """A function call."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Array:
    """`[a, b]`: several time series."""

    items: tuple["Node", ...]


Node = Number | Text | Name | Negative | Binary | Call | Array


@cache
def parse(expression: str) -> Node:
    """The tree of `expression`. Raises `RehearsalError` that shows where it stops making sense."""
    return _Parser(expression).whole()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    match node:
        case Negative(operand):
            yield from walk(operand)
        case Binary(_, left, right):
            yield from walk(left)
            yield from walk(right)
        case Call(_, items) | Array(items):
            for item in items:
                yield from walk(item)
        case _:
            return


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens: list[tuple[str, str, int]] = []
        self._at = 0
        position = 0
        while source[position:].strip():
            match = _TOKEN.match(source, position)
            if match is None:
                start = position + len(source[position:]) - len(source[position:].lstrip())
                raise self._error(start, f"unexpected {source[start]!r}")
            kind = match.lastgroup or ""
            self._tokens.append((kind, match[kind], match.start(kind)))
            position = match.end()

    def whole(self) -> Node:
        node = self._binary(0)
        if self._at < len(self._tokens):
            _, text, position = self._tokens[self._at]
            raise self._error(position, f"unexpected {text!r}")
        return node

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        node = self._binary(level + 1)
        while (op := self._peek()) in _LEVELS[level]:
            self._at += 1
            node = Binary(_SPELLING.get(op, op), node, self._binary(level + 1))
        return node

    def _unary(self) -> Node:
        if self._peek() == "-":
            self._at += 1
            return Negative(self._unary())
        return self._power()

    def _power(self) -> Node:
        node = self._atom()
        if self._peek() == "^":
            self._at += 1
            return Binary("^", node, self._unary())
        return node

    def _atom(self) -> Node:
        if self._at == len(self._tokens):
            raise self._error(len(self._source), "the expression ends too early")
        kind, text, position = self._tokens[self._at]
        self._at += 1
        if kind == "number":
            return Number(float(text))
        if kind == "text":
            return Text(text[1:-1])
        if text == "(":
            node = self._binary(0)
            self._expect(")")
            return node
        if text == "[":
            return Array(self._list("]"))
        if kind == "name":
            if self._peek() == "(":
                self._at += 1
                return Call(text, self._list(")"))
            return Name(text)
        raise self._error(position, f"unexpected {text!r}")

    def _list(self, close: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while self._peek() != close:
            if items:
                self._expect(",")
            items.append(self._binary(0))
        self._expect(close)
        return tuple(items)

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _expect(self, text: str) -> None:
        if self._peek() != text:
            position = self._tokens[self._at][2] if self._at < len(self._tokens) else len(self._source)
            raise self._error(position, f"expected {text!r}")
        self._at += 1

    def _error(self, position: int, problem: str) -> RehearsalError:
        return RehearsalError(f"metric math: {problem} at character {position + 1} of: {self._source}")
