"""The generated checks against the contract's own JSON Schema, and what becomes of any event."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bench.stand_ins.wine import OPERATIONS, SCHEMAS, SERVICE, VALID
from handlers.inference.failure import STATUS, FailureError
from handlers.inference.requests import Body, Inputs, request_of
from handlers.invalid import InvalidError

OPERATION = OPERATIONS.of({})
assert OPERATION is not None
INPUTS = OPERATION.inputs
MEASUREMENTS = {"color_intensity": (0, 50), "hue": (0, 5), "proline": (0, 5000)}


def request_schema() -> Draft202012Validator:
    schema = json.loads(json.dumps(SCHEMAS["PredictionRequest"]))
    # JSON Schema's patterns are ECMAScript's: `$` is the very end. Python's `$` is also before a newline.
    key = schema["properties"]["id"]
    assert key["pattern"].endswith("$")
    key["pattern"] = key["pattern"][:-1] + r"\Z"
    return Draft202012Validator(schema)


SCHEMA = request_schema()
ODD = st.one_of(
    st.none(), st.booleans(), st.text(max_size=3), st.integers(), st.floats(), st.just([]), st.just({})
)
NUMBERS = st.one_of(
    st.sampled_from([0, -0.0, 5, 5.0, 50, 50.000001, 5000, 5001, -1e-300, 1e308, 10**400, True, False]),
    st.floats(min_value=-1, max_value=6000),
    ODD,
)
GOOD_KEYS = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)
KEYS = st.one_of(
    st.sampled_from(["lot-001", "lot-001\n", "", "a" * 64, "a" * 65, "lot 1", "löt", "_-", "\ud800", "٣"]),
    ODD,
)
GOOD_NUMBERS = {
    name: st.floats(low, high) | st.integers(int(low), int(high))
    for name, (low, high) in MEASUREMENTS.items()
}
VALID_BODIES = st.fixed_dictionaries({"id": GOOD_KEYS, "measurements": st.fixed_dictionaries(GOOD_NUMBERS)})


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A valid body with one thing changed, which may leave it valid."""
    body: dict[str, Any] = draw(VALID_BODIES)
    measured: dict[str, Any] = body["measurements"]
    name = draw(st.sampled_from(list(MEASUREMENTS)))
    match draw(st.sampled_from(("id", "number", "drop", "drop id", "add", "add number", "measurements"))):
        case "id":
            body["id"] = draw(KEYS)
        case "number":
            measured[name] = draw(NUMBERS)
        case "drop":
            del measured[name]
        case "drop id":
            del body["id"]
        case "add":
            body[draw(st.text(max_size=3))] = draw(ODD)
        case "add number":
            measured[draw(st.sampled_from(("Hue", "ash", "", name)))] = draw(NUMBERS)
        case "measurements":
            body["measurements"] = draw(ODD)
    return body


BODIES = st.one_of(VALID_BODIES, spoiled(), spoiled(), ODD, st.lists(ODD, max_size=2))


def parse(event: dict[str, Any]) -> dict[str, Any]:
    return request_of(INPUTS, event)


def refuses(event: dict[str, Any]) -> str:
    with pytest.raises(FailureError) as raised:
        parse(event)
    assert (raised.value.code, raised.value.status) == ("invalid_request", 400)
    return raised.value.message


@given(document=BODIES)
def test_the_verdict_on_any_document_is_the_schemas(document: object) -> None:
    check = INPUTS.bodies["application/json"].check
    assert check is not None
    try:
        check(document)
    except InvalidError:
        accepted = False
    else:
        accepted = True
    # The schema's draft cannot know NaN, which no JSON document holds and whose comparisons are all false.
    assert _holds_nan(document) or accepted == SCHEMA.is_valid(document)


def _holds_nan(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_nan, value.values()))
    return isinstance(value, float) and value != value  # noqa: PLR0124  # only NaN differs from itself


def test_every_error_of_the_function_is_in_the_contract_under_its_status_and_code() -> None:
    responses = SERVICE.contract.document["paths"]["/v1/predictions"]["post"]["responses"]
    unlike = {"not_found", "request_too_large", "unsupported_media_type", "answer_too_large"}  # here
    for code, status in STATUS.items():
        assert code in unlike or f"`{code}`" in responses[str(status)]["description"], code


@given(document=VALID_BODIES)
def test_a_valid_body_is_read_the_same_plain_and_in_base64(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    plain = parse({"body": text, "isBase64Encoded": False})
    encoded = base64.b64encode(text.encode()).decode()
    assert parse({"body": encoded, "isBase64Encoded": True}) == plain
    assert plain == {"body": document, "content_type": "application/json", "path": {}, "query": {}}


@given(
    body=st.one_of(st.text(max_size=20), st.binary(max_size=20).map(lambda b: base64.b64encode(b).decode()))
)
def test_no_body_whatever_raises_anything_but_a_failure(body: str) -> None:
    for encoded in (False, True):
        refuses({"body": body, "isBase64Encoded": encoded})


NOT_JSON = {
    "empty": "",
    "cut off": '{"id": "lot-001"',
    "NaN": '{"id": "a", "measurements": {"color_intensity": NaN, "hue": 1, "proline": 1}}',
    "Infinity": '{"id": "a", "measurements": {"color_intensity": -Infinity, "hue": 1, "proline": 1}}',
    "an integer of 5,000 digits": "9" * 5000,
    "nested too deep": "[" * 100_000,
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_json_is_refused_as_such(body: str) -> None:
    assert refuses({"body": body}) == "The body is not JSON."


OUT_OF_RANGE = {
    "-1": "must be at least 0.",
    "5.01": "must be at most 5.",
    "1" + "0" * 400: "must be at most 5.",
    "true": "must be a number.",
    '"1"': "must be a number.",
    "null": "must be a number.",
    "[1]": "must be a number.",
}


@pytest.mark.parametrize(("number", "wanted"), OUT_OF_RANGE.items())
def test_what_is_no_number_from_the_range_is_refused_by_name(number: str, wanted: str) -> None:
    body = f'{{"id": "a", "measurements": {{"color_intensity": 1, "hue": {number}, "proline": 1}}}}'
    assert refuses({"body": body}) == f"measurements.hue: {wanted}"


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_a_number_that_no_float_holds_is_no_json(number: str) -> None:
    assert refuses({"body": f'{{"id": {number}}}'}) == "The body is not JSON."


@pytest.mark.parametrize("event", [{}, {"body": None}, {"body": {"id": "a"}}])
def test_a_missing_body_is_said_to_be_missing(event: dict[str, Any]) -> None:
    assert refuses(event) == "The body is missing; send application/json."


def test_a_body_that_is_no_text_in_base64_is_refused() -> None:
    encoded = base64.b64encode(b"\xff\xfe").decode()
    assert refuses({"body": encoded, "isBase64Encoded": True}) == "The body is not text in UTF-8."
    assert refuses({"body": "not base64!", "isBase64Encoded": True}) == "The body is no base64."


def test_messages_never_repeat_what_was_sent() -> None:
    body = json.dumps({"id": "Jane Doe, born 1980", "measurements": VALID["measurements"]})
    assert "Jane" not in refuses({"body": body})
    assert "Jane" not in refuses({"body": json.dumps({**VALID, "Jane": 1})})


IMAGE = Inputs(
    bodies={"image/png": Body(json=False, check=None, max_bytes=4)},
    body_required=True,
    parameters={"path": {}, "query": {}},
    check_parameters=None,
)
EITHER = Inputs(
    bodies={**IMAGE.bodies, "application/json": Body(json=True, check=None, max_bytes=0)},
    body_required=False,
    parameters={"path": {"id": "string"}, "query": {"top": "integer", "tag": "string[]", "all": "boolean"}},
    check_parameters=None,
)


def test_bytes_are_handed_over_as_they_came_and_no_more_than_the_contract_allows() -> None:
    raw = base64.b64encode(b"\x89PNG").decode()
    assert request_of(IMAGE, {"body": raw, "isBase64Encoded": True}) == {
        "body": b"\x89PNG",
        "content_type": "image/png",
        "path": {},
        "query": {},
    }
    longer = base64.b64encode(b"\x89PNG1").decode()
    with pytest.raises(FailureError, match=r"^The body may have at most 4 bytes") as raised:
        request_of(IMAGE, {"body": longer, "isBase64Encoded": True})
    assert (raised.value.status, raised.value.code) == (413, "request_too_large")


def test_bytes_that_came_as_text_are_lost_and_refused() -> None:
    with pytest.raises(FailureError, match=r"^Send the body as image/png") as raised:
        request_of(IMAGE, {"body": "PNG", "isBase64Encoded": False})
    assert (raised.value.status, raised.value.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("image/png", ("image/png", b"abc")),
        ("Image/PNG", ("image/png", b"abc")),
        ("application/json; charset=utf-8", ("application/json", 7)),
    ],
)
def test_of_several_media_types_the_request_names_one(named: str, expected: tuple[str, object]) -> None:
    text = "7" if "json" in named.lower() else base64.b64encode(b"abc").decode()
    event = {"headers": {"content-TYPE": named}, "body": text, "isBase64Encoded": text != "7"}
    found = request_of(EITHER, event)
    assert (found["content_type"], found["body"]) == expected


@pytest.mark.parametrize("headers", [{}, None, {"Content-Type": "text/plain"}, {"Content-Type": 7}])
def test_a_media_type_that_the_contract_has_not_is_refused(headers: object) -> None:
    with pytest.raises(FailureError) as raised:
        request_of(EITHER, {"headers": headers, "body": "7"})
    assert (raised.value.status, raised.value.code) == (415, "unsupported_media_type")


def test_parameters_are_what_the_contract_says_they_are_and_others_are_left_out() -> None:
    event = {
        "pathParameters": {"id": "7", "proxy": "x"},
        "queryStringParameters": {"top": "3", "tag": "b", "all": "true", "utm": "x"},
        "multiValueQueryStringParameters": {"tag": ["a", "b"], "top": ["3"]},
    }
    assert request_of(EITHER, event) == {
        "body": None,
        "content_type": "",
        "path": {"id": "7"},
        "query": {"top": 3, "tag": ["a", "b"], "all": True},
    }


@pytest.mark.parametrize("text", ["", "x", "1e999", "NaN", "true", "[1]", '"1"', "9" * 5000])
def test_a_parameter_that_is_not_of_its_type_stays_text(text: str) -> None:
    found = request_of(EITHER, {"queryStringParameters": {"top": text, "all": "yes"}})
    assert found["query"] == {"top": text, "all": "yes"}
