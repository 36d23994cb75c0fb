"""The REST API's creators, by calling what they made: validation, keys, throttles, gateway responses."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from local.deployer import DeployError, Deployment
from local.emulator import Emulator
from tests.local.deployer.document import body
from tests.local.deployer.support import REGION, SERVICE, account, allow, deployed, trust

ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "headers": {"x-path": event["path"]}, "body": event["body"] or "none"}
"""
POLICY = json.loads(allow("execute-api:Invoke").replace('"Effect"', '"Principal": "*", "Effect"'))


@pytest.fixture(scope="module")
def api(emulator: Emulator) -> Deployment:
    def program() -> None:
        opts = account()
        role = aws.iam.Role(
            "role", name="api-echo-role", assume_role_policy=trust("lambda.amazonaws.com"), opts=opts
        )
        echo = aws.lambda_.Function(
            "echo",
            name="api-echo",
            role=role.arn,
            runtime="python3.14",
            handler="index.handler",
            code=pulumi.AssetArchive({"index.py": pulumi.StringAsset(ECHO)}),
            opts=opts,
        )
        rest = aws.apigateway.RestApi(
            "api",
            name="deployer-api",
            body=echo.invoke_arn.apply(
                lambda arn: json.dumps({**body(arn), "x-amazon-apigateway-policy": POLICY})
            ),
            endpoint_configuration={"types": "REGIONAL"},
            opts=opts,
        )
        permission = aws.lambda_.Permission(
            "permission",
            action="lambda:InvokeFunction",
            function=echo.name,
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(rest.execution_arn, "/*"),
            opts=opts,
        )
        deployment = aws.apigateway.Deployment(
            "deployment",
            rest_api=rest.id,
            triggers={"hash": "x"},
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[permission])),
        )
        logs = aws.cloudwatch.LogGroup("logs", name="/api/access", opts=opts)
        logging = aws.apigateway.Account("account", cloudwatch_role_arn=role.arn, opts=opts)
        stage = aws.apigateway.Stage(
            "stage",
            rest_api=rest.id,
            deployment=deployment.id,
            stage_name="live",
            xray_tracing_enabled=True,
            access_log_settings={"destination_arn": logs.arn, "format": '{"id":"$context.requestId"}'},
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[logging])),
        )
        aws.apigateway.MethodSettings(
            "settings",
            rest_api=rest.id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings={"metrics_enabled": True, "logging_level": "ERROR", "throttling_rate_limit": 50.5},
            opts=opts,
        )
        key = aws.apigateway.ApiKey("key", name="deployer-key", opts=opts)
        plan = aws.apigateway.UsagePlan(
            "plan",
            name="deployer-plan",
            api_stages=[{"api_id": rest.id, "stage": stage.stage_name}],
            quota_settings={"limit": 100, "period": "WEEK"},
            throttle_settings={"rate_limit": 10, "burst_limit": 20},
            opts=opts,
        )
        aws.apigateway.UsagePlanKey(
            "membership", key_id=key.id, key_type="API_KEY", usage_plan_id=plan.id, opts=opts
        )
        pulumi.export("url", stage.invoke_url)
        pulumi.export("arns", [rest.arn, rest.execution_arn, stage.arn, stage.execution_arn])
        pulumi.export("ids", {"api": rest.id, "plan": plan.id, "key": key.id, "root": rest.root_resource_id})
        pulumi.export("key", key.value)

    return deployed(emulator, program)


def call(api: Deployment, method: str, path: str, payload: object = None, key: str = "") -> tuple[int, Any]:
    """(status, headers) of a refused call, (status, body) of one that was answered."""
    request = urllib.request.Request(  # noqa: S310  # the emulator's loopback URL
        f"{api.outputs['url']}{path}",
        method=method,
        data=None if payload is None else json.dumps(payload).encode(),
        headers={"content-type": "application/json", **({"x-api-key": key} if key else {})},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  # the same
            return answer.status, json.loads(answer.read().replace(b"none", b"null"))
    except urllib.error.HTTPError as error:
        return error.code, {**dict(error.headers), "body": error.read().decode()}


def test_a_body_that_fits_the_model_reaches_the_function(api: Deployment) -> None:
    payload = {"item": {"n": 3}}
    assert call(api, "POST", "/v1/items", payload) == (200, payload)


@pytest.mark.parametrize("payload", [{"item": {"n": 4}}, {"item": {"x": 1}}, {}, "text"])
def test_a_body_that_does_not_fit_is_answered_in_the_programs_form(api: Deployment, payload: object) -> None:
    status, answer = call(api, "POST", "/v1/items", payload)
    assert (status, answer["x-kind"]) == (400, "schema")
    assert json.loads(answer["body"]) == {"code": "BAD_REQUEST_BODY", "message": "Invalid request body"}


def test_a_keyed_operation_needs_a_key_of_a_plan(api: Deployment) -> None:
    assert call(api, "GET", "/v1/items")[0] == 403
    assert call(api, "GET", "/v1/items", key="x" * 30)[0] == 403
    assert call(api, "GET", "/v1/items", key=api.outputs["key"]) == (200, None)
    assert api.secret_outputs == {"key"}


def test_a_signed_operation_refuses_an_unsigned_call(api: Deployment) -> None:
    assert call(api, "GET", "/v1/mock")[0] == 403


def test_the_stage_logs_measures_traces_and_throttles_as_told(emulator: Emulator, api: Deployment) -> None:
    client = emulator.client("apigateway", SERVICE)
    stage = client.get_stage(restApiId=api.outputs["ids"]["api"], stageName="live")
    assert stage["tracingEnabled"] is True
    assert stage["accessLogSettings"] == {
        "destinationArn": f"arn:aws:logs:{REGION}:{SERVICE}:log-group:/api/access",
        "format": '{"id":"$context.requestId"}',
    }
    settings = stage["methodSettings"]["*/*"]
    assert (settings["metricsEnabled"], settings["loggingLevel"]) == (True, "ERROR")
    assert settings["throttlingRateLimit"] == 50.5


def test_a_plan_carries_quota_throttle_and_key(emulator: Emulator, api: Deployment) -> None:
    client = emulator.client("apigateway", SERVICE)
    ids = api.outputs["ids"]
    plan = client.get_usage_plan(usagePlanId=ids["plan"])
    assert plan["quota"] == {"limit": 100, "period": "WEEK"}
    assert plan["throttle"] == {"burstLimit": 20, "rateLimit": 10.0}
    assert plan["apiStages"] == [{"apiId": ids["api"], "stage": "live"}]
    (member,) = client.get_usage_plan_keys(usagePlanId=ids["plan"])["items"]
    assert member["id"] == ids["key"]
    assert client.get_account()["cloudwatchRoleArn"] == f"arn:aws:iam::{SERVICE}:role/api-echo-role"


def test_its_addresses_are_those_that_pulumi_gives(emulator: Emulator, api: Deployment) -> None:
    identity = api.outputs["ids"]["api"]
    assert api.outputs["arns"] == [
        f"arn:aws:apigateway:{REGION}::/restapis/{identity}",
        f"arn:aws:execute-api:{REGION}:{SERVICE}:{identity}",
        f"arn:aws:apigateway:{REGION}::/restapis/{identity}/stages/live",
        f"arn:aws:execute-api:{REGION}:{SERVICE}:{identity}/live",
    ]
    items = emulator.client("apigateway", SERVICE).get_resources(restApiId=identity)["items"]
    paths = {item["path"]: item["id"] for item in items}
    assert set(paths) == {"/", "/v1", "/v1/items", "/v1/mock"}
    assert paths["/"] == api.outputs["ids"]["root"]


def test_a_method_keeps_parameters_models_and_operation_name(emulator: Emulator, api: Deployment) -> None:
    client = emulator.client("apigateway", SERVICE)
    identity = api.outputs["ids"]["api"]
    items = client.get_resources(restApiId=identity)["items"]
    (resource,) = [item["id"] for item in items if item["path"] == "/v1/items"]
    method = client.get_method(restApiId=identity, resourceId=resource, httpMethod="POST")
    assert method["requestParameters"] == {"method.request.querystring.page": False}
    assert method["requestModels"] == {"application/json": "Wrapper"}
    assert method["operationName"] == "create"
    assert method["methodIntegration"]["timeoutInMillis"] == 5000
    assert method["methodResponses"]["200"]["responseModels"] == {"application/json": "Wrapper"}


def _logging_stage(opts: pulumi.ResourceOptions) -> None:
    aws.apigateway.Stage(
        "stage",
        rest_api="api",
        deployment="one",
        stage_name="live",
        access_log_settings={"destination_arn": f"arn:aws:logs:{REGION}::log-group:access", "format": "{}"},
        opts=opts,
    )


def _logging_methods(opts: pulumi.ResourceOptions) -> None:
    aws.apigateway.MethodSettings(
        "settings",
        rest_api="api",
        stage_name="live",
        method_path="*/*",
        settings={"logging_level": "INFO"},
        opts=opts,
    )


@pytest.mark.parametrize("declare", [_logging_stage, _logging_methods])
def test_a_stage_that_logs_is_refused_where_the_account_has_no_role_for_it(
    emulator: Emulator, declare: Callable[[pulumi.ResourceOptions], None]
) -> None:
    with pytest.raises(DeployError, match="CloudWatch Logs role ARN must be set in account settings"):
        deployed(emulator, lambda: declare(account("444444444444")))
