"""The function as the gateway sees it, against loopback servers that play the table and the model."""

import base64
import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bench.stand_ins.loopback import HANG_UP, Answer, Loopback, closed_port, drip, reply
from bench.stand_ins.wine import EVENT, FOUND, ITEM, OPERATIONS, PREDICTED, SCHEMAS
from handlers.inference import pipeline
from handlers.inference.service import Predictions
from handlers.inference.wiring import build
from services.wine.functions import ANALYSIS

BUDGET_MS = 600
MARGIN_S = 0.4  # of a busy machine


def refused(status: int, code: str) -> Answer:
    return reply(
        status, {"__type": f"com.amazonaws#{code}"}, headers={"X-Amzn-ErrorType": f"{code}:http://x/"}
    )


def service(table_url: str, model_url: str, **overrides: str) -> Predictions:
    return build(
        {
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIA1",
            "AWS_SECRET_ACCESS_KEY": "s3cret",
            "AWS_ENDPOINT_URL_DYNAMODB": table_url,
            "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": model_url,
            "TABLE_NAME": "lots",
            "ENDPOINT_NAME": "wine-model",
            "TIME_BUDGET_MS": str(BUDGET_MS),
            "CACHE_TTL_S": "60",
            "CACHE_SIZE": "10",
            **overrides,
        },
        time.monotonic,
        OPERATIONS,
    )


def answer(
    table: Sequence[Answer] = (FOUND,),
    model: Sequence[Answer] = (PREDICTED,),
    event: Mapping[str, Any] = EVENT,
) -> tuple[int, dict[str, Any], int, int]:
    """Status and body of one answer, and how many requests reached the table and the model."""
    with Loopback(table) as tables, Loopback(model) as models:
        response = service(tables.url, models.url).answer(event, "lambda-1")
        return (
            response["statusCode"],
            json.loads(response["body"]),
            len(tables.requests),
            len(models.requests),
        )


def test_a_prediction_joins_reference_and_measurements_and_names_the_gateways_request() -> None:
    with Loopback([FOUND]) as tables, Loopback([PREDICTED]) as models:
        response = service(tables.url, models.url).answer(EVENT, "lambda-1")
    assert response["statusCode"] == 200
    body = json.loads(response["body"])
    Draft202012Validator(SCHEMAS["Prediction"]).validate(body)
    assert body == {
        "id": "lot-001",
        "prediction": "barolo",
        "probability": 0.98,
        "model_version": "7",
        "request_id": "gw-1",
    }
    (get,), (invoke,) = tables.requests, models.requests
    assert (get.path, get.headers["x-amz-target"]) == ("/", "DynamoDB_20120810.GetItem")
    assert get.json() == {"TableName": "lots", "Key": {"id": {"S": "lot-001"}}}
    assert invoke.path == "/endpoints/wine-model/invocations"
    assert invoke.headers["content-type"] == "application/json"
    measured = {"color_intensity": 5.64, "hue": 1.04, "proline": 1065.0}
    reference = {name: n + 0.5 for n, name in enumerate(ANALYSIS)}
    assert invoke.json() == {"instances": [{**reference, **measured}]}


SLOW = reply(200, after_s=5)


@dataclass(frozen=True, kw_only=True)
class Case:
    """What table and model answer, the error that follows, and how many requests reached them."""

    failure: tuple[int, str]
    table: Answer = FOUND
    model: Answer = PREDICTED
    table_calls: int = 1
    model_calls: int = 1


THROTTLED = refused(400, "ThrottlingException")
DRIP = drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"." * 99, 0.05)
ITEM_IN_PART = reply(200, {"Item": {"id": {"S": "lot-001"}}})
OURS = (500, "internal_error")
MODELS = (502, "model_failure")
BUSY = (503, "throttled")
LATE = (504, "time_budget_exceeded")
ERRORS: dict[str, Case] = {
    "unknown lot": Case(failure=(404, "unknown_reference"), table=reply(200, {}), model_calls=0),
    "table throttled": Case(failure=BUSY, table=THROTTLED, table_calls=2, model_calls=0),
    "table fails": Case(
        failure=OURS, table=refused(500, "InternalServerError"), table_calls=2, model_calls=0
    ),
    "table denied": Case(failure=OURS, table=refused(400, "AccessDeniedException"), model_calls=0),
    "table hangs up": Case(failure=OURS, table=HANG_UP, table_calls=2, model_calls=0),
    "table silent": Case(failure=LATE, table=SLOW, table_calls=2, model_calls=0),
    "item in part": Case(failure=OURS, table=ITEM_IN_PART, model_calls=0),
    "table's answer no JSON": Case(failure=OURS, table=reply(200, b"<html>"), table_calls=2, model_calls=0),
    "another lot's item": Case(
        failure=OURS, table=reply(200, {"Item": {**ITEM, "id": {"S": "lot-9"}}}), table_calls=2, model_calls=0
    ),
    "model fails": Case(failure=MODELS, model=refused(424, "ModelError")),
    "model's server fails": Case(failure=MODELS, model=reply(500, {"error": "x"}), model_calls=2),
    "model not ready": Case(failure=MODELS, model=refused(429, "ModelNotReadyException"), model_calls=2),
    "model unavailable": Case(failure=MODELS, model=refused(503, "ServiceUnavailable"), model_calls=2),
    "model throttled": Case(failure=BUSY, model=THROTTLED, model_calls=2),
    "model hangs up": Case(failure=MODELS, model=HANG_UP, model_calls=2),
    "model talks nonsense": Case(failure=MODELS, model=reply(200, {"predictions": []})),
    "model silent": Case(failure=LATE, model=SLOW),
    "model drips": Case(failure=LATE, model=DRIP),
}


@pytest.mark.parametrize("case", ERRORS.values(), ids=ERRORS.keys())
def test_each_failure_has_its_status_its_code_and_its_number_of_attempts(case: Case) -> None:
    started = time.monotonic()
    status, body, *calls = answer([case.table], [case.model])
    assert time.monotonic() - started < BUDGET_MS / 1000 + MARGIN_S
    assert (status, body["error"]["code"]) == case.failure
    assert calls == [case.table_calls, case.model_calls]
    Draft202012Validator(SCHEMAS["Error"]).validate(body)
    assert body["error"]["request_id"] == "gw-1"
    assert "Traceback" not in json.dumps(body)


RECOVERED: dict[str, tuple[Sequence[Answer], Sequence[Answer]]] = {
    "table throttled": ([refused(400, "ThrottlingException"), FOUND], [PREDICTED]),
    "table silent": ([SLOW, FOUND], [PREDICTED]),
    "model unavailable": ([FOUND], [refused(503, "ServiceUnavailable"), PREDICTED]),
    "model hangs up": ([FOUND], [HANG_UP, PREDICTED]),
    "model fails inside": ([FOUND], [refused(500, "InternalFailure"), PREDICTED]),
    "another lot's item": ([reply(200, {"Item": {**ITEM, "id": {"S": "lot-9"}}}), FOUND], [PREDICTED]),
}


@pytest.mark.parametrize(("table", "model"), RECOVERED.values(), ids=RECOVERED.keys())
def test_what_passes_at_the_second_attempt_is_no_failure(
    table: Sequence[Answer], model: Sequence[Answer]
) -> None:
    status, body, table_calls, model_calls = answer(table, model)
    assert (status, body["prediction"], table_calls, model_calls) == (200, "barolo", len(table), len(model))


@pytest.mark.parametrize("missing", ["table", "model"])
def test_a_host_that_refuses_connections_is_the_same_failure_as_one_that_hangs_up(missing: str) -> None:
    nowhere = f"http://127.0.0.1:{closed_port()}"
    with Loopback([FOUND]) as tables, Loopback([PREDICTED]) as models:
        urls = {"table": tables.url, "model": models.url, missing: nowhere}
        response = service(urls["table"], urls["model"]).answer(EVENT, "lambda-1")
    expected = {"table": (500, "internal_error"), "model": (502, "model_failure")}[missing]
    assert (response["statusCode"], json.loads(response["body"])["error"]["code"]) == expected


def test_a_slow_model_gets_the_whole_budget_and_no_more() -> None:
    started = time.monotonic()
    status, *_ = answer(model=[SLOW])
    assert status == 504
    assert BUDGET_MS / 1000 <= time.monotonic() - started < BUDGET_MS / 1000 + MARGIN_S


def test_what_the_table_took_is_not_there_for_the_model() -> None:
    with Loopback([reply(200, {"Item": ITEM}, after_s=0.1)]) as tables, Loopback([SLOW]) as models:
        started = time.monotonic()
        response = service(tables.url, models.url).answer(EVENT, "lambda-1")
        elapsed = time.monotonic() - started
    assert response["statusCode"] == 504
    assert elapsed < BUDGET_MS / 1000 + 0.1


def test_two_attempts_at_the_table_leave_the_model_half_of_the_time() -> None:
    with Loopback([SLOW]) as tables, Loopback([PREDICTED]) as models:
        started = time.monotonic()
        response = service(tables.url, models.url, TIME_BUDGET_MS="2000").answer(EVENT, "lambda-1")
        elapsed = time.monotonic() - started
    assert (response["statusCode"], len(tables.requests)) == (504, 2)
    assert 1 <= elapsed < 1.5


def test_after_another_lots_item_the_table_is_asked_on_a_new_connection() -> None:
    other = reply(200, {"Item": {**ITEM, "id": {"S": "lot-9"}}})
    with Loopback([other, FOUND]) as tables, Loopback([PREDICTED]) as models:
        assert service(tables.url, models.url).answer(EVENT, "lambda-1")["statusCode"] == 200
    assert tables.connections == 2


def test_a_bad_request_reaches_neither_table_nor_model() -> None:
    status, body, *calls = answer(event={**EVENT, "body": "{}"})
    assert (status, body["error"]["code"], calls) == (400, "invalid_request", [0, 0])


def test_a_known_lot_is_looked_up_once_and_an_unknown_one_every_time() -> None:
    with Loopback([reply(200, {}), reply(200, {}), FOUND]) as tables, Loopback([PREDICTED]) as models:
        running = service(tables.url, models.url)
        statuses = [running.answer(EVENT, "lambda-1")["statusCode"] for _ in range(5)]
    assert statuses == [404, 404, 200, 200, 200]
    assert len(tables.requests) == 3
    assert (tables.connections, models.connections) == (1, 1)


CONTEXTS = [None, {}, {"requestId": ""}, {"requestId": 7}, {"requestId": "a b"}, {"requestId": "x" * 129}, 1]


@pytest.mark.parametrize("context", CONTEXTS)
def test_without_the_gateways_request_id_lambdas_is_named(context: object) -> None:
    status, body, *_ = answer(event={**EVENT, "requestContext": context})
    assert (status, body["request_id"]) == (200, "lambda-1")


@pytest.mark.parametrize(
    "event", ["text", None, 7, [], {}, {"body": b"{}"}, {"body": 1, "isBase64Encoded": "yes"}]
)
def test_what_is_no_event_is_an_invalid_request(event: Any) -> None:
    status, body, *calls = answer(event=event)
    assert (status, body["error"]["code"], body["error"]["request_id"]) == (
        400,
        "invalid_request",
        "lambda-1",
    )
    assert calls == [0, 0]


def test_an_unexpected_error_is_logged_with_its_traceback_and_told_without(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "request_of", lambda *_: 1 / 0)
    with caplog.at_level(logging.INFO, logger="handlers"):
        status, body, *_ = answer()
    assert (status, body["error"]["code"]) == (500, "internal_error")
    assert body["error"]["message"] == "The request failed for a reason of ours; it is logged."
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert record.exc_info is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(max_size=70) | JSON,
        "measurements": JSON
        | st.dictionaries(
            st.sampled_from(("color_intensity", "hue", "proline", "x")), JSON | st.floats(0, 9)
        ),
        "extra": JSON,
    },
)
BODIES = st.one_of(
    JSON, REQUESTS.map(json.dumps), st.binary().map(lambda raw: base64.b64encode(raw).decode()), st.text()
)
EVENTS = JSON | st.fixed_dictionaries(
    {},
    optional={
        "body": BODIES,
        "isBase64Encoded": JSON,
        "requestContext": JSON
        | st.dictionaries(
            st.sampled_from(("requestId", "identity")), JSON | st.dictionaries(st.just("apiKeyId"), JSON)
        ),
    },
)


@pytest.fixture(scope="module")
def running() -> Iterator[Predictions]:
    with Loopback([reply(200, {})]) as tables, Loopback([PREDICTED]) as models:
        yield service(tables.url, models.url)


@given(event=EVENTS)
def test_whatever_the_event_the_answer_is_one_that_the_contract_knows(
    event: Any, running: Predictions
) -> None:
    response = running.answer(event, "lambda-1")
    assert response["statusCode"] in (400, 404)  # never one of ours
    body = json.loads(response["body"], parse_constant=pytest.fail)
    Draft202012Validator(SCHEMAS["Error"]).validate(body)


def test_each_answer_is_one_log_line_and_holds_no_key(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer()
    (record,) = [r for r in caplog.records if r.name == "handlers.inference.service"]
    fields = record.__dict__["fields"]
    assert {**fields, "duration_ms": 0} == {
        "request_id": "gw-1",
        "outcome": "ok",
        "status": 200,
        "duration_ms": 0,
    }
    assert "hush-hush" not in caplog.text
    assert "s3cret" not in caplog.text
