"""Believable values of what AWS computes: ids, ARNs, versions, keys.

Only what a program could build on is given a form of its own; the rest says what it is.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from tests.engine.classes import shape
from tests.engine.cloud import Cloud, Thing

# Publishing makes a new version where any input but these changed (updateComputedAttributesOnPublish and
# hasConfigChanges of hashicorp/aws internal/service/lambda/function.go).
UNPUBLISHED = frozenset({"reservedConcurrentExecutions", "tags", "codeSigningConfigArn", "skipDestroy"})
FUNCTION = "aws:lambda/function:Function"
VERSIONED = frozenset({"version", "qualifiedArn", "qualifiedInvokeArn", "lastModified"})


def recomputed(token: str, changed: set[str], inputs: Mapping[str, Any]) -> frozenset[str]:
    """The outputs that an update in place gives a new value; a preview does not know them."""
    tags = frozenset({"tagsAll"} if "tags" in changed else ())
    if token == FUNCTION and inputs.get("publish") and changed - UNPUBLISHED:
        return VERSIONED | tags
    return tags


def believable(thing: Thing, cloud: Cloud) -> None:
    """Make a new thing, or an existing one anew after an update: its id and outputs."""
    thing.id = thing.id or cloud.new_id(thing)
    thing.outputs = computed(thing, cloud)


def computed(thing: Thing, cloud: Cloud) -> dict[str, Any]:
    """The outputs of the thing that are no inputs of its."""
    own, fields = OWN[thing.kind](thing, cloud) if thing.kind in OWN else {}, shape(thing.type)
    said = {name: f"{name}-of-{thing.id}" for name in fields.outputs - {"id"}}
    common = {"tagsAll": thing.inputs.get("tags", {}), "arn": _arn(thing), "region": thing.region}
    every = {**said, **common, **thing.inputs, **own}
    return {name: value for name, value in every.items() if name in fields.outputs or name in fields.inputs}


def _arn(thing: Thing) -> str:
    service = thing.type.split(":")[1].split("/")[0]
    return f"arn:aws:{service}:{thing.region}:{thing.account}:{thing.kind.lower()}/{thing.id}"


def _api_values(thing: Thing, cloud: Cloud) -> dict[str, Any]:
    inputs = thing.inputs
    match thing.kind:
        case "RestApi":
            arn = f"arn:aws:execute-api:{thing.region}:{thing.account}:{thing.id}"
            return {"executionArn": arn, "rootResourceId": f"{thing.id}-root"}
        case "Stage":
            host = f"{inputs['restApi']}.execute-api.{thing.region}.amazonaws.com"
            return {"invokeUrl": f"https://{host}/{inputs['stageName']}"}
        case "ApiKey":
            return {"value": inputs.get("value") or hashlib.sha256(thing.id.encode()).hexdigest()[:40]}
    key = next(key for key in cloud.of("ApiKey", thing.account) if key.id == inputs["keyId"])
    return {"value": key.outputs["value"], "name": key.inputs["name"]}


def _lambda_values(thing: Thing, cloud: Cloud) -> dict[str, Any]:
    arn = f"arn:aws:lambda:{thing.region}:{thing.account}"
    if thing.kind == "LayerVersion":
        layer, version = f"{arn}:layer:{thing.inputs['layerName']}", str(cloud.made)
        return {"arn": f"{layer}:{version}", "layerArn": layer, "version": version}
    function, version = f"{arn}:function:{thing.inputs['name']}", str(_version(thing) + 1)
    return {"arn": function, "version": version, "qualifiedArn": f"{function}:{version}"}


def _version(thing: Thing) -> int:
    return int(thing.outputs.get("version", 0))


def _role_values(thing: Thing, _cloud: Cloud) -> dict[str, Any]:
    return {"arn": f"arn:aws:iam::{thing.account}:role/{thing.inputs['name']}"}


def _key_values(thing: Thing, _cloud: Cloud) -> dict[str, Any]:
    return {"keyId": thing.id}


def _repository_values(thing: Thing, _cloud: Cloud) -> dict[str, Any]:
    host = f"{thing.account}.dkr.ecr.{thing.region}.amazonaws.com"
    return {"repositoryUrl": f"{host}/{thing.inputs['name']}", "registryId": thing.account}


def _queue_values(thing: Thing, _cloud: Cloud) -> dict[str, Any]:
    return {"url": f"https://sqs.{thing.region}.amazonaws.com/{thing.account}/{thing.inputs['name']}"}


def _domain_values(thing: Thing, _cloud: Cloud) -> dict[str, Any]:
    host = f"d-{thing.inputs['domainName'].partition('.')[0]}.execute-api.{thing.region}.amazonaws.com"
    return {"regionalDomainName": host, "regionalZoneId": "Z0000000EXECUTEAPI"}


OWN: Mapping[str, Callable[[Thing, Cloud], dict[str, Any]]] = {
    "RestApi": _api_values,
    "Stage": _api_values,
    "DomainName": _domain_values,
    "ApiKey": _api_values,
    "UsagePlanKey": _api_values,
    "Function": _lambda_values,
    "LayerVersion": _lambda_values,
    "Role": _role_values,
    "Key": _key_values,
    "Repository": _repository_values,
    "Queue": _queue_values,
}
