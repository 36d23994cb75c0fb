"""An example's request as it is sent: what the canary and the customers of the local run put on the wire."""

import base64
import json
import mimetypes
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from settings.service.contract import JSON, Operation
from settings.service.definition import Example, Request
from settings.service.reading import Service


class UnsendableError(ValueError):
    """The request cannot be made; `part` is where in it, the message says why, the consequence and the
    fix."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """`target` is path and query below the stage's address; without a body both of the last are None."""

    method: str
    target: str
    content_type: str | None
    body: bytes | None


def sent(service: Service, example: Example) -> Sent:
    """The request of an example. Raises `UnsendableError`."""
    operation, request = service.operation(example), example.request
    content_type, body = _body(service, operation, request)
    query = urlencode(request.query)
    return Sent(
        method=operation.method,
        target=_path(operation, request) + (f"?{query}" if query else ""),
        content_type=content_type,
        body=body,
    )


def event_of(operation: Operation, example: Example, wire: Sent) -> dict[str, Any]:
    """The proxy event that API Gateway makes of it for the function."""
    binary = wire.content_type is not None and wire.content_type != JSON
    body = None if wire.body is None else base64.b64encode(wire.body) if binary else wire.body
    query = example.request.query
    return {
        "httpMethod": operation.method,
        "resource": operation.path,
        "headers": {"Content-Type": wire.content_type} if wire.content_type else {},
        "pathParameters": dict(example.request.path) or None,
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
        "body": None if body is None else body.decode(),
        "isBase64Encoded": binary,
    }


def _path(operation: Operation, request: Request) -> str:
    path = operation.path
    for name, value in request.path.items():
        for variable, safe in ((f"{{{name}}}", ""), (f"{{{name}+}}", "/")):
            path = path.replace(variable, quote(value, safe=safe))
    if "{" in path:
        raise UnsendableError(
            "path", f"{path} has a parameter without a value; it is not sent. Give it under `path`."
        )
    return path


def _body(service: Service, operation: Operation, request: Request) -> tuple[str | None, bytes | None]:
    given = [name for name in ("body", "file", "base64") if name in request.model_fields_set]
    if not given:
        if operation.body_required:
            raise UnsendableError(
                "", "it has no body and the contract wants one: 400. Give `body`, `file` or `base64`."
            )
        return None, None
    kind = given[0]
    if not operation.bodies:
        raise UnsendableError(kind, f"the contract gives `{operation.id}` no body. Remove it.")
    if kind == "body":
        content = json.dumps(request.body).encode()
    elif kind == "base64":
        content = base64.b64decode(request.base64 or "")
    else:
        content = _read(service, request.file or "")
    media = request.content_type or _guessed(operation, request)
    if media not in operation.bodies:
        known = ", ".join(operation.bodies)
        raise UnsendableError("content_type", f"the contract has no body of {media}: 415. It has {known}.")
    return media, content


def _guessed(operation: Operation, request: Request) -> str:
    if len(operation.bodies) == 1:
        return next(iter(operation.bodies))
    if request.file:
        return mimetypes.guess_type(request.file)[0] or "a file of unknown type"
    return JSON


def _read(service: Service, name: str) -> bytes:
    path = (service.folder / name).resolve()
    if not path.is_relative_to(service.folder.resolve()):
        raise UnsendableError(
            "file", f"{name} is outside of {service.shown}, which is all that is deployed. Move it."
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnsendableError(
            "file", f"{service.shown}/{name} cannot be read ({error.strerror}). Put it there."
        ) from None
