"""Every shipped service's contract against its own function, with requests that fit it and that do not.

The model answers nothing here: a request that gets as far as the model is answered 502, and nothing else is
an error of ours.
"""

import base64
import json
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from schemathesis import GenerationMode

from bench.stand_ins.loopback import Loopback, reply
from handlers.inference.service import Predictions
from handlers.inference.wiring import build
from settings.service import load, names, running
from settings.service.contract import is_json

ENVIRON = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIA1",
    "AWS_SECRET_ACCESS_KEY": "s3cret",
    "TABLE_NAME": "items",
    "ENDPOINT_NAME": "model",
    "TIME_BUDGET_MS": "5000",
    "CACHE_TTL_S": "0",
    "CACHE_SIZE": "0",
}
OPERATIONS = [(name, operation) for name in names() for operation in load(name).contract.operations]
KEPT = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
REFUSED = {400, 413, 415}


@pytest.fixture(scope="module", params=OPERATIONS, ids=[f"{name}-{one}" for name, one in OPERATIONS])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Predictions, str, str]]:
    name, operation = request.param
    warnings.simplefilter("ignore", category=Warning)
    broken = reply(424, {}, headers={"x-amzn-ErrorType": "ModelError"})
    with Loopback([reply(200, {})]) as tables, Loopback([broken]) as models:
        urls = {
            "AWS_ENDPOINT_URL_DYNAMODB": tables.url,
            "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": models.url,
        }
        made = build({**ENVIRON, **urls}, time.monotonic, running.operations(load(name)))
        yield made, name, operation


def status(served: tuple[Predictions, str, str], body: Any, media: str) -> int:
    """What a request with this body is answered."""
    function, name, operation_id = served
    operation = load(name).contract.operations[operation_id]
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    event = {
        "httpMethod": operation.method,
        "resource": operation.path,
        "headers": {"Content-Type": media},
        "body": raw.decode("utf-8", "replace") if is_json(media) else base64.b64encode(raw).decode(),
        "isBase64Encoded": not is_json(media),
    }
    response = function.answer(event, "lambda-1")
    answer = json.loads(response["body"])
    assert response["statusCode"] == 200 or set(answer["error"]) == {"code", "message", "request_id"}
    return int(response["statusCode"])


def cases(name: str, operation: str, mode: GenerationMode) -> st.SearchStrategy[Any]:
    contract = load(name).contract
    described = contract.operations[operation]
    found = schemathesis.openapi.from_dict(contract.document)[described.path][described.method]
    return found.as_strategy(generation_mode=mode)


@KEPT
@given(data=st.data())
def test_a_request_that_fits_the_contract_is_refused_by_nobody_but_the_services_own_functions(
    served: tuple[Predictions, str, str], data: st.DataObject
) -> None:
    _, name, operation = served
    (media, *_) = load(name).contract.operations[operation].bodies
    if is_json(media):
        body = data.draw(cases(name, operation, GenerationMode.POSITIVE)).body
    else:
        body = data.draw(st.binary(max_size=200))
    # 200: a list of which every item is answered by its own error
    assert status(served, body, media) in {200, 400, 404, 502}


@KEPT
@given(data=st.data())
def test_a_request_that_breaks_the_contract_is_refused_before_anything_is_asked(
    served: tuple[Predictions, str, str], data: st.DataObject
) -> None:
    _, name, operation = served
    (media, *_) = load(name).contract.operations[operation].bodies
    if not is_json(media):
        assert status(served, data.draw(st.binary(max_size=50)), "application/json") in REFUSED
        return
    body = data.draw(cases(name, operation, GenerationMode.NEGATIVE)).body
    schema = load(name).contract.operations[operation].bodies[media]
    raw = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
    assert status(served, raw, media) in REFUSED or Draft4Validator(schema).is_valid(json.loads(raw))


@KEPT
@given(
    body=st.binary(max_size=300), media=st.sampled_from(["application/json", "image/png", "text/plain", ""])
)
def test_no_bytes_at_all_are_an_error_of_ours(
    served: tuple[Predictions, str, str], body: bytes, media: str
) -> None:
    assert status(served, body, media) in {*REFUSED, 404, 502, 200}
