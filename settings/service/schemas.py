"""Schemas of an OpenAPI 3.0 contract as JSON Schema draft 4, which is what API Gateway validates by.

Every `$ref` is inlined, OpenAPI's own keywords are left out or translated. Deliberately no schema that
contains itself.
"""

from collections.abc import Mapping
from typing import Any

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
PREFIX = "#/components/schemas/"
# OpenAPI's own keywords: they describe, they do not validate, and draft 4 does not know them.
DESCRIPTIVE = frozenset(
    {"example", "discriminator", "xml", "externalDocs", "deprecated", "readOnly", "writeOnly", "nullable"}
)
NAMED = frozenset({"properties", "patternProperties", "definitions"})  # their keys are names of properties
LITERAL = frozenset({"enum", "default"})  # their values are data


class SchemaError(ValueError):
    """A schema that cannot be inlined; the message names it."""


def draft4(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """A schema on its own; `schemas` are the contract's `components.schemas`. Raises `SchemaError`."""
    return _inlined(schema, schemas, ())


def model_name(reference: object) -> str:
    """The schema that a local reference names. Raises `SchemaError` for any other reference."""
    if not (isinstance(reference, str) and reference.startswith(PREFIX)):
        raise SchemaError(f"{reference!r} is not below {PREFIX}; other references are not supported")
    return reference.removeprefix(PREFIX)


def _inlined(schema: Mapping[str, Any], schemas: Mapping[str, Any], above: tuple[str, ...]) -> dict[str, Any]:
    if "$ref" in schema:
        name = model_name(schema["$ref"])
        if name in above:
            raise SchemaError(f"schema {name!r} contains itself")
        if name not in schemas:
            raise SchemaError(f"{schema['$ref']} names no schema of the document")
        return _inlined(schemas[name], schemas, (*above, name))
    result = {
        key: _keyword(key, value, schemas, above) for key, value in schema.items() if key not in DESCRIPTIVE
    }
    if schema.get("nullable") and "type" in result:
        result["type"] = [result["type"], "null"]
    return result


def _keyword(key: str, value: Any, schemas: Mapping[str, Any], above: tuple[str, ...]) -> Any:
    if key in NAMED:
        return {name: _inlined(item, schemas, above) for name, item in value.items()}
    if key in LITERAL:
        return value
    if isinstance(value, Mapping):
        return _inlined(value, schemas, above)
    if isinstance(value, list):
        return [_inlined(item, schemas, above) if isinstance(item, Mapping) else item for item in value]
    return value
