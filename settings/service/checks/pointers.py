"""What a JSON pointer can lead to in the values of a schema."""

from collections.abc import Iterator, Mapping
from typing import Any


def pointed(schema: Mapping[str, Any], pointer: str) -> list[Mapping[str, Any]]:
    """The schemas (draft 4, inlined) that a value at `pointer` may have; none when there can be no such
    value."""
    found = [schema]
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        found = [inner for one in found for inner in _inside(one, name)]
    return found


def _inside(schema: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    kinds = schema.get("type", ["object", "array"])
    if "object" in kinds:
        yield from _property(schema, name)
    if "array" in kinds and name.isdigit() and int(name) < schema.get("maxItems", int(name) + 1):
        yield schema.get("items", {})


def _property(schema: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    alternatives = [one for key in ("oneOf", "anyOf", "allOf") for one in schema.get(key, ())]
    own = schema.get("properties", {})
    if name in own:
        yield own[name]
    elif alternatives:
        for one in alternatives:
            yield from _inside({"type": "object", **one}, name)
    elif schema.get("additionalProperties", True) is not False:
        extra = schema.get("additionalProperties", True)
        yield {} if isinstance(extra, bool) else extra
