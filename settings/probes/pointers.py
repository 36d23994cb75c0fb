"""What a JSON pointer can lead to in the values of a schema."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from handlers.canary.outcome import INDEX

Schema = Mapping[str, Any] | bool


def pointed(schema: Schema, pointer: str) -> list[Mapping[str, Any]]:
    """The schemas (draft 4 to 7, inlined) that a value at `pointer` may have; none when there can be no such
    value."""
    found = list(_plain(schema))
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        found = [plain for one in found for inner in _inside(one, name) for plain in _plain(inner)]
    return found


def _plain(schema: Schema) -> Iterator[Mapping[str, Any]]:
    """A schema as a mapping; `false` is of no value."""
    if schema is not False:
        yield {} if schema is True else schema


def _inside(schema: Mapping[str, Any], name: str) -> Iterator[Schema]:
    kinds = schema.get("type", ["object", "array"])
    if "object" in kinds:
        yield from _property(schema, name)
    if "array" in kinds and INDEX.fullmatch(name):
        yield from _item(schema, int(name))


def _item(schema: Mapping[str, Any], index: int) -> Iterator[Schema]:
    items = schema.get("items", True)
    if index >= schema.get("maxItems", index + 1):
        return
    if isinstance(items, list):
        yield items[index] if index < len(items) else schema.get("additionalItems", True)
    else:
        yield items


def _property(schema: Mapping[str, Any], name: str) -> Iterator[Schema]:
    alternatives = [one for key in ("oneOf", "anyOf", "allOf") for one in schema.get(key, ())]
    matching = [
        one for pattern, one in schema.get("patternProperties", {}).items() if re.search(pattern, name)
    ]
    own = schema.get("properties", {})
    if name in own:
        yield own[name]
    elif matching:
        yield from matching
    elif alternatives:
        for one in alternatives:
            yield from _inside({"type": "object", **one}, name) if isinstance(one, Mapping) else [one]
    else:
        yield schema.get("additionalProperties", True)
