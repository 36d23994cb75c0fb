"""OpenAPI 3.0 schemas as API Gateway models: JSON Schema draft 4 with every `$ref` inlined.

Refuses what cannot be inlined (a schema that contains itself) and references to elsewhere.
"""

import json
from collections.abc import Mapping
from typing import Any

from local.deployer.errors import Unsupported

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
PREFIX = "#/components/schemas/"
# OpenAPI's own keywords: they describe, they do not validate, and draft 4 does not know them.
DESCRIPTIVE = frozenset(
    {"example", "discriminator", "xml", "externalDocs", "deprecated", "readOnly", "writeOnly", "nullable"}
)
# Keywords whose keys are names of properties, not keywords.
NAMED = frozenset({"properties", "patternProperties", "definitions"})
# Keywords whose values are data, not schemas.
LITERAL = frozenset({"enum", "default", "const"})


def model_schema(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A schema as the JSON text of an API Gateway model; `schemas` are `components.schemas`.

    Raises `Unsupported` for a reference that cannot be resolved or leads back to itself.
    """
    return json.dumps({"$schema": DRAFT_4, **_inlined(schema, schemas, ())})


def _inlined(schema: Mapping[str, Any], schemas: Mapping[str, Any], above: tuple[str, ...]) -> dict[str, Any]:
    if "$ref" in schema:
        name = model_name(schema["$ref"])
        if name in above:
            raise Unsupported(f"schema {name!r} contains itself; API Gateway models here are inlined")
        if name not in schemas:
            raise Unsupported(f"{schema['$ref']} names no schema of the document")
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


def model_name(reference: str) -> str:
    """The schema a local reference names. Raises `Unsupported` for any other reference."""
    if not reference.startswith(PREFIX):
        raise Unsupported(f"{reference!r} is not below {PREFIX}; other references are not supported")
    return reference.removeprefix(PREFIX)
