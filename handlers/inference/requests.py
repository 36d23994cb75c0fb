"""A proxy event of API Gateway as what `parse` is given, held to the contract. Pure: no AWS, no model.

The contract is held here too, because the gateway validates JSON content types alone and reads numbers its
own way. The checks themselves are generated from it; nothing here knows any service.
"""

import base64
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from handlers.inference.failure import FailureError
from handlers.invalid import InvalidError

JSON = "application/json"
WORDS = {"true": True, "false": False}
Check = Callable[[Any], object]  # generated; raises `InvalidError`


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A body of one media type: JSON held to `check`, or bytes of which at most `max_bytes` are taken."""

    json: bool
    check: Check | None
    max_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """What an operation takes: bodies by media type, and the type of each parameter of path and query.

    A parameter's type is JSON Schema's; a list's is that of its items with `[]` behind it.
    """

    bodies: Mapping[str, Body]
    body_required: bool
    parameters: Mapping[str, Mapping[str, str]]
    check_parameters: Check | None


def request_of(inputs: Inputs, event: Mapping[str, Any]) -> dict[str, Any]:
    """`{"body", "content_type", "path", "query"}`: JSON decoded or bytes, parameters as what they are.

    Without a body both of the first are None and empty. Raises `FailureError`: invalid_request,
    request_too_large or unsupported_media_type.
    """
    content_type, body = _body(inputs, event)
    parameters = {
        "path": dict(_parameters(inputs.parameters["path"], _mapping(event.get("pathParameters")), {})),
        "query": dict(
            _parameters(
                inputs.parameters["query"],
                _mapping(event.get("queryStringParameters")),
                _mapping(event.get("multiValueQueryStringParameters")),
            )
        ),
    }
    _hold(inputs.check_parameters, parameters, "")
    return {"body": body, "content_type": content_type, **parameters}


def _body(inputs: Inputs, event: Mapping[str, Any]) -> tuple[str, Any]:
    sent = event.get("body")
    if not inputs.bodies:
        return "", None
    if not isinstance(sent, str):
        if inputs.body_required:
            raise _invalid(f"The body is missing; send {' or '.join(inputs.bodies)}.")
        return "", None
    media, body = _media(inputs.bodies, event)
    encoded = bool(event.get("isBase64Encoded"))
    if body.json:
        document = _document(_text(sent) if encoded else sent)
        _hold(body.check, document, "the body")
        return media, document
    if not encoded:  # the gateway took it for text, and what is no text is lost
        raise _unsupported(inputs.bodies)
    raw = _bytes(sent)
    if len(raw) > body.max_bytes:
        raise FailureError("request_too_large", f"The body may have at most {body.max_bytes} bytes.")
    return media, raw


def _media(bodies: Mapping[str, Body], event: Mapping[str, Any]) -> tuple[str, Body]:
    """The only one there is, whatever the request calls it; of several the one that it names."""
    if len(bodies) == 1:
        return next(iter(bodies.items()))
    headers = {str(name).lower(): value for name, value in _mapping(event.get("headers")).items()}
    named = str(headers.get("content-type", "")).partition(";")[0].strip().lower()
    for media, body in bodies.items():
        if media.lower() == named:
            return media, body
    raise _unsupported(bodies)


def _parameters(
    types: Mapping[str, str], single: Mapping[str, Any], multiple: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Those that the contract names and the request has; what is not of its type stays text, to be
    refused."""
    for name, kind in types.items():
        if kind.endswith("[]"):
            several = multiple.get(name)
            if isinstance(several, list):
                yield name, [_value(item, kind.removesuffix("[]")) for item in several]
        elif name in single:
            yield name, _value(single[name], kind)


def _value(text: object, kind: str) -> object:
    if not isinstance(text, str) or kind == "string":
        return text
    if kind == "boolean":
        return WORDS.get(text, text)
    try:
        number = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        return text
    return number if isinstance(number, int | float) and not isinstance(number, bool) else text


def _hold(check: Check | None, value: object, root: str) -> None:
    if check is None:
        return
    try:
        check(value)
    except InvalidError as problem:
        place = problem.place or root
        raise _invalid(f"{place}: {problem.wanted}") from None
    except ArithmeticError:  # a number that no float holds
        raise _invalid("A number is too large.") from None


def _text(encoded: str) -> str:
    try:
        return _bytes(encoded).decode("utf-8")
    except UnicodeDecodeError:
        raise _invalid("The body is not text in UTF-8.") from None


def _bytes(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:  # binascii.Error is one
        raise _invalid("The body is no base64.") from None


def _document(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):  # ValueError also for integers of thousands of digits
        raise _invalid("The body is not JSON.") from None


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _no_number(_: str) -> NoReturn:
    raise ValueError("NaN and infinity are not JSON")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _invalid(message: str) -> FailureError:
    return FailureError("invalid_request", message)


def _unsupported(bodies: Mapping[str, Body]) -> FailureError:
    return FailureError("unsupported_media_type", f"Send the body as {' or '.join(bodies)}, and say so.")
