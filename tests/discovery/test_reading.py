"""Reading an account: odd integrations, what is refused, what is not there."""

from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from discovery import calls
from discovery.account import Account, Call
from discovery.cli import main
from discovery.command import discover
from discovery.stages import NoApiError
from tests.discovery.cloud import (
    ACCOUNT,
    CONFIGURATION,
    FUNCTION,
    INVOKE,
    REGION,
    Answers,
    Client,
    Cloud,
    found,
    proxy,
    refused,
    rest,
)


def test_the_narrowest_throttle_is_the_stage_s_and_a_route_s_own_is_told() -> None:
    stage = {
        "stageName": "prod",
        "tracingEnabled": True,
        "methodSettings": {
            "*/*": {"throttlingRateLimit": 50.0},
            "~1orders/GET": {"throttlingRateLimit": 5.0},
        },
    }
    api = found(
        rest(("/orders", "GET", proxy("read")), ("/health", "GET", {"type": "MOCK"})),
        apigateway__get_stages={"item": [stage]},
    ).api
    assert (api.rate_per_s, api.throttled_by, api.traced) == (50, "stage", True)
    assert [(str(route), route.rate_per_s) for route in api.routes] == [
        ("GET /orders", 5),
        ("GET /health", None),
    ]


def test_plans_are_those_of_the_stage_and_a_plan_without_a_quota_has_none() -> None:
    plans = [
        {
            "id": "1",
            "name": "Gold",
            "apiStages": [{"apiId": "abc", "stage": "prod"}],
            "quota": {"limit": 9, "period": "DAY"},
        },
        {"id": "2", "apiStages": [{"apiId": "abc", "stage": "prod"}]},
        {"id": "3", "name": "test's", "apiStages": [{"apiId": "abc", "stage": "test"}]},
        {"id": "4", "name": "other's", "apiStages": [{"apiId": "xyz", "stage": "prod"}]},
    ]
    api = found(rest(("/", "GET", proxy("f"))), apigateway__get_usage_plans={"items": plans}).api
    assert [(plan.name, plan.quota and plan.quota.limit, plan.of_stage) for plan in api.plans] == [
        ("Gold", 9, True),
        ("2", None, True),
        ("test's", None, False),
    ]


def test_an_authorizer_s_function_is_one_of_the_api_s() -> None:
    answers = rest(("/", "GET", proxy("f")))
    method = answers["apigateway__get_resources"]["items"][0]["resourceMethods"]["GET"]
    method |= {"authorizationType": "CUSTOM", "authorizerId": "a1"}
    uri = INVOKE.format(f"{FUNCTION}:check")
    both = found(
        answers,
        apigateway__get_authorizers={
            "items": [{"id": "a1", "authorizerUri": uri}, {"id": "a2", "type": "COGNITO"}]
        },
    )
    assert [function.name for function in both.functions] == ["f", "check"]


@pytest.mark.parametrize("call", calls.ALL)
def test_whatever_call_is_refused_the_rest_is_found_and_the_loss_is_told(call: Call) -> None:
    http = call.service == "apigatewayv2"
    answers = rest(("/orders", "GET", {**proxy("read:live"), "x": 1})) | {
        "lambda__get_function_configuration": CONFIGURATION,
        "iam__list_role_policies": {"PolicyNames": ["own"]},
        "iam__list_attached_role_policies": {"AttachedPolicies": [{"PolicyArn": "arn:p"}]},
        "iam__get_policy": {"Policy": {"DefaultVersionId": "v1"}},
        "dynamodb__list_tables": {"TableNames": ["orders"]},
        "sagemaker__list_endpoints": {"Endpoints": [{"EndpointName": "fraud"}]},
        "sagemaker__describe_endpoint": {"EndpointConfigName": "c"},
        "sagemaker__describe_endpoint_config": {
            "ProductionVariants": [{"VariantName": "v", "InstanceType": "ml.m5.large"}]
        },
    }
    needed = {"get_rest_api", "get_stages", "get_api"}
    answers[f"{call.service}__{call.operation}"] = refused()
    asked = Cloud(**answers)
    if call.operation in needed and not http:
        with pytest.raises(NoApiError):
            discover(cast("boto3.Session", asked), "abc")
        return
    all_ = discover(cast("boto3.Session", asked), "abc")
    if f"{call.service}.{call.operation}" in asked.asked:
        assert [s for s in all_.unseen if s.startswith(call.action) and "is not allowed, so " in s]


def test_nothing_at_all_allowed_is_an_answer_too() -> None:
    everything: Answers = {f"{c.service}__{c.operation}": refused() for c in calls.ALL}
    everything["sts__get_caller_identity"] = {"Account": ACCOUNT}
    with pytest.raises(NoApiError, match="No API is there that these credentials may see") as error:
        found(everything)
    assert "apigateway:GET of /restapis/abc is not allowed" in str(error.value)


@pytest.mark.parametrize("code", ["ExpiredToken", "UnrecognizedClientException"])
def test_credentials_that_are_none_end_it(code: str) -> None:
    with pytest.raises(ClientError):
        found(rest(("/", "GET", proxy("f"))), apigateway__get_usage_plans=refused(code))


def test_a_failure_of_one_call_is_told_and_the_rest_found() -> None:
    all_ = found(rest(("/", "GET", proxy("f"))), dynamodb__list_tables=refused("InternalServerError", 500))
    assert len(all_.functions) == 1
    assert any("dynamodb:ListTables failed (InternalServerError: no)" in s for s in all_.unseen)


def test_what_is_not_watched_is_said() -> None:
    other = INVOKE.format(f"arn:aws:lambda:{REGION}:999999999999:function:theirs")
    all_ = found(
        rest(
            (
                "/start",
                "POST",
                {"type": "AWS", "uri": f"arn:aws:apigateway:{REGION}:states:action/StartExecution"},
            ),
            ("/theirs", "GET", {"type": "AWS_PROXY", "uri": other}),
        ),
        apigateway__get_rest_apis={
            "items": [{"id": "abc", "name": "orders"}, {"id": "xyz", "name": "orders"}]
        },
    )
    assert not all_.functions
    assert [sentence.split(",")[0] for sentence in all_.unseen] == [
        "Other REST APIs have the name 'orders' (xyz)",
        "POST /start leads to a Step Functions state machine",
        "Function theirs is in account 999999999999",
    ]


def test_a_wrong_id_lists_the_apis_that_are_there() -> None:
    answers = rest(
        apigateway__get_rest_apis={"items": [{"id": "r2", "name": "b"}, {"id": "r1", "name": "a"}]},
        apigatewayv2__get_apis={
            "Items": [
                {"ApiId": "h1", "Name": "shop", "ProtocolType": "HTTP"},
                {"ApiId": "w1", "Name": "talk", "ProtocolType": "WEBSOCKET"},
            ]
        },
    )
    with pytest.raises(NoApiError) as error:
        found(answers)
    assert str(error.value).splitlines() == [
        "There is no API 'abc' in eu-central-1. These are there; give an id:",
        "  r1  REST  a",
        "  r2  REST  b",
        "  h1  HTTP  shop",
        "  w1  HTTP  talk (a WebSocket API, which cannot be watched)",
    ]


@pytest.mark.parametrize(
    ("stages", "wanted", "said"),
    [
        (
            [{"stageName": "a"}, {"stageName": "b"}],
            None,
            "has several stages; name one with --stage. There: a, b",
        ),
        ([{"stageName": "a"}], "prod", "has no stage 'prod'. There: a"),
        ([], None, "has no stage. There: none: it is not deployed"),
    ],
)
def test_a_stage_that_is_not_clear_is_asked_for(stages: list[Any], wanted: str | None, said: str) -> None:
    cloud = Cloud(**rest(apigateway__get_stages={"item": stages}))
    with pytest.raises(NoApiError, match=said):
        discover(cast("boto3.Session", cloud), "abc", wanted)


@pytest.mark.parametrize(
    ("stages", "taken"),
    [(["Stage", "Prod"], "Prod"), (["Stage"], "Stage"), (["dev", "$default"], "$default")],
)
def test_of_several_stages_the_one_that_is_meant_is_taken(stages: list[str], taken: str) -> None:
    listed = {"item": [{"stageName": name} for name in stages]}
    assert found(rest(("/", "GET", proxy("f"))), apigateway__get_stages=listed).api.stage == taken


def test_a_websocket_api_is_refused_with_the_reason() -> None:
    answers = {
        "sts__get_caller_identity": {"Account": ACCOUNT},
        "apigatewayv2__get_apis": {"Items": [{"ApiId": "abc", "Name": "chat"}]},
        "apigatewayv2__get_api": {"ApiId": "abc", "Name": "chat", "ProtocolType": "WEBSOCKET"},
    }
    with pytest.raises(NoApiError, match="is a WebSocket API"):
        found(answers)


@pytest.mark.parametrize("off", [True, False])
def test_customers_call_the_domain_that_leads_to_the_stage(off: bool) -> None:
    answers = rest(("/", "GET", proxy("f"))) | {
        "apigateway__get_rest_api": {"id": "abc", "name": "orders", "disableExecuteApiEndpoint": off},
        "apigateway__get_domain_names": {
            "items": [{"domainName": "*.example.com"}, {"domainName": "api.example.com"}]
        },
        "apigateway__get_base_path_mappings": {
            "items": [
                {"restApiId": "abc", "stage": "test"},
                {"restApiId": "abc", "stage": "prod", "basePath": "v1"},
            ]
        },
    }
    assert found(answers).api.url == "https://api.example.com/v1"
    none = found(answers, apigateway__get_base_path_mappings={"items": []})
    assert (none.api.url, len(none.unseen)) == (None, int(off))
    refusing = found(answers, apigateway__get_domain_names=refused())
    assert refusing.unseen[0].startswith("apigateway:GET of /domainnames is not allowed, so whe")
    asking = {"domainName": "api.example.com", "mutualTlsAuthentication": {"truststoreUri": "s3://b/k"}}
    mutual = found(answers, apigateway__get_domain_names={"items": [asking]})
    assert mutual.api.url is None
    assert mutual.unseen[0] == (
        "https://api.example.com/v1 asks callers for a certificate, which the canary has none of"
    )


def test_an_account_that_cannot_be_reached_is_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr("discovery.command.CONFIG", None)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert main(["--api", "abc", "--region", REGION]) == 2
    assert capsys.readouterr().err.startswith("error: AWS could not be asked: Could not connect")


def test_every_page_is_read() -> None:
    class Paged(Client):
        def can_paginate(self, _operation: str) -> bool:
            return True

        def get_paginator(self, _operation: str) -> Any:
            return self

        def paginate(self, **_: Any) -> list[dict[str, Any]]:
            return [{"TableNames": ["a"]}, {}, {"TableNames": ["b"]}]

    class Session(Cloud):
        def client(self, service: str, **_: Any) -> Any:
            return Paged(service, self)

    account = Account(session=cast("boto3.Session", Session()), region=REGION)
    assert account.pages(calls.TABLES, "TableNames", "") == ["a", "b"]


def test_an_api_without_routes_is_told_as_what_it_is() -> None:
    assert [sentence.split(",")[0] for sentence in found(rest()).unseen] == ["The API has no route"]


def test_a_service_that_is_not_in_the_region_is_told_and_the_rest_found() -> None:
    nowhere = EndpointConnectionError(endpoint_url="https://api.sagemaker.xx-none-1.amazonaws.com")
    all_ = found(rest(("/", "GET", proxy("f"))), sagemaker__list_endpoints=nowhere)
    assert [function.name for function in all_.functions] == ["f"]
    assert [s.split(",")[0] for s in all_.unseen] == [f"sagemaker cannot be reached in {REGION}"]


def test_what_is_told_has_one_line() -> None:
    failed = ClientError({"Error": {"Code": "Odd", "Message": "two\n lines"}}, "Operation")
    (sentence,) = found(rest(("/", "GET", proxy("f"))), sagemaker__list_endpoints=failed).unseen
    assert sentence.startswith("sagemaker:ListEndpoints failed (Odd: two lines), so endpoints are those")
