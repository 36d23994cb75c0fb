"""The hand-written validator against the contract's own JSON Schema."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from handlers.inference import contract
from handlers.inference.contract import LABELS, MEASUREMENTS, ModelAnswer, PredictionRequest
from handlers.inference.failure import STATUS, FailureError

CONTRACT = yaml.safe_load(
    (Path(__file__).parents[3] / "components" / "service" / "openapi.yaml").read_text(encoding="utf-8")
)
SCHEMAS = CONTRACT["components"]["schemas"]
VALID = {"id": "lot-001", "measurements": {"color_intensity": 5.64, "hue": 1.04, "proline": 1065}}


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


def refuses(event: dict[str, Any]) -> str:
    with pytest.raises(FailureError) as raised:
        contract.parse(event)
    assert (raised.value.code, raised.value.status) == ("invalid_request", 400)
    return raised.value.message


@given(document=BODIES)
def test_the_verdict_on_any_document_is_the_schemas(document: object) -> None:
    try:
        contract.validate(document)
    except FailureError:
        accepted = False
    else:
        accepted = True
    # The schema's draft cannot know NaN, which no JSON document holds; a number must be from its range.
    assert accepted == (SCHEMA.is_valid(document) and not _holds_nan(document))


def _holds_nan(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_nan, value.values()))
    return isinstance(value, float) and value != value  # noqa: PLR0124  # only NaN differs from itself


def test_the_limits_and_labels_are_those_of_the_contract() -> None:
    measured = SCHEMAS["PredictionRequest"]["properties"]["measurements"]["properties"]
    assert {name: (limits["minimum"], limits["maximum"]) for name, limits in measured.items()} == MEASUREMENTS
    assert list(LABELS) == SCHEMAS["Prediction"]["properties"]["prediction"]["enum"]


def test_every_error_of_the_function_is_in_the_contract_under_its_status_and_code() -> None:
    responses = CONTRACT["paths"]["/v1/predictions"]["post"]["responses"]
    assert all(f"`{code}`" in responses[str(status)]["description"] for code, status in STATUS.items())


@given(document=VALID_BODIES)
def test_a_valid_body_is_read_the_same_plain_and_in_base64(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    plain = contract.parse({"body": text, "isBase64Encoded": False})
    encoded = base64.b64encode(text.encode()).decode()
    assert contract.parse({"body": encoded, "isBase64Encoded": True}) == plain
    assert (plain.id, plain.measurements) == (document["id"], document["measurements"])


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


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400, "true", '"1"', "null", "[1]"])
def test_what_is_no_number_from_the_range_is_refused_by_name(number: str) -> None:
    body = f'{{"id": "a", "measurements": {{"color_intensity": 1, "hue": {number}, "proline": 1}}}}'
    assert refuses({"body": body}) == "measurements.hue: must be a number from 0 to 5."


@pytest.mark.parametrize("event", [{}, {"body": None}, {"body": {"id": "a"}}])
def test_a_missing_body_is_said_to_be_missing(event: dict[str, Any]) -> None:
    assert refuses(event) == "The body is missing; send a JSON object."


@pytest.mark.parametrize("body", ["not base64!", base64.b64encode(b"\xff\xfe").decode()])
def test_a_body_that_is_no_text_in_base64_is_refused(body: str) -> None:
    assert refuses({"body": body, "isBase64Encoded": True}) == "The body is not text in UTF-8."


def test_messages_never_repeat_what_was_sent() -> None:
    body = json.dumps({"id": "Jane Doe, born 1980", "measurements": VALID["measurements"]})
    assert "Jane" not in refuses({"body": body})
    assert "Jane" not in refuses({"body": json.dumps({**VALID, "Jane": 1})})


def test_answers_are_json_that_no_one_may_store() -> None:
    request = PredictionRequest(id="lot-001", measurements={})
    answer = ModelAnswer(label="barolo", probability=0.98, model_version="7")
    response = contract.prediction(request, answer, "r-1")
    body = json.loads(response.pop("body"))
    assert response == {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        "isBase64Encoded": False,
    }
    assert body == {
        "id": "lot-001",
        "prediction": "barolo",
        "probability": 0.98,
        "model_version": "7",
        "request_id": "r-1",
    }
    Draft202012Validator(SCHEMAS["Prediction"]).validate(body)
    failed = contract.error(FailureError("throttled", "Later."), "r-2")
    assert (failed["statusCode"], failed["headers"]) == (503, response["headers"])
    document = json.loads(failed["body"])
    assert document == {"error": {"code": "throttled", "message": "Later.", "request_id": "r-2"}}
    Draft202012Validator(SCHEMAS["Error"]).validate(document)
