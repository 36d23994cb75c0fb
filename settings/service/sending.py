"""An example's request of the service's contract, as it is sent."""

import base64
import mimetypes
from typing import Any

from settings.probes.definition import Call, Example, Request
from settings.probes.wire import JSON, Sent, UnsendableError, built, by_path, reader
from settings.service.contract import Operation
from settings.service.reading import Service


def sent(service: Service, example: Example) -> Sent:
    """The request of an example, whether of an operation or not. Raises `UnsendableError`."""
    read, request = reader(service.folder, service.shown), example.request
    if isinstance(example, Call) and not example.operation:
        return by_path(example, read)
    operation = service.operation(example)
    content_type = _content_type(operation, request)
    return built(operation.method, operation.path, request, read, content_type)


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


def _content_type(operation: Operation, request: Request) -> str | None:
    """What the contract has for the request's body."""
    kind = request.kind
    if not kind:
        if operation.body_required:
            raise UnsendableError(
                "", "it has no body and the contract wants one: 400. Give `body`, `file` or `base64`."
            )
        return None
    if not operation.bodies:
        raise UnsendableError(kind, f"the contract gives `{operation.id}` no body. Remove it.")
    media = request.content_type or _guessed(operation, request)
    if media not in operation.bodies:
        known = ", ".join(operation.bodies)
        raise UnsendableError("content_type", f"the contract has no body of {media}: 415. It has {known}.")
    return media


def _guessed(operation: Operation, request: Request) -> str:
    if len(operation.bodies) == 1:
        return next(iter(operation.bodies))
    if request.file:
        return mimetypes.guess_type(request.file)[0] or "a file of unknown type"
    return JSON
