"""What is expected of an answer and can never come: values at pointers, times, headers, statuses."""

from pathlib import Path

import pytest

from tests.settings.probes.wrong import login, probe, told, value

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
    "schema of what has not changed": (
        probe("expect: {status: 304, schema: {type: object}}"),
        "5: probes[0].expect.schema: an answer to GET with status 304 has no body",
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
    told(tmp_path, content, said)
