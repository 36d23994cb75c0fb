"""The deployed API against generated input: never a 5XX, always the contract's form, and nothing is lost.

Bodies come from the OpenAPI document (schemathesis), valid and broken, and from plain bytes (hypothesis).
"""

import json
import warnings
from typing import Any

import pytest
import schemathesis
from botocore.credentials import Credentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode

from local.emulator import SERVICE_ACCOUNT
from settings.service import load
from tests.local.deployed import Stacks
from tests.local.emulated_api import root

CONTRACT = load("wine").contract.document
OPERATION = schemathesis.openapi.from_dict(CONTRACT)["/v1/predictions"]["POST"]
SCHEMAS = CONTRACT["components"]["schemas"]
REQUEST, PREDICTION, ERROR = (
    Draft202012Validator(SCHEMAS[name]) for name in ("PredictionRequest", "Prediction", "Error")
)
KEPT = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)


@pytest.fixture(scope="module")
def customer(stacks: Stacks) -> tuple[Credentials, str]:
    """The service account's own credentials and a key of the plan with room for many requests."""
    keys = stacks.emulator.client("apigateway", SERVICE_ACCOUNT).get_api_keys(includeValues=True)["items"]
    return root(SERVICE_ACCOUNT), next(k["value"] for k in keys if k["name"].endswith("-acme"))


def as_bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if "NotSet" in type(body).__name__ else json.dumps(body).encode()


def is_valid(body: bytes) -> bool:
    """Whether the contract's own schema takes it; NaN and Infinity are no JSON."""

    def refuse(name: str) -> None:
        raise ValueError(name)

    try:
        return bool(REQUEST.is_valid(json.loads(body, parse_constant=refuse)))
    except (ValueError, RecursionError):
        return False


def check(stacks: Stacks, customer: tuple[Credentials, str], body: bytes, content_type: str) -> int:
    """Send it; the answer must have the contract's form. Returns the status."""
    status, headers, answer = stacks.send(body, *customer, content_type)
    assert headers["content-type"].startswith("application/json")
    validator = PREDICTION if status == 200 else ERROR
    assert list(validator.iter_errors(answer)) == []
    assert "Traceback" not in json.dumps(answer)
    return status


@pytest.fixture(autouse=True)
def quiet() -> None:
    warnings.simplefilter("ignore", category=Warning)


@KEPT
@given(case=OPERATION.as_strategy(generation_mode=GenerationMode.POSITIVE))
def test_a_body_that_fits_the_contract_is_answered_or_its_id_is_unknown(
    stacks: Stacks, customer: tuple[Credentials, str], case: Any
) -> None:
    assert check(stacks, customer, as_bytes(case.body), "application/json") in (200, 404)


@KEPT
@given(case=OPERATION.as_strategy(generation_mode=GenerationMode.NEGATIVE))
def test_a_body_that_breaks_the_contract_is_refused_and_never_a_server_error(
    stacks: Stacks, customer: tuple[Credentials, str], case: Any
) -> None:
    body = as_bytes(case.body)
    status = check(stacks, customer, body, "application/json")
    assert status in ((200, 404) if is_valid(body) else (400,))


@KEPT
@given(
    body=st.binary(max_size=200)
    | st.sampled_from(
        [b"", b"null", b"[]", b"NaN", b"{", b"\xff\xfe", b"[" * 3000, b'{"id": 1e999}', b"0" * 9000]
    ),
    content_type=st.sampled_from(["application/json", "application/json; charset=utf-8"]),
)
def test_any_bytes_at_all_are_refused_and_never_a_server_error(
    stacks: Stacks, customer: tuple[Credentials, str], body: bytes, content_type: str
) -> None:
    assert is_valid(body) or check(stacks, customer, body, content_type) == 400


def test_after_all_of_it_a_good_request_is_answered_as_before(
    stacks: Stacks, customer: tuple[Credentials, str]
) -> None:
    status, answer = stacks.call(*customer)
    assert (status, answer["prediction"]) == (200, "barolo")
