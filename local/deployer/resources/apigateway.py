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
)
from local.deployer.resources.openapi import overwrite

METHOD_SETTINGS = {
    "metricsEnabled": "metrics/enabled",
    "loggingLevel": "logging/loglevel",
    "dataTraceEnabled": "logging/dataTrace",
    "throttlingBurstLimit": "throttling/burstLimit",
    "throttlingRateLimit": "throttling/rateLimit",
}


def _replace(path: str, value: object) -> dict[str, str]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return {"op": "replace", "path": path, "value": text}


def _arn(request: Request, path: str) -> str:
    return request.arn("apigateway", path, account=False)


def _rest_api(request: Request) -> Created:
    client, given = request.client("apigateway"), request.inputs
    body, name = json.loads(given["body"]), request.physical_name()
    options = request.given("disableExecuteApiEndpoint")
    if configuration := given.get("endpointConfiguration"):
        # Pulumi flattens a list of at most one.
        options["endpointConfiguration"] = {**configuration, "types": [configuration["types"]]}
    if "x-amazon-apigateway-api-key-source" in body:
        options["apiKeySource"] = body["x-amazon-apigateway-api-key-source"]
    if "x-amazon-apigateway-binary-media-types" in body:
        options["binaryMediaTypes"] = body["x-amazon-apigateway-binary-media-types"]
    api = client.create_rest_api(name=name, tags=request.tags, **options)["id"]
    overwrite(client, api, body, request.arn("execute-api", api))
    roots = [item["id"] for item in client.get_resources(restApiId=api)["items"] if item["path"] == "/"]
    outputs = {
        "name": name,
        "arn": _arn(request, f"/restapis/{api}"),
        "executionArn": request.arn("execute-api", api),
        "rootResourceId": roots[0],
    }
    return Created(id=api, outputs=outputs)


def _deployment(request: Request) -> Created:
    answer = request.client("apigateway").create_deployment(restApiId=request.inputs["restApi"])
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
        name=name, enabled=True, tags=request.tags, **request.given("description")
    )
    outputs = {"name": name, "value": key["value"], "arn": _arn(request, f"/apikeys/{key['id']}")}
    return Created(id=key["id"], outputs=outputs, secret=frozenset({"value"}))


def _usage_plan(request: Request) -> Created:
    client, given, name = request.client("apigateway"), request.inputs, request.physical_name()
    options: dict[str, Any] = request.given("apiStages")
    for source, target in (("quotaSettings", "quota"), ("throttleSettings", "throttle")):
        if source in given:
            options[target] = given[source]
    plan = client.create_usage_plan(name=name, tags=request.tags, **options)["id"]
    return Created(id=plan, outputs={"name": name, "arn": _arn(request, f"/usageplans/{plan}")})


def _usage_plan_key(request: Request) -> Created:
    given = request.inputs
    key = request.client("apigateway").create_usage_plan_key(
        usagePlanId=given["usagePlanId"], keyId=given["keyId"], keyType=given["keyType"]
    )
    outputs = {"name": key.get("name", ""), "value": key.get("value", "")}
    return Created(id=key["id"], outputs=outputs, secret=frozenset({"value"}))


def _domain_name(request: Request) -> Created:
    given = request.inputs
    made = request.client("apigateway").create_domain_name(
        domainName=given["domainName"],
        regionalCertificateArn=given["regionalCertificateArn"],
        securityPolicy=given["securityPolicy"],
        endpointConfiguration={"types": [given["endpointConfiguration"]["types"]]},
        tags=request.tags,
    )
    outputs = {
        "domainName": made["domainName"],
        "arn": _arn(request, f"/domainnames/{made['domainName']}"),
        "regionalDomainName": made["regionalDomainName"],
        "regionalZoneId": made["regionalHostedZoneId"],
    }
    return Created(id=made["domainName"], outputs=outputs)


def _base_path_mapping(request: Request) -> Created:
    given = request.inputs
    request.client("apigateway").create_base_path_mapping(
        domainName=given["domainName"], restApiId=given["restApi"], stage=given["stageName"]
    )
    return Created(id=f"{given['domainName']}/")


def _record(request: Request) -> Created:
    given = request.inputs
    (alias,) = given["aliases"]
    target = {
        "HostedZoneId": alias["zoneId"],
        "DNSName": alias["name"],
        "EvaluateTargetHealth": alias["evaluateTargetHealth"],
    }
    record = {"Name": given["name"], "Type": given["type"], "AliasTarget": target}
    request.client("route53").change_resource_record_sets(
        HostedZoneId=given["zoneId"],
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )
    return Created(id=f"{given['zoneId']}_{given['name']}_{given['type']}", outputs={"fqdn": given["name"]})


def _account(request: Request) -> Created:
    role = request.inputs["cloudwatchRoleArn"]
    request.client("apigateway").update_account(patchOperations=[_replace("/cloudwatchRoleArn", role)])
    return Created(id="api-gateway-account")


CREATORS: dict[str, Creator] = {
    "aws:apigateway/restApi:RestApi": creator(
        _rest_api, "name body endpointConfiguration disableExecuteApiEndpoint"
    ),
    "aws:apigateway/deployment:Deployment": creator(
        _deployment,
        "restApi",
        {"triggers": "tell Pulumi when to deploy anew; a run deploys once"},
    ),
    "aws:apigateway/stage:Stage": creator(
        _stage, "restApi stageName deployment xrayTracingEnabled accessLogSettings"
    ),
    "aws:apigateway/methodSettings:MethodSettings": creator(
        _method_settings, "restApi stageName methodPath settings"
    ),
    "aws:apigateway/apiKey:ApiKey": creator(_api_key, "name description"),
    "aws:apigateway/usagePlan:UsagePlan": creator(
        _usage_plan, "name apiStages quotaSettings throttleSettings"
    ),
    "aws:apigateway/usagePlanKey:UsagePlanKey": creator(_usage_plan_key, "usagePlanId keyId keyType"),
    "aws:apigateway/domainName:DomainName": creator(
        _domain_name, "domainName regionalCertificateArn securityPolicy endpointConfiguration"
    ),
    "aws:apigateway/basePathMapping:BasePathMapping": creator(
        _base_path_mapping, "domainName restApi stageName"
    ),
    "aws:route53/record:Record": creator(_record, "zoneId name type aliases"),
    "aws:apigateway/account:Account": creator(_account, "cloudwatchRoleArn"),
}
