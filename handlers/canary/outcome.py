"""What a probe shows, as pure functions: an answer or an error in, success or one reason out."""

import json
import math
import os
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from handlers.canary import patterns
from handlers.canary.patterns import SlowPatternError
from handlers.canary.probes import HeaderValue, Step, Take, Value
from handlers.invalid import InvalidError
from handlers.transport import (
    BrokenOffError,
    InsecureError,
    Response,
    TimedOutError,
    TransportError,
    UnconnectedError,
    UnresolvedError,
)

Reason = Literal[
    "secret",
    "canary",
    "token",
    "dns",
    "connect",
    "tls",
    "timeout",
    "status",
    "header",
    "schema",
    "value",
    "slow",
]
# An answer that breaks off half-way counts as `connect`: the connection did not hold.
REASONS: Mapping[type[TransportError], Reason] = {
    UnresolvedError: "dns",
    UnconnectedError: "connect",
    BrokenOffError: "connect",
    InsecureError: "tls",
    TimedOutError: "timeout",
}
OWN: tuple[Reason, ...] = ("secret", "canary")  # the canary's own trouble, which says nothing of the API
NOTHING = object()  # stands at a pointer that leads nowhere
MAX_HEADER = 2_000  # characters that a pattern looks at
INDEX = re.compile(r"0|[1-9][0-9]{0,8}")  # RFC 6901: no leading zero
_CODE = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """`reason` is None for a success. `detail` is for people and repeats nothing of an answer's own words.

    `latency_ms` is how long the call took, 0 when none was sent; `step` is the step that failed, if it is not
    the probe's own call.
    """

    reason: Reason | None
    detail: str
    status: int | None = None
    latency_ms: float = 0.0
    step: str | None = None

    @property
    def sent(self) -> bool:
        """Whether the canary had what it takes to send the probe and to judge its answer."""
        return self.reason not in OWN


def decide(response: Response, latency_ms: float, step: Step) -> Outcome:
    """Judge an answer: first its status, then headers, schema and values, and last how long it took."""
    reason, detail = judge(response, step)
    if reason is None and step.max_ms is not None and latency_ms > step.max_ms:
        reason, detail = "slow", f"it took more than {step.max_ms:g} ms"
    return Outcome(reason=reason, detail=detail, status=response.status, latency_ms=latency_ms)


def no_answer(error: TransportError, waited_ms: float) -> Outcome:
    """Judge a probe without a complete answer."""
    return Outcome(reason=REASONS[type(error)], detail=str(error), latency_ms=waited_ms)


def not_sent(detail: str) -> Outcome:
    """Without a secret or credentials nothing is sent: the canary is in trouble, the API perhaps not."""
    return Outcome(reason="secret", detail=detail)


def broken(error: Exception) -> Outcome:
    """The canary's own code failed: where is told, and no text of the error, which may hold a secret."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(where.filename)}:{where.lineno}"
    return Outcome(reason="canary", detail=f"the canary itself failed: {type(error).__name__} in {place}")


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    """The first that failed, one that was sent before others, or of successes the slowest.

    That one probe lacks its secret does not hide that another found the API down.
    """
    failed = [outcome for outcome in outcomes if outcome.reason is not None]
    if failed:
        return next((outcome for outcome in failed if outcome.sent), failed[0])
    return max(outcomes, key=lambda outcome: outcome.latency_ms)


def judge(response: Response, step: Step) -> tuple[Reason | None, str]:
    """Whether the answer is the expected one, whatever it took; and what to say of it."""
    patterns.begin()
    try:
        return _judged(response, step)
    except SlowPatternError as error:
        return "canary", str(error)


def _judged(response: Response, step: Step) -> tuple[Reason | None, str]:
    document, is_json = _document(response.body)
    if response.status != step.status:
        return "status", f"HTTP {response.status} {_error_code(document)}".rstrip()
    for expected in step.answer_headers:
        if not _is_header(response.headers.get(expected.name.lower()), expected):
            return "header", f"{expected.name} is not what is known"
    if (step.check or step.values) and not is_json:
        return "schema", "the answer is no JSON"
    if step.check is not None and (misfit := _misfit(step.check, document)):
        return "schema", f"the answer does not fit the contract: {misfit}".removesuffix(".")
    for value in step.values:
        if not holds(document, value):
            return "value", f"{value.pointer or 'the answer'} is not what is known"
    return None, "as known"


def _misfit(check: Callable[[Any], object], document: Any) -> str:
    try:
        check(document)
    except InvalidError as error:
        return str(error)
    except ArithmeticError:
        return "a number is too large"
    except RecursionError:
        return "it is nested too deep"
    return ""


def take(response: Response, step: Step) -> dict[str, Any]:
    """What the step takes out of the answer, by name; `NOTHING` for what is not there.

    Raises `SlowPatternError`.
    """
    document, _ = _document(response.body) if step.take else (None, False)
    return {name: _taken(response, document, wanted) for name, wanted in step.take.items()}


def _taken(response: Response, document: Any, wanted: Take) -> Any:
    if wanted.pointer is not None:
        found = pointed(document, wanted.pointer)
        return NOTHING if found is None else found
    value = response.headers.get(str(wanted.header).lower())
    if value is None or wanted.matches is None:
        return NOTHING if value is None else value
    pattern = patterns.compile(wanted.matches)
    match = pattern.search(value[:MAX_HEADER])
    return match[1 if pattern.groups else 0] or NOTHING if match else NOTHING


def _is_header(value: str | None, expected: HeaderValue) -> bool:
    if value is None:
        return False
    if expected.matches is not None:
        return patterns.compile(expected.matches).fullmatch(value[:MAX_HEADER]) is not None
    return value == expected.equals


def holds(document: Any, value: Value) -> bool:
    """Whether the known value stands at its pointer."""
    found = pointed(document, value.pointer)
    if value.tolerance is not None:
        if not _is_number(found):
            return False
        off = abs(found - value.equals)  # isclose: what is written in decimals is not exactly that
        return bool(off <= value.tolerance or math.isclose(off, value.tolerance))
    return _same(found, value.equals)


def pointed(document: Any, pointer: str) -> Any:
    """What a JSON pointer leads to, or `NOTHING`."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and INDEX.fullmatch(name) and int(name) < len(document):
            document = document[int(name)]
        else:
            return NOTHING
    return document


def _same(one: Any, other: Any) -> bool:
    """Equality of JSON, where 1 is 1.0 and not true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _is_number(value: Any) -> bool:
    """Whether it is one that can be reckoned with; JSON has whole numbers of any length."""
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        return False


def _document(body: bytes) -> tuple[Any, bool]:
    """The body as JSON, and whether it is that: NaN is not."""
    try:
        return json.loads(body, parse_constant=_no_json), True
    except (ValueError, RecursionError):
        return None, False


def _no_json(_: str) -> None:
    raise ValueError("NaN and infinity are no JSON")


def _error_code(document: Any) -> str:
    # Only what looks like one of our codes: whatever else an answer holds stays out of the log.
    try:
        code = document["error"]["code"]
    except (KeyError, TypeError):
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
