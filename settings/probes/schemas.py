"""A JSON Schema that stands in a file of probes: draft 4, 6 or 7, as the canary's checks.

References within the schema are inlined. Deliberately no schema that contains itself, and no other document.
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from settings.probes.possible import IDLE, doubts
from settings.service.errors import did_you_mean
from settings.service.schemas import SchemaError
from settings.service.source import Place
from settings.service.validators import TYPES, UncompilableError, compiled

DRAFTS = {f"http://json-schema.org/draft-0{number}/schema": f"Draft{number}Validator" for number in (4, 6, 7)}
LATER = {
    "$defs": "In this draft it is `definitions`.",
    "dependentRequired": "In this draft it is `dependencies`.",
    "dependentSchemas": "In this draft it is `dependencies`.",
    "prefixItems": "In this draft it is `items`, with a list.",
    "nullable": 'That is OpenAPI\'s; write `type: [..., "null"]`.',
    "example": "Write `examples`, with a list.",
}
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
# Where schemas stand within a schema: one, a list of them, or some by name.
ONE = (
    "items",
    "additionalItems",
    "contains",
    "additionalProperties",
    "propertyNames",
    "if",
    "then",
    "else",
    "not",
)
LISTED = ("items", "allOf", "anyOf", "oneOf")
NAMED = ("properties", "patternProperties", "definitions", "dependencies")
SHOWN = 120  # characters of another library's words
Report = Callable[[Place, str], None]


class RefError(SchemaError):
    """A `$ref` that cannot be inlined."""

    def __init__(self, reference: str, problem: str) -> None:
        super().__init__(f"{reference!r} {problem}")
        self.reference = reference


def checked(schema: Mapping[str, Any], report: Report) -> Mapping[str, Any] | None:
    """The schema without references; None where something is wrong, which is then reported."""
    wrong: list[Place] = []

    def note(place: Place, problem: str) -> None:
        wrong.append(place)
        report(place, problem)

    _judge(schema, note)
    if wrong:
        return None
    try:
        whole = inlined({"$schema": DRAFT_7, **schema})
        compiled(whole)
    except RefError as error:
        there = next(place for place, part in _parts((), schema) if part.get("$ref") == error.reference)
        report((*there, "$ref"), f"{error}; no answer could be checked by it. Correct it.")
        return None
    except UncompilableError as error:
        report((), f"{error}; no answer could be checked by it. Correct it.")
        return None
    return whole


def _judge(schema: Mapping[str, Any], note: Report) -> None:
    import jsonschema  # noqa: PLC0415  # takes long to import, and few probes have a schema of their own

    named = str(schema.get("$schema", DRAFT_7)).removesuffix("#")
    if named not in DRAFTS:
        note(
            ("$schema",), f"checks are made of drafts 4, 6 and 7, not of this. Write {DRAFT_7}, or remove it."
        )
        return
    draft = getattr(jsonschema, DRAFTS[named])
    malformed = False
    for error in draft(draft.META_SCHEMA).iter_errors(schema):
        malformed = True
        note(tuple(error.absolute_path), _malformed(error))
    known = draft.META_SCHEMA["properties"].keys()
    for place, part in _parts((), schema):
        for key in part.keys() - known:
            note((*place, key), f"no keyword of this draft; {IDLE}. {_meant(key, known)}")
        if not malformed:
            plain = {key: value for key, value in part.items() if key in known}
            for inner, problem in doubts(plain, {"$schema": f"{named}#"}):
                note((*place, *inner), problem)


def _malformed(error: Any) -> str:
    """What is wrong by the draft's own schema, in its words but for a type's name."""
    if error.validator == "anyOf" and error.absolute_path and error.absolute_path[-1] == "type":
        return f"no type, so no answer could be checked by it. {did_you_mean(str(error.instance), TYPES)}"
    said = f"{error.message[:SHOWN]}{'…' if len(error.message) > SHOWN else ''}"
    return f"{said}: that is no JSON Schema, so no answer could be checked by it. Correct it."


def _meant(key: str, known: Collection[str]) -> str:
    """The fix for a keyword that the draft has not; all that it has is too much to read."""
    near = difflib.get_close_matches(key, known, n=1)
    return LATER.get(key) or (f"Did you mean `{near[0]}`?" if near else "Remove it.")


def _parts(place: Place, schema: Any) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Every schema within a schema, with its place."""
    if not isinstance(schema, Mapping):
        return
    yield place, schema
    for key in ONE:
        yield from _parts((*place, key), schema.get(key))
    for key in LISTED:
        if isinstance(schema.get(key), list):
            for number, part in enumerate(schema[key]):
                yield from _parts((*place, key, number), part)
    for key in NAMED:
        if isinstance(schema.get(key), Mapping):
            for name, part in schema[key].items():
                yield from _parts((*place, key, name), part)


def inlined(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with what its `$ref` lead to in their place. Raises `SchemaError`."""
    found = _inlined(schema, schema, ())
    whole = found if isinstance(found, dict) else {} if found else {"not": {}}
    kept = {key: value for key, value in whole.items() if key != "definitions"}
    return kept | ({"$schema": schema["$schema"]} if "$schema" in schema else {})


def _inlined(part: Any, root: Mapping[str, Any], above: tuple[str, ...]) -> Any:
    if isinstance(part, list):
        return [_inlined(item, root, above) for item in part]
    if not isinstance(part, Mapping):
        return part
    reference = part.get("$ref")
    if isinstance(reference, str):
        if reference in above:
            raise RefError(reference, "contains itself")
        return _inlined(_led_to(reference, root), root, (*above, reference))
    return {
        key: value
        if key in ("enum", "const", "default", "examples", "definitions")
        else {name: _inlined(inner, root, above) for name, inner in value.items()}
        if key in NAMED and isinstance(value, Mapping)
        else _inlined(value, root, above)
        for key, value in part.items()
    }


def _led_to(reference: str, root: Mapping[str, Any]) -> Any:
    if reference == "#":
        raise RefError(reference, "contains itself")
    if not reference.startswith("#/"):
        raise RefError(reference, "is outside of the schema, and no other document is read")
    found: Any = root
    for token in unquote(reference.removeprefix("#/")).split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and re.fullmatch(r"\d+", name) and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, Mapping) and name in found:
            found = found[name]
        else:
            raise RefError(reference, "leads nowhere in the schema")
    if not isinstance(found, Mapping | bool):
        raise RefError(reference, "leads to something that is no schema")
    return found
