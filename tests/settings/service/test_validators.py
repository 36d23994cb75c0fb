"""The generated checks against a library that reads the same schemas at run time."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from handlers.invalid import InvalidError
from settings.service.validators import UncompilableError, compiled, module

KINDS: list[Mapping[str, Any]] = [
    {"type": "string", "minLength": 1, "maxLength": 3, "pattern": "^[a-z]*$"},
    {"type": "number", "minimum": -1, "maximum": 5},
    {"type": "integer", "multipleOf": 2},
    {"type": "boolean"},
    {"type": ["string", "null"]},
    {"enum": ["a", 1, True, None]},
    {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2, "uniqueItems": True},
    {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
    {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2}]},
    {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    {"allOf": [{"type": "integer"}, {"minimum": 1}]},
    {"not": {"type": "string"}},
]
SCHEMAS = st.recursive(
    st.sampled_from(KINDS),
    lambda inner: (
        st.dictionaries(st.sampled_from(("a", "b{c}", 'd"%', "keys")), inner, min_size=1).map(
            lambda parts: {
                "type": "object",
                "required": sorted(parts)[:1],
                "properties": parts,
                "additionalProperties": False,
            }
        )
        | inner.map(lambda item: {"type": "array", "items": item, "maxItems": 2})
    ),
    max_leaves=4,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 8) | st.sampled_from([0.5, 2.5, "a", "abcd", "A", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("a", "b{c}", 'd"%', "keys", "x")), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(schema=SCHEMAS, value=VALUES)
def test_a_value_passes_where_the_schema_takes_it(schema: Mapping[str, Any], value: Any) -> None:
    try:
        compiled(schema)(value)
    except InvalidError:
        passed = False
    else:
        passed = True
    assert passed == Draft4Validator(schema).is_valid(value)


SECRET = "Jane-Doe"
SAID: list[tuple[Mapping[str, Any], Any, str]] = [
    ({"type": "integer"}, SECRET, "must be a whole number."),
    ({"type": ["string", "null"]}, 7, "must be text or null."),
    ({"maximum": 5}, 6, "must be at most 5."),
    ({"minimum": 5}, 4, "must be at least 5."),
    ({"multipleOf": 0.01, "type": "number"}, 0.005, "must be a multiple of 0.01."),
    ({"maxLength": 3}, SECRET, "must have at most 3 characters."),
    ({"minItems": 2}, [], "must have at least 2 items."),
    ({"uniqueItems": True}, [SECRET, SECRET], "must not have an item twice."),
    ({"pattern": "^a$"}, SECRET, "must match ^a$."),
    ({"format": "date", "type": "string"}, SECRET, "must be of the format date."),
    ({"enum": ["a", "b"]}, SECRET, "must be one of a, b."),
    ({"type": "object", "required": ["a"]}, {}, "a must be given."),
    (
        {"type": "object", "additionalProperties": False, "properties": {"a": {}}},
        {SECRET: 1},
        "only a may be given.",
    ),
    (
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {SECRET: "x"},
        "*: must be a whole number.",
    ),
    (
        {"properties": {"a": {"type": "array", "items": {"properties": {"b%": {"type": "integer"}}}}}},
        {"a": [{"b%": 1}, {"b%": SECRET}]},
        "a[1].b%: must be a whole number.",
    ),
    ({"anyOf": [{"type": "integer"}]}, SECRET, "must fit the contract's schema."),
]


@pytest.mark.parametrize(("schema", "value", "said"), SAID)
def test_what_is_wanted_is_said_and_nothing_of_the_value(
    schema: Mapping[str, Any], value: Any, said: str
) -> None:
    with pytest.raises(InvalidError) as raised:
        compiled(schema)(value)
    assert str(raised.value) == said
    assert SECRET not in repr(raised.value.__dict__)


def test_decimal_fractions_are_multiples_of_each_other() -> None:
    compiled({"type": "number", "multipleOf": 0.01})(0.07)


def test_formats_that_only_describe_hold_nothing_back() -> None:
    compiled({"type": "string", "format": "binary"})("anything")


def test_a_module_has_no_dependency_and_the_same_bytes_each_time() -> None:
    schemas = {"one": {"type": "string", "pattern": "^a$"}, "two": {"type": "integer"}}
    written = module(schemas, "from a test")
    assert written == module(dict(reversed(schemas.items())), "from a test")
    imported = {line for line in written.splitlines() if "import" in line}
    assert imported == {"import re", "from handlers.invalid import InvalidError"}
    names: dict[str, Any] = {}
    exec(written, names)  # noqa: S102  # code that was generated
    names["one"]("a")
    with pytest.raises(InvalidError):
        names["two"]("a")


@pytest.mark.parametrize("schema", [{"pattern": "["}, {"type": "strin"}, {"enum": 7}])
def test_a_schema_that_is_none_is_told(schema: Mapping[str, Any]) -> None:
    with pytest.raises(UncompilableError):
        compiled(schema)
