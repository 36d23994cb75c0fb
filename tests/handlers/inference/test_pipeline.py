"""Operations of other services than the wine's: lists, look-ups of several items, none of either, and
sizes."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.stand_ins.loopback import Answer, Loopback, reply
from bench.stand_ins.wine import OPERATIONS as WINE
from handlers.inference.service import MAX_RESPONSE, WRAPPING, Predictions, fits
from handlers.inference.wiring import build
from settings.service import read, running
from tests.settings.service.folder import Folder

BATCH = """
def parse(request):
    return request["body"]


def reference(item):
    return f"s{item['sides']}"


def features(item, reference):
    if item["sides"] == 2:
        raise ValueError("no shape has two sides")
    return {"sides": item["sides"] / reference["by"]}


def format(item, prediction, meta):
    return {"name": prediction["label"]}


def gather(answers, meta):
    return {"shapes": answers, "version": meta["model_version"]}
"""
PREDICTED = reply(200, {"model_version": "7", "predictions": [{"label": "square"}, {"label": "other"}]})
ENVIRON = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIA1",
    "AWS_SECRET_ACCESS_KEY": "s3cret",
    "TABLE_NAME": "shapes",
    "ENDPOINT_NAME": "shapes-model",
    "TIME_BUDGET_MS": "600",
    "CACHE_TTL_S": "60",
    "CACHE_SIZE": "10",
}


def item(key: str, **attributes: Any) -> dict[str, Any]:
    return {"id": {"S": key}, "by": {"N": "1"}, **attributes}


def found(*items: dict[str, Any], left: Sequence[str] = ()) -> Answer:
    again = {"shapes": {"Keys": [{"id": {"S": key}} for key in left]}} if left else {}
    return reply(200, {"Responses": {"shapes": list(items)}, "UnprocessedKeys": again})


def shapes(folder: Path, table: str, model: str, functions: str = BATCH) -> Predictions:
    made = Folder(folder)
    made.definition["operations"]["createShapes"]["reference"] = True
    made.files["shapes.py"] = functions
    urls = {"AWS_ENDPOINT_URL_DYNAMODB": table, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": model}
    operations = running.operations(read(made.write()))
    return build({**ENVIRON, **urls}, lambda: 0.0, operations)


def post(*sides: int) -> dict[str, Any]:
    body = json.dumps([{"sides": number} for number in sides])
    return {"httpMethod": "POST", "resource": "/v1/shapes", "body": body}


def answered(response: dict[str, Any]) -> tuple[int, Any]:
    return response["statusCode"], json.loads(response["body"])


def test_a_list_is_one_look_up_and_one_call_of_the_model_and_each_failure_is_its_items(
    tmp_path: Path,
) -> None:
    table = found(item("s4"), item("s2"), item("s5"))
    with Loopback([table]) as tables, Loopback([PREDICTED]) as models:
        function = shapes(tmp_path, tables.url, models.url)
        status, body = answered(function.answer(post(4, 2, 5), "r"))
    failed = {"error": {"code": "invalid_request", "message": "no shape has two sides"}}
    assert (status, body) == (
        200,
        {"shapes": [{"name": "square"}, failed, {"name": "other"}], "version": "7"},
    )
    (read_,), (asked,) = tables.requests, models.requests
    assert read_.headers["x-amz-target"] == "DynamoDB_20120810.BatchGetItem"
    assert read_.json() == {
        "RequestItems": {"shapes": {"Keys": [{"id": {"S": key}} for key in ("s4", "s2", "s5")]}}
    }
    assert asked.json() == {"instances": [{"sides": 4.0}, {"sides": 5.0}]}


def test_an_item_that_is_not_in_the_table_fails_alone_and_one_that_is_cached_is_not_asked_for(
    tmp_path: Path,
) -> None:
    one = reply(200, {"model_version": "7", "predictions": [{"label": "square"}]})
    with Loopback([found(item("s4")), reply(200, {})]) as tables, Loopback([one]) as models:
        function = shapes(tmp_path, tables.url, models.url)
        first = answered(function.answer(post(4, 9), "r"))
        second = answered(function.answer(post(4, 9), "r"))
    unknown = {"code": "unknown_reference", "message": "There is no reference data for this id."}
    assert first == second == (200, {"shapes": [{"name": "square"}, {"error": unknown}], "version": "7"})
    assert [request.headers["x-amz-target"] for request in tables.requests] == [
        "DynamoDB_20120810.BatchGetItem",
        "DynamoDB_20120810.GetItem",
    ]


def test_what_a_throttled_table_left_is_asked_for_again_and_alone(tmp_path: Path) -> None:
    answers = [found(item("s4"), left=["s5"]), found(item("s5"))]
    with Loopback(answers) as tables, Loopback([PREDICTED]) as models:
        status, _ = answered(shapes(tmp_path, tables.url, models.url).answer(post(4, 5), "r"))
    assert status == 200
    asked = [request.json()["RequestItems"]["shapes"]["Keys"] for request in tables.requests]
    assert asked == [[{"id": {"S": "s4"}}, {"id": {"S": "s5"}}], [{"id": {"S": "s5"}}]]


def test_a_table_that_stays_throttled_fails_them_all(tmp_path: Path) -> None:
    left = found(left=["s4", "s5"])
    with Loopback([left]) as tables, Loopback([PREDICTED]) as models:
        status, body = answered(shapes(tmp_path, tables.url, models.url).answer(post(4, 5), "r"))
    assert (status, body["error"]["code"], len(tables.requests)) == (503, "throttled", 2)


def test_a_list_of_which_no_item_is_left_asks_no_model(tmp_path: Path) -> None:
    with Loopback([reply(200, {"Item": item("s2")})]) as tables, Loopback([PREDICTED]) as models:
        status, body = answered(shapes(tmp_path, tables.url, models.url).answer(post(2), "r"))
    assert (status, body["version"], len(models.requests)) == (200, "", 0)


def test_a_model_that_answers_for_fewer_items_fails_them_all(tmp_path: Path) -> None:
    with Loopback([found(item("s4"), item("s5"), item("s6"))]) as tables, Loopback([PREDICTED]) as models:
        status, body = answered(shapes(tmp_path, tables.url, models.url).answer(post(4, 5, 6), "r"))
    assert (status, body["error"]["code"]) == (502, "model_failure")


def test_functions_that_fail_are_logged_and_told_as_an_error_of_ours(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = BATCH.replace('"no shape has two sides"', '"x"').replace('/ reference["by"]', "/ 0")
    two = found(item("s4"), item("s5"))
    with Loopback([two]) as tables, Loopback([PREDICTED]) as models, caplog.at_level(logging.ERROR):
        status, body = answered(shapes(tmp_path, tables.url, models.url, broken).answer(post(4, 5), "r"))
    assert status == 200
    assert [one["error"]["code"] for one in body["shapes"]] == ["internal_error"] * 2
    assert [record.message for record in caplog.records] == ["an item failed"] * 2


def test_what_is_cached_is_not_a_functions_to_change(tmp_path: Path) -> None:
    greedy = BATCH.replace('/ reference["by"]', '/ reference.pop("by")')
    one = reply(200, {"model_version": "7", "predictions": [{"label": "square"}]})
    with Loopback([reply(200, {"Item": item("s4")})]) as tables, Loopback([one]) as models:
        function = shapes(tmp_path, tables.url, models.url, greedy)
        bodies = [answered(function.answer(post(4), "r"))[1]["shapes"] for _ in range(2)]
    assert bodies == [[{"name": "square"}]] * 2
    assert len(tables.requests) == 1


def test_an_operation_without_a_model_is_answered_from_its_reference_data(tmp_path: Path) -> None:
    stored = {"id": {"S": "s1"}, "name": {"S": "other"}}
    event = {
        "httpMethod": "GET",
        "resource": "/v1/shapes/{id}",
        "pathParameters": {"id": "s1"},
        "queryStringParameters": {"digits": "3"},
        "body": None,
    }
    with Loopback([reply(200, {"Item": stored})]) as tables, Loopback([PREDICTED]) as models:
        function = shapes(tmp_path, tables.url, models.url)
        assert answered(function.answer(event, "r")) == (200, {"name": "other"})
        wrong = {**event, "queryStringParameters": {"digits": "10"}}
        status, body = answered(function.answer(wrong, "r"))
        assert (status, body["error"]["message"]) == (400, "query.digits: must be at most 9.")
        assert function.answer({**event, "resource": "/v1/x"}, "r")["statusCode"] == 404
        assert function.answer({}, "r")["statusCode"] == 404
    assert models.requests == []


def test_an_answer_that_lambda_would_refuse_is_refused_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.inference.service.MAX_RESPONSE", 4096)
    wordy = BATCH.replace('{"name": prediction["label"]}', '{"name": "x" * 5000}')
    with Loopback([reply(200, {"Item": item("s4")})]) as tables:
        one = reply(200, {"model_version": "7", "predictions": [{"label": "square"}]})
        with Loopback([one]) as models:
            status, body = answered(shapes(tmp_path, tables.url, models.url, wordy).answer(post(4), "r"))
    assert (status, body["error"]["code"]) == (500, "answer_too_large")


def test_the_whole_response_counts_with_its_body_quoted_once_more() -> None:
    room = MAX_RESPONSE - WRAPPING
    assert fits("x" * (room - 2))
    assert not fits("x" * (room - 1))
    assert fits('"' * (room // 2 - 1))
    assert not fits('"' * (room // 2))


def test_an_event_that_names_no_operation_is_one_of_the_only_one() -> None:
    assert WINE.of({}) is not None
    assert WINE.of({"httpMethod": "POST", "resource": "/v1/predictions"}) is WINE.of({})
    assert WINE.of({"httpMethod": "GET", "resource": "/v1/predictions"}) is None
