"""What is expected of an answer and can never come: pointers, schemas, times, headers, statuses."""

from pathlib import Path

import pytest

from tests.settings.probes.wrong import HUSH, login, probe, problems, schema, value

D4 = "http://json-schema.org/draft-04/schema#"
CLOSED = "{type: object, properties: {a: {type: object}}, additionalProperties: false}"
WRONG: dict[str, tuple[str, str]] = {
    "pointer without a slash": (
        value("{pointer: id, equals: 1}"),
        "8: probes[0].expect.values[0].pointer: it is no JSON pointer, so it points",
    ),
    "pointer with a tilde that means nothing": (
        value("{pointer: /a~2, equals: 1}"),
        "8: probes[0].expect.values[0].pointer: it is no JSON pointer, so it points",
    ),
    "JSONPath": (
        value("{pointer: $.a.b, equals: 1}"),
        "8: probes[0].expect.values[0].pointer: it is no JSON pointer, so it points",
    ),
    "pointer as a fragment": (
        value("{pointer: '#/a', equals: 1}"),
        "8: probes[0].expect.values[0].pointer: it is no JSON pointer, so it points",
    ),
    "pointer with dots": (
        value("{pointer: /a.b, equals: 1}", schema=CLOSED),
        "8: probes[0].expect.values[0].pointer: no answer that fits the schema",
    ),
    "index into an object": (
        value("{pointer: /0, equals: 1}", schema=CLOSED),
        "8: probes[0].expect.values[0].pointer: no answer that fits the schema",
    ),
    "negative index": (
        value("{pointer: /items/-1, equals: 1}"),
        "8: probes[0].expect.values[0].pointer: '-1' in '/items/-1' would be the",
    ),
    "negative index by a schema": (
        value("{pointer: /-1, equals: 1}", schema="{type: array}"),
        "8: probes[0].expect.values[0].pointer: no answer that fits the schema",
    ),
    "index beyond the end": (
        value("{pointer: /items/-, equals: 1}"),
        "8: probes[0].expect.values[0].pointer: '-' in '/items/-' would be the",
    ),
    "index with a zero": (
        value("{pointer: /01, equals: 1}", schema="{type: array}"),
        "8: probes[0].expect.values[0].pointer: no answer that fits the schema",
    ),
    "index in brackets": (
        value("{pointer: '/a[0]', equals: 1}"),
        "8: probes[0].expect.values[0].pointer: 'a[0]' in '/a[0]' would be the",
    ),
    "any item": (
        value("{pointer: /a/*/b, equals: 1}"),
        "8: probes[0].expect.values[0].pointer: '*' in '/a/*/b' would be the name",
    ),
    "blank at the end": (
        value("{pointer: '/a ', equals: 1}"),
        "8: probes[0].expect.values[0].pointer: 'a ' in '/a ' would be the name",
    ),
    "slash for the whole": (
        value("{pointer: /, equals: 1}"),
        "8: probes[0].expect.values[0].pointer: '' in '/' would be the name of",
    ),
    "pointer that is taken": (
        login("{pointer: /items/-1}"),
        "5: probes[0].before[0].take.x.pointer: '-1' in '/items/-1' would be the",
    ),
    "number for a pointer": (
        value("{pointer: 7, equals: 1}"),
        "8: probes[0].expect.values[0].pointer: it should be text; put a number",
    ),
    "pointer without a value": (
        value("{pointer: /a}"),
        "8: probes[0].expect.values[0].equals: missing, and it has no default",
    ),
    "pointer twice": (
        probe("expect:\n  values: [{pointer: /a, equals: 1}, {pointer: /a, equals: 2}]"),
        "6: probes[0].expect.values[1]: another value has its pointer",
    ),
    "value within a number": (
        probe("expect:\n  values: [{pointer: /a, equals: 1}, {pointer: /a/b, equals: 2}]"),
        "6: probes[0].expect.values[1]: by the value at '/a' nothing",
    ),
    "values as a mapping": (
        probe("expect:\n  values: {/a: 1}"),
        "6: probes[0].expect.values: it should be a list, each item",
    ),
    "tolerance below zero": (
        value("{pointer: /a, equals: 1, tolerance: -1}"),
        "8: probes[0].expect.values[0].tolerance: it should be at least 0.0; nothing",
    ),
    "tolerance in per cent": (
        value("{pointer: /a, equals: 1, tolerance: 5%}"),
        "8: probes[0].expect.values[0].tolerance: it should be a number, without",
    ),
    "tolerance that is no number": (
        value("{pointer: /a, equals: 1, tolerance: .nan}"),
        "8: .nan is no number that JSON has",
    ),
    "tolerance without a value": (
        value("{pointer: /a, equals: 1, tolerance: }"),
        "8: probes[0].expect.values[0].tolerance: nothing is there, and the key",
    ),
    "tolerance of a date": (
        value("{pointer: /a, equals: 2024-01-01, tolerance: 1}"),
        "8: probes[0].expect.values[0]: `tolerance` is for numbers and",
    ),
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
    "pattern of names that is none": (
        schema("{patternProperties: {'(': {}}}"),
        "6: probes[0].expect.schema.patternProperties[(]: it is no regular expression (missing",
    ),
    "bound that is no number": (schema("{maximum: .inf}"), "6: .inf is no number that JSON has"),
    "schema too deep": (schema("{not: " * 101 + "{}" + "}" * 101), "6: it is nested too deep, or holds"),
    "time of none": (
        probe("expect: {max_ms: 0}"),
        "5: probes[0].expect.max_ms: it should be at least 1; nothing",
    ),
    "time below none": (
        probe("expect: {max_ms: -5}"),
        "5: probes[0].expect.max_ms: it should be at least 1; nothing",
    ),
    "time beyond any canary's": (
        probe("expect: {max_ms: 30001}"),
        "5: probes[0].expect.max_ms: it should be at most 30000; nothing",
    ),
    "time with a unit": (
        probe("expect: {max_ms: 800ms}"),
        "5: probes[0].expect.max_ms: it should be a whole number, without",
    ),
    "time of a clock": (
        probe("expect: {max_ms: 12:30}"),
        "5: probes[0].expect.max_ms: it should be a whole number, without",
    ),
    "header as a mapping": (
        probe("expect: {headers: {Content-Type: application/json}}"),
        "5: probes[0].expect.headers: it should be a list, each item",
    ),
    "header with a blank": (
        probe("expect: {headers: [{name: Content Type, equals: a}]}"),
        "5: probes[0].expect.headers[0].name: it should be the name of a header",
    ),
    "header with a line break": (
        probe('expect: {headers: [{name: X, equals: "a\\r\\nb"}]}'),
        "5: probes[0].expect.headers[0].equals: it should be plain ASCII on one",
    ),
    "header with nothing": (
        probe("expect: {headers: [{name: X}]}"),
        "5: probes[0].expect.headers[0]: it has either `equals` or `matches`",
    ),
    "header as a number": (
        probe("expect: {headers: [{name: X, equals: 7}]}"),
        "5: probes[0].expect.headers[0].equals: it should be text; put a number",
    ),
    "header of two texts": (
        probe("expect: {headers: [{name: X, equals: a}, {name: x, equals: b}]}"),
        "5: probes[0].expect: the header x cannot equal two",
    ),
    "header's pattern without a value": (
        probe("expect: {headers: [{name: X, matches: }]}"),
        "5: probes[0].expect.headers[0].matches: nothing is there, and the key",
    ),
    "status below any": (
        probe("expect: {status: 99}"),
        "5: probes[0].expect.status: it should be at least 200; nothing",
    ),
    "status above any": (
        probe("expect: {status: 600}"),
        "5: probes[0].expect.status: it should be at most 599; nothing",
    ),
    "status as text": (
        probe("expect: {status: '200'}"),
        "5: probes[0].expect.status: it should be a whole number, without",
    ),
    "several statuses": (
        probe("expect: {status: [200, 201]}"),
        "5: probes[0].expect.status: it should be a whole number, without",
    ),
    "status of a kind": (
        probe("expect: {status: 2xx}"),
        "5: probes[0].expect.status: it should be a whole number, without",
    ),
    "status in octal": (probe("expect: {status: 0310}"), "5: 0310 is another number in each"),
    "status where none belongs": (probe("status: 200"), "5: probes[0].status: unknown key; it would have no"),
    "value of HEAD": (
        probe("method: HEAD\nexpect: {values: [{pointer: '', equals: 1}]}"),
        "6: probes[0].expect.values[0]: an answer to HEAD with status",
    ),
    "schema of no body": (
        probe("expect: {status: 204, schema: {type: object}}"),
        "5: probes[0].expect.schema: an answer to GET with status 204",
    ),
}


@pytest.mark.parametrize(("content", "said"), WRONG.values(), ids=WRONG.keys())
def test_one_sentence_tells_the_place_the_consequence_and_the_fix(
    content: str, said: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, content)
    assert problem.startswith(f"probes.yaml:{said}"), problem
    assert problem.endswith((".", "?"))
    assert problem.isprintable()
    assert HUSH not in problem
