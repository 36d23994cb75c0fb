"""API Gateway: the REST API (from its OpenAPI body), its stage, and who may call it how often.

The body is put together by `local.deployer.resources.openapi`; here are the resources around it.
"""

import json
from typing import Any

from local.deployer.errors import Unsupported
from local.deployer.request import (
    Created,
    Creator,
    Request,
    creator,
    document,
)
from local.deployer.resources.openapi import overwrite

METHOD_SETTINGS = {
    "metricsEnabled": "metrics/enabled",
    "loggingLevel": "logging/loglevel",
    "dataTraceEnabled": "logging/dataTrace",
    "throttlingBurstLimit": "throttling/burstLimit",
    "throttlingRateLimit": "throttling/rateLimit",
    "cachingEnabled": "caching/enabled",
    "cacheTtlInSeconds": "caching/ttlInSeconds",
    "cacheDataEncrypted": "caching/dataEncrypted",
    "requireAuthorizationForCacheControl": "caching/requireAuthorizationForCacheControl",
    "unauthorizedCacheControlHeaderStrategy": "caching/unauthorizedCacheControlHeaderStrategy",
}


def _replace(path: str, value: object) -> dict[str, str]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return {"op": "replace", "path": path, "value": text}


def _arn(request: Request, path: str) -> str:
    return request.arn("apigateway", path, account=False)


def _rest_api(request: Request) -> Created:
    client, given = request.client("apigateway"), request.inputs
    body = json.loads(document(given["body"])) if "body" in given else {}
    name = given.get("name") or body.get("info", {}).get("title") or request.physical_name()
    options = request.given(
        "description", "apiKeySource", "binaryMediaTypes", "disableExecuteApiEndpoint",
        "minimumCompressionSize",
    )  # fmt: skip
    if configuration := given.get("endpointConfiguration"):
        kinds = configuration["types"]
        kinds = kinds if isinstance(kinds, list) else [kinds]  # Pulumi flattens a list of at most one
        options["endpointConfiguration"] = {**configuration, "types": kinds}
    if "x-amazon-apigateway-api-key-source" in body:
        options.setdefault("apiKeySource", body["x-amazon-apigateway-api-key-source"])
    api = client.create_rest_api(name=name, tags=request.tags, **options)["id"]
    if body:
        overwrite(client, api, body, request.arn("execute-api", api))
    if "policy" in given:  # the provider sets it after the import, which would remove it
        patch = _replace("/policy", document(given["policy"]))
        client.update_rest_api(restApiId=api, patchOperations=[patch])
    roots = [item["id"] for item in client.get_resources(restApiId=api)["items"] if item["path"] == "/"]
    outputs = {
        "name": name,
        "arn": _arn(request, f"/restapis/{api}"),
        "executionArn": request.arn("execute-api", api),
        "rootResourceId": roots[0],
    }
    return Created(id=api, outputs=outputs)


def _rest_api_policy(request: Request) -> Created:
    api = request.inputs["restApiId"]
    policy = _replace("/policy", document(request.inputs["policy"]))
    request.client("apigateway").update_rest_api(restApiId=api, patchOperations=[policy])
    return Created(id=api)


def _deployment(request: Request) -> Created:
    answer = request.client("apigateway").create_deployment(
        restApiId=request.inputs["restApi"], **request.given("description", "variables")
    )
    return Created(id=answer["id"], outputs={"createdDate": str(answer["createdDate"])})


def _stage(request: Request) -> Created:
    client, given = request.client("apigateway"), request.inputs
    api, stage = given["restApi"], given["stageName"]
    logs = given.get("accessLogSettings")
    if logs:
        _check_logging_role(request)
    client.create_stage(
        restApiId=api,
        stageName=stage,
        deploymentId=given["deployment"],
        tracingEnabled=given.get("xrayTracingEnabled", False),
        tags=request.tags,
        **request.given(
            "description", "variables", "cacheClusterEnabled", "cacheClusterSize", "documentationVersion"
        ),
    )
    if logs:
        patches = [_replace(f"/accessLogSettings/{key}", value) for key, value in logs.items()]
        client.update_stage(restApiId=api, stageName=stage, patchOperations=patches)
    outputs = {
        "arn": _arn(request, f"/restapis/{api}/stages/{stage}"),
        "executionArn": request.arn("execute-api", f"{api}/{stage}"),
        "invokeUrl": f"{request.endpoint}/restapis/{api}/{stage}/_user_request_",
    }
    return Created(id=f"ags-{api}-{stage}", outputs=outputs)


def _check_logging_role(request: Request) -> None:
    """Raises `Unsupported` where API Gateway refuses a stage that logs: account and region have no role."""
    if not request.client("apigateway").get_account().get("cloudwatchRoleArn"):
        raise Unsupported(
            "BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging "
            "(an `aws.apigateway.Account` sets it, once for an account and region; here that is bootstrap/)"
        )


def _method_settings(request: Request) -> Created:
    given = request.inputs
    api, stage, path = given["restApi"], given["stageName"], given["methodPath"]
    unknown = set(given["settings"]) - set(METHOD_SETTINGS)
    if unknown:
        raise Unsupported(f"method settings {sorted(unknown)}; add them to {__name__}.METHOD_SETTINGS")
    if given["settings"].get("loggingLevel", "OFF") != "OFF":
        _check_logging_role(request)
    patches = [_replace(f"/{path}/{METHOD_SETTINGS[key]}", value) for key, value in given["settings"].items()]
    request.client("apigateway").update_stage(restApiId=api, stageName=stage, patchOperations=patches)
    return Created(id=f"{api}-{stage}-{path}")


def _api_key(request: Request) -> Created:
    name = request.physical_name()
    key = request.client("apigateway").create_api_key(
        name=name,
        enabled=request.inputs.get("enabled", True),
        tags=request.tags,
        **request.given("description", "value", "customerId"),
    )
    outputs = {"name": name, "value": key["value"], "arn": _arn(request, f"/apikeys/{key['id']}")}
    return Created(id=key["id"], outputs=outputs, secret=frozenset({"value"}))


def _usage_plan(request: Request) -> Created:
    client, given, name = request.client("apigateway"), request.inputs, request.physical_name()
    options: dict[str, Any] = request.given("description")
    for source, target in (("quotaSettings", "quota"), ("throttleSettings", "throttle")):
        if source in given:
            options[target] = given[source]
    options["apiStages"] = [
        {
            "apiId": stage["apiId"],
            "stage": stage["stage"],
            "throttle": {
                limit["path"]: {key: value for key, value in limit.items() if key != "path"}
                for limit in stage.get("throttles", [])
            },
        }
        for stage in given.get("apiStages", [])
    ]
    plan = client.create_usage_plan(name=name, tags=request.tags, **options)["id"]
    return Created(id=plan, outputs={"name": name, "arn": _arn(request, f"/usageplans/{plan}")})


def _usage_plan_key(request: Request) -> Created:
    given = request.inputs
    key = request.client("apigateway").create_usage_plan_key(
        usagePlanId=given["usagePlanId"], keyId=given["keyId"], keyType=given["keyType"]
    )
    outputs = {"name": key.get("name", ""), "value": key.get("value", "")}
    return Created(id=key["id"], outputs=outputs, secret=frozenset({"value"}))


def _account(request: Request) -> Created:
    role = request.inputs["cloudwatchRoleArn"]
    request.client("apigateway").update_account(patchOperations=[_replace("/cloudwatchRoleArn", role)])
    return Created(id="api-gateway-account")


CREATORS: dict[str, Creator] = {
    "aws:apigateway/restApi:RestApi": creator(
        _rest_api,
        "name body description apiKeySource binaryMediaTypes disableExecuteApiEndpoint"
        " minimumCompressionSize endpointConfiguration policy",
        {
            "putRestApiMode": "an import overwrites; nothing is merged",
            "failOnWarnings": "an extension that is not understood is always an error here",
        },
    ),
    "aws:apigateway/restApiPolicy:RestApiPolicy": creator(_rest_api_policy, "restApiId policy"),
    "aws:apigateway/deployment:Deployment": creator(
        _deployment,
        "restApi description variables",
        {"triggers": "tell Pulumi when to deploy anew; a run deploys once"},
    ),
    "aws:apigateway/stage:Stage": creator(
        _stage,
        "restApi stageName deployment description variables xrayTracingEnabled accessLogSettings"
        " cacheClusterEnabled cacheClusterSize documentationVersion",
    ),
    "aws:apigateway/methodSettings:MethodSettings": creator(
        _method_settings, "restApi stageName methodPath settings"
    ),
    "aws:apigateway/apiKey:ApiKey": creator(_api_key, "name description enabled value customerId"),
    "aws:apigateway/usagePlan:UsagePlan": creator(
        _usage_plan, "name description apiStages quotaSettings throttleSettings"
    ),
    "aws:apigateway/usagePlanKey:UsagePlanKey": creator(_usage_plan_key, "usagePlanId keyId keyType"),
    "aws:apigateway/account:Account": creator(_account, "cloudwatchRoleArn"),
}
