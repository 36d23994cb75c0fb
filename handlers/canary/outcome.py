"""What a probe shows, as pure functions: an answer or an error in, success or one reason out."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from handlers.canary.settings import Probe
from handlers.transport import (
    BrokenOffError,
    InsecureError,
    Response,
    TimedOutError,
    TransportError,
    UnconnectedError,
    UnresolvedError,
)

Reason = Literal["secret", "dns", "connect", "tls", "timeout", "status", "schema", "value"]
OK = 200
# An answer that breaks off half-way counts as `connect`: the connection did not hold.
REASONS: Mapping[type[TransportError], Reason] = {
    UnresolvedError: "dns",
    UnconnectedError: "connect",
    BrokenOffError: "connect",
    InsecureError: "tls",
    TimedOutError: "timeout",
}
LABELS = ("barolo", "grignolino", "barbera")
_FIELDS = {"id", "prediction", "probability", "model_version", "request_id"}
_CODE = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """`reason` is None for a success. `detail` is for people and repeats nothing of an answer's own words.

    `latency_ms` is how long the probe took, 0 when none was sent.
    """

    reason: Reason | None
    detail: str
    status: int | None = None
    latency_ms: float = 0.0


def decide(response: Response, latency_ms: float, probe: Probe) -> Outcome:
    """Judge an answer: first its status, then its schema, then whether it is the known one."""
    reason, detail = _judge(response, probe)
    return Outcome(reason=reason, detail=detail, status=response.status, latency_ms=latency_ms)


def no_answer(error: TransportError, waited_ms: float) -> Outcome:
    """Judge a probe without a complete answer."""
    return Outcome(reason=REASONS[type(error)], detail=str(error), latency_ms=waited_ms)


def not_sent(detail: str) -> Outcome:
    """Without the API key or credentials nothing is sent: the canary is in trouble, the API perhaps not."""
    return Outcome(reason="secret", detail=detail)


def schema_problem(document: object) -> str | None:
    """What keeps `document` from being the contract's `Prediction`, or None."""
    if not isinstance(document, dict):
        return "it is no object"
    if set(document) != _FIELDS:
        return f"it lacks {missing}" if (missing := sorted(_FIELDS - set(document))) else "it has more fields"
    texts = all(isinstance(document[name], str) for name in ("id", "model_version", "request_id"))
    if not (texts and document["model_version"] and document["request_id"]):
        return "id, model_version or request_id is no text, or empty"
    if document["prediction"] not in LABELS:
        return "its prediction is no known label"
    if not _is_share(document["probability"]):
        return "its probability is no number from 0 to 1"
    return None


def _judge(response: Response, probe: Probe) -> tuple[Reason | None, str]:
    try:
        document: Any = json.loads(response.body)
    except (ValueError, RecursionError):
        document = None
    if response.status != OK:
        return "status", f"HTTP {response.status} {_error_code(document)}".rstrip()
    problem = schema_problem(document)
    if problem is not None:
        return "schema", f"the answer is no prediction: {problem}"
    if document["id"] != probe.id or document["prediction"] != probe.prediction:
        return "value", f"{document['prediction']} for another lot or instead of {probe.prediction}"
    return None, "as known"


def _error_code(document: Any) -> str:
    # Only what looks like one of our codes: whatever else an answer holds stays out of the log.
    try:
        code = document["error"]["code"]
    except (KeyError, TypeError):
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _is_share(value: object) -> bool:
    # NaN is below and above nothing.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
