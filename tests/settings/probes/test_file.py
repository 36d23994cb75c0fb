"""Files of probes that stand alone: exported where right, else told with file, line, place and fix."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings.probes import exported, file
from settings.service import ServiceError
from tests.settings.probes.wrong import probe

Spoil = Callable[[dict[str, Any]], None]
RIGHT: dict[str, Any] = {
    "description": "Orders.",
    "authorization": "iam",
    "probes": [
        {
            "name": "orders",
            "path": "/v1/orders/{id}",
            "request": {"path": {"id": 7}, "query": {"q": "a b"}, "headers": {"X-By": "${token}"}},
            "expect": {
                "schema": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {
                        "id": {"$ref": "#/definitions/id"},
                        "tags": {"type": "array", "items": {}},
                    },
                    "additionalProperties": False,
                    "definitions": {"id": {"type": "integer", "exclusiveMinimum": 0}},
                },
                "headers": [{"name": "Content-Type", "matches": "application/json.*"}],
                "values": [{"pointer": "/id", "equals": 7}],
                "max_ms": 800,
            },
            "before": [
                {
                    "name": "login",
                    "url": "https://login.example.com",
                    "path": "/in",
                    "request": {"form": {"password": "${secrets.pass}"}},
                    "take": {"token": {"pointer": "/token"}},
                }
            ],
            "cleanup": [
                {"name": "logout", "method": "DELETE", "path": "/out/${token}", "expect": {"status": 204}}
            ],
            "heartbeat": "hc",
        },
        {"name": "health", "path": "/health", "authorization": "none"},
    ],
}


def written(folder: Path, content: Any) -> Path:
    path = folder / "probes.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
    return path


def problems(folder: Path, content: Any) -> list[str]:
    try:
        file.read(written(folder, content))
    except ServiceError as error:
        return [problem.replace(f"{folder}/", "") for problem in error.problems]
    return []


def put(*way: str | int, value: Any) -> Spoil:
    def spoil(content: dict[str, Any]) -> None:
        part: Any = content
        for step in way[:-1]:
            part = part[step]
        part[way[-1]] = value

    return spoil


def drop(*way: str | int) -> Spoil:
    def spoil(content: dict[str, Any]) -> None:
        part: Any = content
        for step in way[:-1]:
            part = part[step]
        del part[way[-1]]

    return spoil


def test_a_file_that_is_right_is_exported_with_all_that_the_canary_needs(tmp_path: Path) -> None:
    orders, health = json.loads(file.read(written(tmp_path, RIGHT)).exported())
    assert orders["target"] == "/v1/orders/7?q=a%20b"
    assert orders["headers"] == {"X-By": "${token}"}
    assert orders["authorization"] == {"iam": True}
    assert orders["schema"] == {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "integer", "exclusiveMinimum": 0},
            "tags": {"type": "array", "items": {}},
        },
        "additionalProperties": False,
    }
    (login,), (logout,) = orders["before"], orders["cleanup"]
    assert (login["method"], login["authorization"], login["form"]) == (
        "POST",
        {},
        {"password": "${secrets.pass}"},
    )
    assert (logout["target"], logout["authorization"]) == ("/out/${token}", {"iam": True})
    assert health == {
        "name": "health",
        "method": "GET",
        "target": "/health",
        "content_type": None,
        "body": None,
        "status": 200,
        "schema": None,
        "values": [],
        "max_ms": None,
        "authorization": {},
    }


def test_what_probes_need_is_known_from_the_export(tmp_path: Path) -> None:
    text = file.read(written(tmp_path, RIGHT)).exported()
    assert exported.secret_names(text) == {"hc": "orders", "pass": "orders"}
    assert exported.signed_calls(text) == ["GET/v1/orders/7", "DELETE/out/*"]
    assert exported.needs_api_key(text) is False
    own = {**RIGHT, "authorization": {"api_key": True, "oauth": OAUTH}}
    text = file.read(written(tmp_path, own)).exported()
    assert exported.needs_api_key(text) is True
    assert exported.secret_names(text) == {"crm": "orders", "hc": "orders", "pass": "orders"}
    assert exported.signed_calls(text) == []


def test_what_an_older_program_exported_is_read_as_it_was_meant() -> None:
    old: dict[str, Any] = {
        "name": "prediction",
        "method": "POST",
        "target": "/v1/predictions",
        "content_type": None,
        "body": None,
        "status": 200,
        "schema": None,
        "values": [],
        "max_ms": None,
    }
    text = json.dumps([old])
    assert exported.Exported.model_validate(text).text == text
    (probe,) = exported.loaded([old])
    assert (probe.authorization.iam, probe.authorization.api_key, probe.before) == (True, True, ())
    assert exported.needs_api_key(text) is True


OAUTH = {"token_url": "https://auth.example.com/t", "client_id": "me", "client_secret": "crm"}
PROBE, EXPECT = ("probes", 0), ("probes", 0, "expect")
SCHEMA = (*EXPECT, "schema")
HEALTH = {"name": "health", "path": "/health", "authorization": "none"}
ONE = {"type": "array", "maxItems": 1}
TWO = {"type": "array", "items": [{"type": "integer"}, {"type": "string"}]}
HUSH = "eyJhbGciOi.J9-hush"
WRONG: dict[str, tuple[Spoil, str]] = {
    "no probes": (put("probes", value=[]), "probes.yaml:3: probes: it is empty; at least 1 belongs there"),
    "key with a slip": (
        put(*PROBE, "hartbeat", value="x"),
        "probes[0].hartbeat: unknown key; it would have no effect. Did",
    ),
    "no authorization": (
        drop("authorization"),
        "probes.yaml:3: probes[0].authorization: nothing says how the call is authorized. Write"
        " `authorization: none`",
    ),
    "two of one header": (
        put("authorization", value={"iam": True, "bearer": "crm"}),
        "authorization: `iam` and `bearer` both write the header Authorization and one is sent; remove one",
    ),
    "header twice": (
        put("authorization", value={"api_key": True, "header": {"name": "x-api-key", "secret": "crm"}}),
        "authorization: `header` and `api_key` both write the header X-Api-Key",
    ),
    "secret in place of a key's name": (
        put("authorization", value={"api_key": HUSH}),
        "authorization.api_key: it should be the name of a secret",
    ),
    "secret of no name": (
        put("authorization", value={"header": {"name": "X-Token", "secret": 7}}),
        "authorization.header.secret: it should be the name of a secret",
    ),
    "parameter twice": (
        put("authorization", value={"oauth": {**OAUTH, "parameters": {"scope": "a"}}}),
        "authorization.oauth: `parameters` has `scope`, which is sent anyway; remove it there",
    ),
    "header that is written anyway": (
        put(*PROBE, "request", "headers", value={"authorization": "${token}"}),
        "request.headers.authorization: `authorization` writes this header, so yours would be lost. Remove"
        " one",
    ),
    "value of an answer to HEAD": (
        put(
            "probes",
            1,
            value={**HEALTH, "method": "HEAD", "expect": {"values": [{"pointer": "", "equals": 1}]}},
        ),
        "probes[1].expect.values[0]: an answer to HEAD with status 200 has no body, so it always fails.",
    ),
    "item beyond those there may be": (
        put(
            "probes",
            1,
            value={**HEALTH, "expect": {"schema": ONE, "values": [{"pointer": "/1", "equals": 1}]}},
        ),
        "probes[1].expect.values[0].pointer: no answer that fits the schema has '/1'",
    ),
    "item of another place": (
        put(
            "probes",
            1,
            value={**HEALTH, "expect": {"schema": TWO, "values": [{"pointer": "/1", "equals": 1}]}},
        ),
        "probes[1].expect.values[0].equals: no answer that fits the schema has this there (must be text)",
    ),
    "header of the connection": (
        put(*PROBE, "request", "headers", value={"Content-Length": "7"}),
        "request.headers.Content-Length: the canary writes this header itself. Remove it.",
    ),
    "header twice in other letters": (
        put(*PROBE, "request", "headers", value={"X-A": "a", "x-a": "b"}),
        "request.headers.x-a: it is there twice, and one is sent. Remove one.",
    ),
    "secret without a name": (
        put(*PROBE, "before", 0, "request", "form", value={"a": "${secrets.}"}),
        "before[0].request.form: `${secrets.…}` names no secret",
    ),
    "secret that is expected": (
        put(*EXPECT, "values", value=[{"pointer": "/id", "equals": "${secrets.pass}"}]),
        "expect.values[0].equals: an answer that repeats a secret gives it away, and is none to expect.",
    ),
    "pointer beyond the schema": (
        put(*EXPECT, "values", 0, "pointer", value="/di"),
        "expect.values[0].pointer: no answer that fits the schema has '/di', so it always fails. Correct"
        " the pointer.",
    ),
    "pointer into a number": (
        put(*EXPECT, "values", 0, "pointer", value="/id/0"),
        "expect.values[0].pointer: no answer that fits the schema has '/id/0'",
    ),
    "value beyond the schema": (
        put(*EXPECT, "values", 0, "equals", value=0),
        "expect.values[0].equals: no answer that fits the schema has this there (must",
    ),
    "tolerance of a text": (
        put(*EXPECT, "values", 0, value={"pointer": "/id", "equals": "7", "tolerance": 1}),
        "expect.values[0]: `tolerance` is for numbers and `equals` is none; remove it, or give a number",
    ),
    "taken beyond the schema": (
        put(*PROBE, "take", value={"more": {"pointer": "/mor"}}),
        "probes[0].take.more.pointer: no answer that fits the schema has '/mor'",
    ),
    "taken from two places": (
        put(*PROBE, "take", value={"more": {"pointer": "/id", "header": "Location"}}),
        "probes[0].take.more: it has either `pointer` or `header`",
    ),
    "taken from nowhere": (
        put(*PROBE, "take", value={"more": {}}),
        "probes[0].take.more: it has either `pointer` or",
    ),
    "pattern of a pointer": (
        put(*PROBE, "take", value={"more": {"pointer": "/id", "matches": "x"}}),
        "probes[0].take.more: `matches` is for a header",
    ),
    "pattern that is none": (
        put(*PROBE, "take", value={"more": {"header": "Location", "matches": "("}}),
        "probes[0].take.more.matches: it is no regular expression (",
    ),
    "taken twice": (
        put(*PROBE, "take", value={"token": {"pointer": "/id"}}),
        "probes[0].take.token: another step takes `token` too, and one of the two would be lost. Rename one.",
    ),
    "schema that nothing fits": (
        put(*SCHEMA, "required", value=["di"]),
        "expect.schema.required: 'di' is required and not allowed, so no answer could ever fit. There is:"
        " id, tags.",
    ),
    "reference to the whole": (
        put(*SCHEMA, "properties", "id", value={"$ref": "#"}),
        "expect.schema.properties.id.$ref: '#' contains itself",
    ),
    "schema of the contract": (
        put(*SCHEMA, value=True),
        "expect.schema: a file that stands alone has no contract to find this in. Write the schema here,"
        " or remove it.",
    ),
    "operation": (
        put("probes", 1, value={"name": "health", "operation": "getHealth"}),
        "probes[1].operation: a file that stands alone has no contract to find this in. Give `method` and"
        " `path`.",
    ),
    "nothing to call": (
        drop("probes", 1, "path"),
        "probes[1]: it has neither `operation` nor `path`, so there is nothing to call; write one",
    ),
    "an address in place of a path": (
        put("probes", 1, value={"name": "health", "url": "https://login.example.com"}),
        "probes[1]: it has neither `operation` nor `path`, so there is nothing to call; `url` is where the"
        " path begins; write the path",
    ),
    "no such parameter": (
        put(*PROBE, "request", "path", value={"id": 7, "ID": 8}),
        "request.path.ID: /v1/orders/{id} has no such parameter, so it is not sent. There is: id.",
    ),
    "parameter without a value": (
        put(*PROBE, "request", "path", value={}),
        "request.path: /v1/orders/{id} has a parameter without a value, 'id'; it is not sent. Give it"
        " under `path`.",
    ),
    "file elsewhere": (put("probes", 1, "request", value={"file": "../x.png"}), "../x.png is outside of"),
    "step of the probe's name": (
        put(*PROBE, "before", 0, "name", value="orders"),
        "probes[0].before[0].name: 'orders' is the name of another step or of the probe",
    ),
    "step without a name": (
        drop(*PROBE, "before", 0, "name"),
        "probes[0].before[0].name: missing, and it has no default",
    ),
    "own key for another host": (
        put(*PROBE, "before", 0, "authorization", value={"api_key": True}),
        "before[0].authorization.api_key: it is for the API itself, and `url` is another host, which must"
        " not get it.",
    ),
    "value of an answer without a body": (
        put(*PROBE, "cleanup", 0, "take", value={"x": {"pointer": "/x"}}),
        "cleanup[0].take.x.pointer: an answer to DELETE with status 204 has no body, so it always fails.",
    ),
    "reference data": (
        put("probes", 1, "reference", value=[{"id": "x"}]),
        "probes[1].reference: the table is not the",
    ),
    "header of two kinds": (
        put(*EXPECT, "headers", 0, "equals", value="x"),
        "expect.headers[0]: it has either `equals` or `matches`",
    ),
}


@pytest.mark.parametrize(("spoil", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_told_with_its_place_and_its_fix(spoil: Spoil, said: str, tmp_path: Path) -> None:
    content = copy.deepcopy(RIGHT)
    spoil(content)
    found = problems(tmp_path, content)
    assert any(said in problem for problem in found), found
    assert all(problem.startswith("probes.yaml:") for problem in found)
    assert HUSH not in "".join(found)


def test_the_line_is_that_of_the_place(tmp_path: Path) -> None:
    content = copy.deepcopy(RIGHT)
    content["probes"][1]["path"] = "/{x}"
    text = yaml.safe_dump(content, sort_keys=False)
    line = 1 + next(n for n, line in enumerate(text.splitlines()) if "/{x}" in line)
    (problem,) = problems(tmp_path, content)
    assert problem.startswith(f"probes.yaml:{line - 1}: probes[1].request.path: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("probes: [", "it is no YAML"),
        ("", "nothing is there"),
        ("- a", "it should be a mapping"),
        ("probes: 7", "it should be a list"),
        ("a: 1\na: 2", "'a' is there twice"),
        ("probes: [" + "[" * 1200, "it is no YAML"),
    ],
)
def test_a_file_that_is_none_is_told_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    found = problems(tmp_path, text)
    assert any(said in problem for problem in found), found


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="it cannot be read"):
        file.read(tmp_path / "none.yaml")


@pytest.mark.parametrize("authorization", [{"bearer": "crm"}, {"oauth": OAUTH}, "iam"])
def test_whatever_writes_a_header_keeps_others_from_it(authorization: Any, tmp_path: Path) -> None:
    content = copy.deepcopy(RIGHT)
    content["authorization"] = authorization
    content["probes"][0]["request"]["headers"] = {"Authorization": "${token}"}
    (problem,) = problems(tmp_path, content)
    assert "`authorization` writes this header, so yours would be lost" in problem


def test_what_looks_like_a_slip_and_is_none_is_taken(tmp_path: Path) -> None:
    parts = """
path: /v1/models/m-1.0:predict/
request:
  query: {next_token: abc, secretary: Ann, at: 12:30, day: 2024-01-01}
  body:
    {max_tokens: 1,password: "${secrets.pw}", secret: null, token: "", said: "$${x}{{", n: [-1, 1e3, 0x10]}
expect:
  headers: [{name: X, matches: "a.*"}, {name: x, matches: ".*b"}]
  schema:
    title: An answer.
    properties:
      id: {description: Its number., $ref: "#/definitions/id"}
      at: {type: [string, "null"], format: date-time, minLength: 20, maxLength: 20}
      of: {type: integer, minimum: 0, maximum: 0, enum: [0, 7]}
      size: {type: number, format: float, exclusiveMinimum: 0, exclusiveMaximum: 1}
    definitions: {id: {type: integer, minimum: 1}}
  values: [{pointer: /id, equals: 7}, {pointer: /of, equals: 0}]
"""
    content = probe(
        "method: POST" + parts.replace("path: /v1", "url: https://x.example:8443/base\npath: /v1")
    )
    assert problems(tmp_path, content.replace("    path: /a\n", "")) == []
    (found,) = json.loads(file.read(tmp_path / "probes.yaml").exported())
    assert (
        found["target"] == "/v1/models/m-1.0:predict/?next_token=abc&secretary=Ann&at=12%3A30&day=2024-01-01"
    )
    assert found["document"]["n"] == [-1, 1000.0, 16]
    assert found["schema"]["properties"]["id"] == {"type": "integer", "minimum": 1}


@pytest.mark.parametrize("name", ["-", "-1", "a[0]", "*", "", " a"])
def test_a_field_of_a_strange_name_is_pointed_at_where_a_schema_has_it(name: str, tmp_path: Path) -> None:
    known = {"pointer": f"/{name}", "equals": 1}
    expect = {"schema": {"type": "object", "properties": {name: {}}}, "values": [known]}
    assert problems(tmp_path, {"probes": [{**HEALTH, "expect": expect}]}) == []
    (said,) = problems(tmp_path, {"probes": [{**HEALTH, "expect": {"values": [known]}}]})
    assert f"{name!r} in '/{name}' would be the name of a field" in said


def test_many_values_by_aliases_are_refused_before_they_are_made(tmp_path: Path) -> None:
    layers = [f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 50)}]" for n in range(1, 6)]
    (said,) = problems(tmp_path, "\n".join(["b0: &b0 [x]", *layers]))
    assert said.startswith("probes.yaml:1: there are more than 100,000 values, perhaps by aliases of this;")


def test_a_key_of_ones_own_and_a_schema_with_patterns_are_right(tmp_path: Path) -> None:
    content = copy.deepcopy(RIGHT)
    content["probes"][0]["before"][0]["authorization"] = {"api_key": "idp-key"}
    schema = content["probes"][0]["expect"]["schema"]
    schema["patternProperties"], schema["required"] = {"^x-": {"type": "string"}}, ["id", "x-a"]
    content["probes"][0]["expect"]["values"].append({"pointer": "/x-a", "equals": "b"})
    assert problems(tmp_path, content) == []
