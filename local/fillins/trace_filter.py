"""X-Ray filter expressions, as far as trace groups and reports use them.

`AND`, `OR`, `!`, parentheses; the keywords `ok`, `error`, `fault`, `throttle`; `responsetime`, `duration`,
`http.status`, `http.method`, `http.url`; `annotation.key` and
`annotation[key]`; `service("name")` and `service("name") { ... }` for a condition on that service's
segment. Anything else is refused rather than ignored.
"""

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

from local.fillins.trace_assembly import Trace, annotations, ended, flag
from local.fillins.trace_store import Segment

Condition = Callable[[Trace], bool]
_TOKEN = re.compile(
    r'\s*(?:("(?:[^"\\]|\\.)*")|([A-Za-z_][\w.:\-]*(?:\[[^\]]+\])?)|(-?\d+(?:\.\d+)?)|(!=|>=|<=|[=<>!(){}]))'
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_FLAGS = ("error", "fault", "throttle")


class FilterError(ValueError):
    """The expression is not one this reads; the message says where."""


def compile_filter(expression: str) -> Condition:
    """The expression as a predicate of a trace; an empty one matches every trace."""
    if not expression.strip():
        return lambda _trace: True
    parser = _Parser(_tokens(expression))
    condition = parser.either()
    parser.finish()
    return condition


def _tokens(expression: str) -> list[str]:
    found, at = [], 0
    text = expression.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FilterError(f"Cannot read the filter expression at {text[at:]!r}.")
        found.append(match[0].strip())
        at = match.end()
    return found


class _Parser:
    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def either(self) -> Condition:
        left = self._both()
        while self._take("OR"):
            left = _or(left, self._both())
        return left

    def finish(self) -> None:
        if self._at < len(self._tokens):
            raise FilterError(f"Unexpected {self._peek()!r} in the filter expression.")

    def _both(self) -> Condition:
        left = self._one()
        while self._take("AND"):
            left = _and(left, self._one())
        return left

    def _one(self) -> Condition:
        if self._take("!"):
            return _not(self._one())
        if self._take("("):
            inner = self.either()
            self._need(")")
            return inner
        name = self._next()
        if name == "service":
            return self._service()
        if name == "ok":
            return lambda trace: not any(flag(trace, one) for one in _FLAGS)
        if name in _FLAGS:
            return lambda trace: flag(trace, name)
        return self._comparison(name)

    def _service(self) -> Condition:
        self._need("(")
        name = _literal(self._next())
        self._need(")")
        inner: Condition = lambda _trace: True  # noqa: E731 # replaced below when there are braces
        if self._take("{"):
            inner = self.either()
            self._need("}")
        return lambda trace: any(
            inner(Trace(id=trace.id, segments=(segment,)))
            for segment in trace.segments
            if segment["name"] == name
        )

    def _comparison(self, name: str) -> Condition:
        symbol = self._next()
        if symbol not in _COMPARE:
            raise FilterError(f"Expected a comparison after {name!r}, not {symbol!r}.")
        wanted = _literal(self._next())
        values = _values_of(name)
        compare = _COMPARE[symbol]
        return lambda trace: any(
            type(value) is type(wanted) and compare(value, wanted) for value in values(trace)
        )

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        if not token:
            raise FilterError("The filter expression ends too early.")
        self._at += 1
        return token

    def _take(self, token: str) -> bool:
        if self._peek().upper() != token:
            return False
        self._at += 1
        return True

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise FilterError(f"Expected {token!r} in the filter expression, not {self._peek()!r}.")


def _literal(token: str) -> str | float | bool:
    if token.startswith('"'):
        return token[1:-1].replace('\\"', '"')
    if token.lower() in ("true", "false"):
        return token.lower() == "true"
    try:
        return float(token)
    except ValueError:
        raise FilterError(f"Expected a value, not {token!r}.") from None


def _values_of(name: str) -> Callable[[Trace], list[Any]]:
    key = re.fullmatch(r"annotation(?:\.([\w.:\-]+)|\[([^\]]+)\])", name)
    if key is not None:
        wanted = key[1] or key[2]
        return lambda trace: [_number(value) for value in annotations(trace).get(wanted, [])]
    if name == "responsetime":
        return lambda trace: [_seconds(trace.root)]
    if name == "duration":
        return lambda trace: [trace.end - trace.start]
    if name in ("http.status", "http.method", "http.url"):
        part = "response" if name == "http.status" else "request"
        return lambda trace: [
            _number(segment["http"][part][name[5:]])
            for segment in trace.segments
            if name[5:] in segment.get("http", {}).get(part, {})
        ]
    raise FilterError(f"The filter expression's keyword {name!r} is not supported here.")


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _seconds(segment: Segment) -> float:
    return ended(segment) - float(segment["start_time"])


def _and(left: Condition, right: Condition) -> Condition:
    return lambda trace: left(trace) and right(trace)


def _or(left: Condition, right: Condition) -> Condition:
    return lambda trace: left(trace) or right(trace)


def _not(inner: Condition) -> Condition:
    return lambda trace: not inner(trace)
