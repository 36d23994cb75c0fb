"""A schema of the contract: what API Gateway's models, which are JSON Schema draft 4, do not have."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from settings.service.contract import Contract
from settings.service.errors import did_you_mean
from settings.service.schemas import DESCRIPTIVE, PREFIX, SchemaError, draft4
from settings.service.source import Place
from settings.service.validators import UncompilableError, compiled

MAX_MODEL_BYTES = 400_000
KEYWORDS = DESCRIPTIVE | {
    "$ref", "title", "description", "type", "format", "enum", "multipleOf", "maximum", "minimum", "maxLength",
    "minLength", "pattern", "items", "maxItems", "minItems", "uniqueItems", "properties", "required",
    "maxProperties", "minProperties", "additionalProperties", "allOf", "anyOf", "oneOf", "not",
}  # fmt: skip
# Keyword -> what API Gateway makes of it, and the fix.
REFUSED = {
    "exclusiveMinimum": "API Gateway does not support it. Use `minimum`, and refuse the limit itself in"
    " `parse`.",
    "exclusiveMaximum": "API Gateway does not support it. Use `maximum`, and refuse the limit itself in"
    " `parse`.",
    "discriminator": "API Gateway does not support it in any schema. Use `oneOf` without it.",
    "default": "API Gateway does not support it, and nothing fills it in. Do so in `parse`, and describe it.",
    "readOnly": "API Gateway does not support it. Use another schema for requests than for answers.",
    "const": "draft 4, by which API Gateway validates, does not know it. Use `enum` with one value.",
}
NULLABLE = "API Gateway does not know it and would refuse null. Let the property be left out instead."
FORMATS = {"int32", "int64", "decimal"}
TYPES = ("string", "number", "integer", "boolean", "object", "array")
Report = Callable[[Place, str], None]


def schema_problems(
    contract: Contract, place: Place, schema: Mapping[str, Any], report: Report, *, request: bool = False
) -> Mapping[str, Any] | None:
    """Report what is wrong with a schema and all that it refers to; the draft 4 schema if nothing is."""
    wrong = []

    def note(where: Place, problem: str) -> None:
        wrong.append(where)
        report(where, problem)

    _walk(contract, place, schema, note, request=request, above=())
    if wrong:
        return None
    try:
        whole = draft4(schema, contract.schemas)
        compiled(whole)
    except (SchemaError, UncompilableError) as error:
        report(place, f"{error}; no request could be validated by it. Correct it.")
        return None
    if len(json.dumps(whole)) > MAX_MODEL_BYTES:
        report(
            place, "with all it refers to it has more than 400 kB, more than a model may. Make it smaller."
        )
    return whole


def _walk(
    contract: Contract, place: Place, schema: Any, note: Report, *, request: bool, above: tuple[str, ...]
) -> None:
    if not isinstance(schema, Mapping):
        note(place, "a schema is a mapping. Correct it.")
        return
    if "$ref" in schema:
        reference = str(schema["$ref"])
        name = reference.removeprefix(PREFIX)
        if not reference.startswith(PREFIX):
            note(
                (*place, "$ref"),
                f"API Gateway follows references within the document: {PREFIX}... Write it so.",
            )
        elif name not in contract.schemas:
            note((*place, "$ref"), f"there is no schema {name!r}. {did_you_mean(name, contract.schemas)}")
        elif name in above:
            note(
                (*place, "$ref"),
                f"schema {name!r} contains itself; nothing bounds such a body. Write it flat.",
            )
        else:
            inner: Place = ("components", "schemas", name)
            _walk(contract, inner, contract.schemas[name], note, request=request, above=(*above, name))
        return
    _keywords(place, schema, note, request=request)
    named = schema.get("properties", {})
    parts = [((*place, "properties", key), part) for key, part in named.items()] if _is_map(named) else []
    parts += [((*place, key), schema[key]) for key in ("items", "not") if key in schema]
    for key in ("allOf", "anyOf", "oneOf"):
        if isinstance(schema.get(key), list):
            parts += [((*place, key, number), part) for number, part in enumerate(schema[key])]
        elif key in schema:
            note((*place, key), "a list of schemas belongs here. Correct it.")
    extra = schema.get("additionalProperties", True)
    parts += [] if isinstance(extra, bool) else [((*place, "additionalProperties"), extra)]
    for where, part in parts:
        _walk(contract, where, part, note, request=request, above=above)


def _keywords(place: Place, schema: Mapping[str, Any], note: Report, *, request: bool) -> None:
    for key in schema:
        if key in REFUSED:
            note((*place, key), REFUSED[key])
        elif key not in KEYWORDS and not key.startswith("x-"):
            note((*place, key), f"no keyword of a schema in OpenAPI 3.0. {did_you_mean(key, KEYWORDS)}")
    if request and schema.get("nullable"):
        note((*place, "nullable"), NULLABLE)
    if "type" in schema and schema["type"] not in TYPES:
        note(
            (*place, "type"), f"it is none of {', '.join(TYPES)}; OpenAPI 3.0 has no other type. Correct it."
        )
    if schema.get("format") in FORMATS:
        note((*place, "format"), "API Gateway does not support this format. Use `minimum` and `maximum`.")
    if not _is_map(schema.get("properties", {})):
        note((*place, "properties"), "schemas by name belong here. Correct it.")


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)
