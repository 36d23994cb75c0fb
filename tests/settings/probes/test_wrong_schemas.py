"""Schemas that are none, that nothing fits, or that check nothing."""

from pathlib import Path

import pytest

from tests.settings.probes.wrong import schema, told

D4 = "http://json-schema.org/draft-04/schema#"
WRONG: dict[str, tuple[str, str]] = {
    "type of another language": (
        schema("{type: int}"),
        "6: probes[0].expect.schema.type: no type, so no answer could be",
    ),
    "type with a capital": (
        schema("{type: String}"),
        "6: probes[0].expect.schema.type: no type, so no answer could be",
    ),
    "keyword with a slip": (
        schema("{type: object, propertys: {}}"),
        "6: probes[0].expect.schema.propertys: no keyword of this draft; it would",
    ),
    "keyword of OpenAPI": (
        schema("{type: string, nullable: true}"),
        "6: probes[0].expect.schema.nullable: no keyword of this draft; it would",
    ),
    "keyword of a later draft": (
        schema("{type: array, prefixItems: [{}]}"),
        "6: probes[0].expect.schema.prefixItems: no keyword of this draft; it would",
    ),
    "keyword of another draft": (
        schema(f"{{$schema: '{D4}', const: 1}}"),
        "6: probes[0].expect.schema.const: no keyword of this draft; it would",
    ),
    "draft of another year": (
        schema("{$schema: 'https://json-schema.org/draft/2020-12/schema', type: object}"),
        "6: probes[0].expect.schema.$schema: checks are made of drafts 4, 6",
    ),
    "bound of an older draft": (
        schema("{type: number, minimum: 1, exclusiveMinimum: true}"),
        "6: probes[0].expect.schema.exclusiveMinimum: True is not of type 'number':",
    ),
    "keyword of another type": (
        schema("{type: string, minimum: 4}"),
        "6: probes[0].expect.schema.minimum: it is of numbers and `type` is",
    ),
    "properties of a list": (
        schema("{type: array, properties: {a: {}}}"),
        "6: probes[0].expect.schema.properties: it is of objects and `type` is",
    ),
    "then without an if": (
        schema("{then: {}}"),
        "6: probes[0].expect.schema.then: there is no `if`, so it would",
    ),
    "if without a then": (
        schema("{if: {}}"),
        "6: probes[0].expect.schema.if: there is neither `then` nor `else`",
    ),
    "format of no name": (
        schema("{type: string, format: datetime}"),
        "6: probes[0].expect.schema.format: no format that is checked, so",
    ),
    "file for a schema": (
        schema("order.json"),
        "6: probes[0].expect.schema: it is true, false, or a JSON Schema",
    ),
    "reference to a file": (
        schema("{$ref: order.json}"),
        "6: probes[0].expect.schema.$ref: 'order.json' is outside of the",
    ),
    "reference to another host": (
        schema("{properties: {a: {$ref: 'https://x.example/y.json#/a'}}}"),
        "6: probes[0].expect.schema.properties.a.$ref: 'https://x.example/y.json#/a'",
    ),
    "reference to nowhere": (
        schema("{properties: {a: {$ref: '#/definitions/x'}}}"),
        "6: probes[0].expect.schema.properties.a.$ref: '#/definitions/x' leads nowhere",
    ),
    "reference in a circle": (
        schema(
            "{properties: {a: {$ref: '#/definitions/a'}}, definitions: {a: {not: {$ref: '#/definitions/a'}}}}"
        ),
        "6: probes[0].expect.schema.properties.a.$ref: '#/definitions/a' contains itself",
    ),
    "reference to a text": (
        schema("{$ref: '#/title', title: x}"),
        "6: probes[0].expect.schema.$ref: '#/title' leads to something that",
    ),
    "reference and more": (
        schema("{properties: {a: {$ref: '#/definitions/x', maximum: 3}}, definitions: {x: {}}}"),
        "6: probes[0].expect.schema.properties.a.maximum: it stands beside `$ref`, where",
    ),
    "definitions of a later draft": (
        schema("{$ref: '#/$defs/x', $defs: {x: {}}}"),
        "6: probes[0].expect.schema.$defs: no keyword of this draft; it would",
    ),
    "bounds that cross": (
        schema("{minimum: 5, maximum: 1}"),
        "6: probes[0].expect.schema.minimum: it is above `maximum`, so no answer",
    ),
    "bounds that meet and are open": (
        schema("{minimum: 5, exclusiveMaximum: 5}"),
        "6: probes[0].expect.schema.minimum: it is no lower than `exclusiveMaximum`",
    ),
    "bounds of draft 4 that meet": (
        schema(f"{{$schema: '{D4}', minimum: 5, maximum: 5, exclusiveMaximum: true}}"),
        "6: probes[0].expect.schema.minimum: it is no lower than `maximum`",
    ),
    "lengths that cross": (
        schema("{minLength: 5, maxLength: 1}"),
        "6: probes[0].expect.schema.minLength: it is above `maxLength`, so no",
    ),
    "more required than allowed": (
        schema("{required: [a, b], maxProperties: 1}"),
        "6: probes[0].expect.schema.required: it has more names than `maxProperties`",
    ),
    "required and forbidden": (
        schema("{required: [a], properties: {a: false}}"),
        "6: probes[0].expect.schema.required: 'a' is required and its schema",
    ),
    "list of no values": (
        schema("{enum: []}"),
        "6: probes[0].expect.schema.enum: it has no value that fits the",
    ),
    "values of another type": (
        schema("{type: string, enum: [1, 2]}"),
        "6: probes[0].expect.schema.enum: it has no value that fits the",
    ),
    "constant of another type": (
        schema("{type: string, const: 1}"),
        "6: probes[0].expect.schema.const: it has no value that fits the",
    ),
    "constant beside values": (
        schema("{enum: [1], const: 1}"),
        "6: probes[0].expect.schema.const: `enum` says what it may be already",
    ),
    "length below zero": (
        schema("{minLength: -1}"),
        "6: probes[0].expect.schema.minLength: -1 is less than the minimum of",
    ),
    "length as text": (
        schema("{minLength: '3'}"),
        "6: probes[0].expect.schema.minLength: '3' is not of type 'integer':",
    ),
    "required as truth value": (
        schema("{properties: {a: {type: string, required: true}}}"),
        "6: probes[0].expect.schema.properties.a.required: True is not of type 'array': that",
    ),
    "type in place of a schema": (
        schema("{properties: {a: string}}"),
        "6: probes[0].expect.schema.properties.a: 'string' is not of type 'object'",
    ),
    "pattern that is none": (
        schema("{properties: {a: {pattern: '*.json'}}}"),
        "6: probes[0].expect.schema.properties.a.pattern: it is no regular expression (nothing",
    ),
    "pattern of JavaScript": (
        schema(r"{pattern: '^\p{L}+$'}"),
        "6: probes[0].expect.schema.pattern: it is no regular expression (bad",
    ),
    "pattern of another dialect": (
        schema("{pattern: '[[:alpha:]]'}"),
        "6: probes[0].expect.schema.pattern: it is no regular expression (Possible nested set",
    ),
    "pattern of names that is none": (
        schema("{patternProperties: {'(': {}}}"),
        "6: probes[0].expect.schema.patternProperties[(]: it is no regular expression (missing",
    ),
    "bound that is no number": (schema("{maximum: .inf}"), "6: .inf is no number that JSON has"),
    "schema too deep": (schema("{not: " * 101 + "{}" + "}" * 101), "6: it is nested too deep, or holds"),
}


@pytest.mark.parametrize(("content", "said"), WRONG.values(), ids=WRONG.keys())
def test_one_sentence_tells_the_place_the_consequence_and_the_fix(
    content: str, said: str, tmp_path: Path
) -> None:
    told(tmp_path, content, said)
