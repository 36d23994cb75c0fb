"""Reading an account: odd integrations, what is refused, what is not there."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError

from discovery import calls
from discovery.account import Account, Call
from discovery.cli import main
from discovery.command import discover
from discovery.found import Found, Target
from discovery.grants import Grant, read
from discovery.integrations import http_target, rest_target
from discovery.probe import chosen, file
from discovery.stages import NoApiError

ACCOUNT, REGION = "111111111111", "eu-central-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
INVOKE = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{{}}/invocations"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/orders-role"
Answers = dict[str, Any]


class Cloud:
    """A session that answers by `service.operation`; an exception is raised, a function asked."""

    region_name = REGION

    def __init__(self, **answers: Any) -> None:
        self.asked: list[str] = []
        self._answers = {name.replace("__", "."): answer for name, answer in answers.items()}

    def client(self, service: str, **_: Any) -> Any:
        return _Client(service, self)

    def answer(self, name: str, parameters: Mapping[str, Any]) -> Any:
        self.asked.append(name)
        given = self._answers.get(name, {})
        if isinstance(given, Exception):
            raise given
        return given(**parameters) if callable(given) else given


class _Client:
    def __init__(self, service: str, cloud: Cloud) -> None:
        self._service, self._cloud = service, cloud

    def can_paginate(self, _operation: str) -> bool:
        return False

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **parameters: self._cloud.answer(f"{self._service}.{operation}", parameters)


def refused(code: str = "AccessDeniedException", status: int = 400) -> ClientError:
    error = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(cast("Any", error), "Operation")


def rest(*methods: tuple[str, str, Mapping[str, Any]], **changes: Any) -> Answers:
    """A REST API `orders` with one stage; methods by path, verb and integration."""
    items = [
        {"id": f"r{n}", "path": path, "resourceMethods": {verb: {"methodIntegration": dict(integration)}}}
        for n, (path, verb, integration) in enumerate(methods)
    ]
    return {
        "sts__get_caller_identity": {"Account": ACCOUNT},
        "apigateway__get_rest_apis": {"items": [{"id": "abc", "name": "orders"}]},
        "apigateway__get_rest_api": {"id": "abc", "name": "orders"},
        "apigateway__get_stages": {"item": [{"stageName": "prod"}]},
        "apigateway__get_resources": {"items": items},
        "apigateway__get_account": {"throttleSettings": {"rateLimit": 10_000.0, "burstLimit": 5000}},
        **changes,
    }


def proxy(name: str) -> dict[str, Any]:
    return {"type": "AWS_PROXY", "uri": INVOKE.format(f"{FUNCTION}:{name}"), "timeoutInMillis": 29_000}


def found(answers: Answers, **more: Any) -> Found:
    return discover(cast("boto3.Session", Cloud(**{**answers, **more})), "abc")


CONFIGURATION = {
    "Timeout": 5,
    "MemorySize": 256,
    "Role": ROLE,
    "Environment": {"Variables": {"TABLE": "orders", "MODEL": "fraud", "STAGE": "prod"}},
}


@pytest.mark.parametrize(
    ("integration", "target"),
    [
        (proxy("read"), Target(kind="function", name="read", account_id=ACCOUNT)),
        (proxy("read:live"), Target(kind="function", name="read", qualifier="live", account_id=ACCOUNT)),
        (
            {
                "type": "AWS",
                "uri": INVOKE.format(f"{FUNCTION}:${{stageVariables.fn}}:${{stageVariables.alias}}"),
            },
            Target(kind="function", name="orders-read", qualifier="blue", account_id=ACCOUNT),
        ),
        (
            {"type": "AWS", "uri": INVOKE.format(f"{FUNCTION}:${{stageVariables.none}}")},
            Target(
                kind="other",
                name=INVOKE.format(f"{FUNCTION}:${{stageVariables.none}}")
                + ", whose stage variable is not set",
            ),
        ),
        ({"type": "MOCK"}, Target(kind="nothing")),
        (
            {
                "type": "AWS",
                "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/GetItem",
                "credentials": ROLE,
                "requestTemplates": {"application/json": '{"TableName" : "Music", "Key": {}}'},
            },
            Target(kind="table", name="Music", operation="GetItem", role=ROLE),
        ),
        (
            {
                "type": "AWS",
                "uri": f"arn:aws:apigateway:{REGION}:runtime.sagemaker:path//endpoints/fraud-1/invocations",
                "credentials": ROLE,
            },
            Target(kind="endpoint", name="fraud-1", role=ROLE),
        ),
        (
            {"type": "AWS", "uri": f"arn:aws:apigateway:{REGION}:states:action/StartExecution"},
            Target(kind="other", name="a Step Functions state machine"),
        ),
        (
            {"type": "AWS", "uri": f"arn:aws:apigateway:{REGION}:sqs:path/{ACCOUNT}/q"},
            Target(kind="other", name="an SQS queue"),
        ),
        (
            {"type": "HTTP_PROXY", "uri": "https://backend.example.com/{proxy}"},
            Target(kind="other", name="the address https://backend.example.com/{proxy}"),
        ),
    ],
)
def test_an_integration_of_a_rest_api_is_read_from_its_address(
    integration: dict[str, Any], target: Target
) -> None:
    assert rest_target(integration, {"fn": "orders-read", "alias": "blue"}) == target


@pytest.mark.parametrize(
    ("integration", "target"),
    [
        (
            {"IntegrationType": "AWS_PROXY", "IntegrationUri": f"{FUNCTION}:put"},
            Target(kind="function", name="put", account_id=ACCOUNT),
        ),
        (
            {"IntegrationType": "AWS_PROXY", "IntegrationUri": INVOKE.format(f"{FUNCTION}:put:live")},
            Target(kind="function", name="put", qualifier="live", account_id=ACCOUNT),
        ),
        (
            {"IntegrationType": "AWS_PROXY", "IntegrationSubtype": "StepFunctions-StartExecution"},
            Target(kind="other", name="a Step Functions state machine"),
        ),
        (
            {"IntegrationType": "AWS_PROXY", "IntegrationSubtype": "EventBridge-PutEvents"},
            Target(kind="other", name="an EventBridge bus"),
        ),
        (
            {"IntegrationType": "HTTP_PROXY", "IntegrationUri": f"arn:aws:elasticloadbalancing:{REGION}:1:l"},
            Target(kind="other", name=f"the address arn:aws:elasticloadbalancing:{REGION}:1:l"),
        ),
    ],
)
def test_an_integration_of_an_http_api_is_read_likewise(integration: dict[str, Any], target: Target) -> None:
    assert http_target(integration, {}) == target


def test_a_function_s_tables_and_endpoints_are_those_its_environment_names() -> None:
    answers = rest(("/orders", "GET", proxy("read:live")))
    answers |= {
        "lambda__get_function_configuration": lambda FunctionName, Qualifier: (  # noqa: N803  # boto3's names
            CONFIGURATION if (FunctionName, Qualifier) == ("read", "live") else {}
        ),
        "lambda__get_function_concurrency": {"ReservedConcurrentExecutions": 7},
        "dynamodb__list_tables": {"TableNames": ["orders", "others", "prod2"]},
        "cloudwatch__list_metrics": {
            "Metrics": [{"Dimensions": [{"Name": "Operation", "Value": o}]} for o in ("Query", "GetItem")]
        },
        "sagemaker__list_endpoints": {"Endpoints": [{"EndpointName": "fraud"}, {"EndpointName": "churn"}]},
        "sagemaker__describe_endpoint": {"EndpointConfigName": "fraud-7"},
        "sagemaker__describe_endpoint_config": {
            "ProductionVariants": [
                {"VariantName": "blue", "InstanceType": "ml.g4dn.12xlarge"},
                {"VariantName": "green", "ServerlessConfig": {"MemorySizeInMB": 2048}},
            ]
        },
        "ec2__describe_instance_types": {"InstanceTypes": [{"GpuInfo": {"Gpus": [{"Count": 4}]}}]},
    }
    all_ = found(answers)
    assert all_.unseen == ()
    assert [(f.name, f.timeout_s, f.memory_mb, f.reserved_concurrency) for f in all_.functions] == [
        ("read", 5, 256, 7)
    ]
    assert [(t.name, t.operations) for t in all_.tables] == [("orders", ("GetItem", "Query"))]
    assert [(e.name, e.variant, e.instance_type, e.gpus) for e in all_.endpoints] == [
        ("fraud", "blue", "ml.g4dn.12xlarge", 4),
        ("fraud", "green", None, 0),
    ]


def test_a_role_s_policies_name_tables_that_no_environment_does() -> None:
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table"
    statement = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem"],
        "Resource": [f"{arn}/orders-*", f"{arn}/x"],
    }
    attached = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": f"{arn}/audit/index/*"}
    answers = rest(("/", "GET", proxy("read"))) | {
        "lambda__get_function_configuration": {"Timeout": 3, "Role": ROLE},
        "iam__list_role_policies": {"PolicyNames": ["own"]},
        "iam__get_role_policy": lambda RoleName, PolicyName: {  # noqa: N803
            "PolicyDocument": {
                "Statement": statement if (RoleName, PolicyName) == ("orders-role", "own") else []
            }
        },
        "iam__list_attached_role_policies": {"AttachedPolicies": [{"PolicyArn": "arn:p"}]},
        "iam__get_policy": {"Policy": {"DefaultVersionId": "v2"}},
        "iam__get_policy_version": lambda PolicyArn, VersionId: {  # noqa: N803
            "PolicyVersion": {"Document": {"Statement": [attached] if VersionId == "v2" else PolicyArn}}
        },
        "dynamodb__list_tables": {"TableNames": ["orders-eu", "audit", "other"]},
    }
    (table,) = found(answers).tables
    assert (table.name, table.operations, table.why) == ("orders-eu", ("GetItem",), "all that policies allow")


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
    assert [(plan.name, plan.quota and plan.quota.limit) for plan in api.plans] == [("Gold", 9), ("2", None)]


def test_an_authorizer_s_function_is_one_of_the_api_s() -> None:
    answers = rest(("/", "GET", proxy("f")))
    method = answers["apigateway__get_resources"]["items"][0]["resourceMethods"]["GET"]
    method["authorizationType"] = "CUSTOM"
    uri = INVOKE.format(f"{FUNCTION}:check")
    both = found(
        answers, apigateway__get_authorizers={"items": [{"authorizerUri": uri}, {"type": "COGNITO"}]}
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
    assert "apigateway:GET of abc is not allowed" in str(error.value)


@pytest.mark.parametrize("code", ["ExpiredToken", "UnrecognizedClientException"])
def test_credentials_that_are_none_end_it(code: str) -> None:
    with pytest.raises(ClientError):
        found(rest(("/", "GET", proxy("f"))), apigateway__get_usage_plans=refused(code))


def test_a_failure_of_one_call_is_told_and_the_rest_found() -> None:
    all_ = found(rest(("/", "GET", proxy("f"))), dynamodb__list_tables=refused("InternalServerError", 500))
    assert len(all_.functions) == 1
    assert any("dynamodb:ListTables failed (InternalServerError: no)" in s for s in all_.unseen)


@pytest.mark.parametrize("value", [f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders", "orders"])
def test_without_listing_tables_each_name_in_the_environment_is_asked_for(value: str) -> None:
    def describe(TableName: str) -> dict[str, Any]:  # noqa: N803
        if TableName != "orders":
            raise refused("ResourceNotFoundException")
        return {"Table": {}}

    answers = rest(("/", "GET", proxy("f"))) | {
        "lambda__get_function_configuration": {
            "Timeout": 3,
            "Role": ROLE,
            "Environment": {"Variables": {"A": value, "B": "some-name", "C": "https://x.example.com/"}},
        },
        "dynamodb__list_tables": refused(),
        "dynamodb__describe_table": describe,
        "sagemaker__list_endpoints": {"Endpoints": []},
    }
    all_ = found(answers)
    assert [table.name for table in all_.tables] == ["orders"]
    assert all_.unseen[0].startswith("dynamodb:ListTables is not allowed")


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
        "1 other REST API has the name 'orders' (xyz)",
        "POST /start leads to a Step Functions state machine",
        "Function theirs is in account 999999999999",
    ]


def test_a_wrong_id_lists_the_apis_that_are_there() -> None:
    answers = rest(
        apigateway__get_rest_apis={"items": [{"id": "r2", "name": "b"}, {"id": "r1", "name": "a"}]},
        apigatewayv2__get_apis={"Items": [{"ApiId": "h1", "Name": "shop"}]},
    )
    with pytest.raises(NoApiError) as error:
        found(answers)
    assert str(error.value).splitlines() == [
        "There is no API 'abc' in eu-central-1. These are there; give an id:",
        "  r1  REST  a",
        "  r2  REST  b",
        "  h1  HTTP  shop",
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


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("ANY", "/{proxy+}", "/"),
        ("ANY", "/items/{proxy+}", "/items"),
        ("GET", "/", "/"),
        ("GET", "/a/{b}", "/a/{b}"),
    ],
)
def test_a_proxy_s_root_is_probed(method: str, path: str, asked: str) -> None:
    api = found(rest((path, method, proxy("f")))).api
    (probe,) = yaml.safe_load(file(api, chosen(api.routes)))["probes"]
    assert (probe["method"], probe["path"]) == ("GET", asked)


def test_a_websocket_api_is_refused_with_the_reason() -> None:
    answers = {
        "sts__get_caller_identity": {"Account": ACCOUNT},
        "apigatewayv2__get_apis": {"Items": [{"ApiId": "abc", "Name": "chat"}]},
        "apigatewayv2__get_api": {"ApiId": "abc", "Name": "chat", "ProtocolType": "WEBSOCKET"},
    }
    with pytest.raises(NoApiError, match="is a WebSocket API"):
        found(answers)


def test_where_the_api_s_own_address_is_off_customers_call_its_domain() -> None:
    answers = rest(("/", "GET", proxy("f"))) | {
        "apigateway__get_rest_api": {"id": "abc", "name": "orders", "disableExecuteApiEndpoint": True},
        "apigateway__get_domain_names": {"items": [{"domainName": "api.example.com"}]},
        "apigateway__get_base_path_mappings": {
            "items": [
                {"restApiId": "abc", "stage": "test"},
                {"restApiId": "abc", "stage": "prod", "basePath": "v1"},
            ]
        },
    }
    assert found(answers).api.url == "https://api.example.com/v1"
    lost = found(answers, apigateway__get_base_path_mappings={"items": []})
    assert (lost.api.url, len(lost.unseen)) == (None, 1)


def test_a_grant_names_a_resource_only_where_it_does_not_mean_all_of_them() -> None:
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
    for resource, names in ((arn, True), (f"{arn[:-3]}*", True), (f"{arn[:-6]}*", False), ("*", False)):
        assert Grant(actions=["*"], resources=[resource]).names(arn) is names, resource
    assert Grant(actions=["DynamoDB:Get*"], resources=[]).allows("dynamodb:GetItem")
    assert list(read({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})) == []


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
    class Paged(_Client):
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
