"""The API's contract as pure functions: a proxy event in, a request or an answer out.

Accepts exactly what `PredictionRequest` in openapi.yaml accepts, so the contract also holds
for what the gateway's validator lets pass (it looks at JSON content types only, and reads numbers its
own way). Deliberately hand-written: a JSON Schema library costs more at a cold start than all of this.
"""

import base64
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.inference.failure import FailureError

# name: (minimum, maximum), both allowed
MEASUREMENTS: Mapping[str, tuple[float, float]] = {
    "color_intensity": (0, 50),
    "hue": (0, 5),
    "proline": (0, 5000),
}
LABELS = ("barolo", "grignolino", "barbera")
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store"}


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictionRequest:
    """A valid request: the lot's key and its fresh measurements by name."""

    id: str
    measurements: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelAnswer:
    """One prediction; `probability` is from 0 to 1."""

    label: str
    probability: float
    model_version: str


def parse(event: Mapping[str, Any]) -> PredictionRequest:
    """The request in an API Gateway REST proxy event. Raises `FailureError` (invalid_request)."""
    return validate(_document(_text(event)))


def validate(document: object) -> PredictionRequest:
    """The request in a decoded JSON document. Raises `FailureError` (invalid_request)."""
    fields = _fields(document, "the body", ("id", "measurements"))
    key = fields["id"]
    if not (isinstance(key, str) and _ID.fullmatch(key)):
        raise _invalid("id: must be 1 to 64 letters, digits, hyphens and underscores.")
    measurements = _fields(fields["measurements"], "measurements", tuple(MEASUREMENTS))
    for name, (low, high) in MEASUREMENTS.items():
        value = measurements[name]
        if not (is_number(value) and low <= value <= high):
            raise _invalid(f"measurements.{name}: must be a number from {low} to {high}.")
    return PredictionRequest(id=key, measurements={name: float(measurements[name]) for name in MEASUREMENTS})


def is_number(value: object) -> bool:
    """Whether JSON calls it a number; Python's bool is an int, and JSON has no NaN and no infinity."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -math.inf < value < math.inf


def prediction(request: PredictionRequest, answer: ModelAnswer, request_id: str) -> dict[str, Any]:
    """The 200 response to the gateway."""
    body = {
        "id": request.id,
        "prediction": answer.label,
        "probability": answer.probability,
        "model_version": answer.model_version,
        "request_id": request_id,
    }
    return _response(200, body)


def error(failure: FailureError, request_id: str) -> dict[str, Any]:
    """The error response to the gateway."""
    body = {"error": {"code": failure.code, "message": failure.message, "request_id": request_id}}
    return _response(failure.status, body)


def _response(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": dict(_HEADERS),
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


def _text(event: Mapping[str, Any]) -> str:
    body = event.get("body") if isinstance(event, Mapping) else None
    if not isinstance(body, str):
        raise _invalid("The body is missing; send a JSON object.")
    if not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body, validate=True).decode("utf-8")
    except ValueError as problem:  # binascii.Error and UnicodeDecodeError are ValueErrors
        raise _invalid("The body is not text in UTF-8.") from problem


def _document(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:  # ValueError also for integers of thousands of digits
        raise _invalid("The body is not JSON.") from problem


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _fields(document: object, where: str, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise _invalid(f"{where}: must be an object.")
    missing = [name for name in names if name not in document]
    if missing:
        raise _invalid(f"{where}: {missing[0]} is required.")
    if len(document) > len(names):
        raise _invalid(f"{where}: only {', '.join(names)} may be given.")
    return document


def _invalid(message: str) -> FailureError:
    return FailureError("invalid_request", message)
