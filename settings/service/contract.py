"""A service's OpenAPI document as what the product needs of it: operations, parameters, bodies, answers,
sizes.

Reads what `checks.contract` has found to be right; of what is wrong it reads as much as can be read.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from settings.service.schemas import draft4
from settings.service.security import Security, security
from settings.service.source import Place, Source

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
JSON = "application/json"
# Lambda takes 6 MB an invocation ("Lambda quotas"), in which a binary body is base64 and the event has
# headers, path and context, which API Gateway bounds at 10 kB and some more.
MAX_EVENT_BODY = 6 * 1024 * 1024 - 128 * 1024
MAX_BYTES: Mapping[bool, int] = {False: MAX_EVENT_BODY, True: MAX_EVENT_BODY * 3 // 4}
MOST_BYTES_A_CHARACTER = 12  # of JSON: two \u escapes


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """`where` is path or query; `schema` is draft 4."""

    name: str
    where: str
    required: bool
    schema: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One operation. `bodies` and `answers` hold draft 4 schemas: by media type, by status and media type."""

    id: str
    method: str
    path: str
    place: Place
    parameters: tuple[Parameter, ...]
    bodies: Mapping[str, Mapping[str, Any]]
    body_required: bool
    answers: Mapping[str, Mapping[str, Mapping[str, Any]]]
    security: Security

    @property
    def resource(self) -> str:
        """The operation in an `execute-api` ARN behind the stage: method and path, `*` for what varies."""
        return self.method + re.sub(r"\{[^}]+\}", "*", self.path)

    def answer_schema(self, status: int) -> Mapping[str, Any] | None:
        """The schema of the JSON answer with this status, None where the contract gives none."""
        media = self.answers.get(str(status)) or self.answers.get("default") or {}
        return media.get(JSON)

    def max_bytes(self, media: str) -> int:
        """The largest body of this media type that the contract allows and that reaches the function."""
        binary = not is_json(media)
        schema = self.bodies[media]
        stated = (
            schema.get("maxLength") if binary else largest(schema)
        )  # which counts bytes of what is no text
        return MAX_BYTES[binary] if stated is None else min(stated, MAX_BYTES[binary])


class Contract:
    """The contract; `document` is it as written, keys as text. Shared: do not change it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.document: dict[str, Any] = source.data

    @cached_property
    def schemas(self) -> Mapping[str, Any]:
        """`components.schemas`."""
        found: Mapping[str, Any] = self.document.get("components", {}).get("schemas", {})
        return found

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation, by `operationId`."""
        return {
            operation["operationId"]: self._operation(place, operation, shared)
            for place, operation, shared in self.written()
        }

    @cached_property
    def binary_types(self) -> tuple[str, ...]:
        """The media types that API Gateway has to hand over as bytes: all that are not JSON."""
        found = {media for operation in self.operations.values() for media in operation.bodies}
        return tuple(sorted(media for media in found if not is_json(media)))

    @cached_property
    def largest_body(self) -> int:
        """Bytes of the largest body that any operation takes; 0 when none takes one."""
        sizes = (o.max_bytes(media) for o in self.operations.values() for media in o.bodies)
        return max(sizes, default=0)

    def written(self) -> Iterator[tuple[Place, Mapping[str, Any], list[Any]]]:
        """Place and text of every operation, and the parameters that its path gives it."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield ("paths", path, method), item[method], item.get("parameters", [])

    def followed(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """The part of `components` that a `$ref` to a parameter, body or response leads to, or the part
        itself."""
        while "$ref" in part:
            found: Any = self.document
            for name in str(part["$ref"]).removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part

    def _operation(self, place: Place, operation: Mapping[str, Any], shared: list[Any]) -> Operation:
        own = [self.followed(parameter) for parameter in [*shared, *operation.get("parameters", [])]]
        body = self.followed(operation.get("requestBody", {}))
        return Operation(
            id=operation["operationId"],
            method=str(place[2]).upper(),
            path=str(place[1]),
            place=place,
            parameters=tuple(
                Parameter(
                    name=parameter["name"],
                    where=parameter["in"],
                    required=bool(parameter.get("required")),
                    schema=self._schema(parameter),
                )
                for parameter in {(p["name"], p["in"]): p for p in own}.values()
            ),
            bodies={media: self._schema(content) for media, content in body.get("content", {}).items()},
            body_required=bool(body.get("required")),
            answers={
                status: {
                    media: self._schema(content)
                    for media, content in self.followed(response).get("content", {}).items()
                }
                for status, response in operation["responses"].items()
            },
            security=security(self.document, operation),
        )

    def _schema(self, holder: Mapping[str, Any]) -> Mapping[str, Any]:
        return draft4(holder.get("schema", {}), self.schemas)


def is_json(media: str) -> bool:
    """Whether a body of this media type is JSON."""
    essence = media.partition(";")[0].strip().lower()
    return essence == JSON or essence.endswith("+json")


def largest(schema: Mapping[str, Any]) -> int | None:
    """Bytes of the largest JSON value of a schema, written without white space; None: nothing bounds it.

    A number is taken to have at most 32 characters.
    """
    size: int | None = None
    match schema:
        case {"enum": choices}:
            size = max(len(json.dumps(choice)) for choice in choices)
        case {"oneOf": choices} | {"anyOf": choices}:
            size = _most(largest(choice) for choice in choices)
        case {"type": "number" | "integer" | "boolean"}:
            size = 32
        case {"type": "string", "maxLength": longest}:
            size = longest * MOST_BYTES_A_CHARACTER + 2
        case {"type": "array", "maxItems": count}:
            item = largest(schema.get("items", {}))
            size = None if item is None else count * (item + 1) + 2
        case {"type": "object", "additionalProperties": False}:
            named = schema.get("properties", {})
            parts = [largest(part) for part in named.values()]
            names = sum(len(json.dumps(name)) + 2 for name in named)
            size = None if None in parts else 2 + names + sum(part or 0 for part in parts)
    return size


def _most(sizes: Iterable[int | None]) -> int | None:
    known = list(sizes)
    return None if None in known else max((size or 0 for size in known), default=0)
