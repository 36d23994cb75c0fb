"""Application Auto Scaling: scalable targets and policies, recorded and answered back.

Nothing scales: one model server stands behind every endpoint. AWS makes two alarms for a target-tracking
policy; those are not made here.
"""

import time

from local.fillins.aws_api import (
    Operation,
    Params,
    ServiceError,
    arn,
    json_service,
    register,
)
from local.fillins.store import Record, Store

targets = Store()
policies = Store()
_MAX_DEFAULT = 50


def _key(params: Params) -> str:
    return f"{params['ServiceNamespace']}|{params['ResourceId']}|{params['ScalableDimension']}"


def _target(params: Params) -> Record:
    found = targets.get(_key(params))
    if found is None:
        raise ServiceError(
            "ObjectNotFoundException",
            f"No scalable target registered for namespace: {params['ServiceNamespace']}, resource ID: "
            f"{params['ResourceId']}, scalable dimension: {params['ScalableDimension']}",
        )
    return found


def _register(params: Params) -> Params:
    old = targets.get(_key(params)) or {}
    if not old and not {"MinCapacity", "MaxCapacity"} <= params.keys():
        raise ServiceError(
            "ValidationException", "MinCapacity and MaxCapacity are required for a new target."
        )
    record = {**old, **{name: value for name, value in params.items() if name != "Tags"}}
    record.setdefault("CreationTime", time.time())
    record.setdefault(
        "ScalableTargetARN", arn("application-autoscaling", f"scalable-target/{len(targets.mine()):016x}")
    )
    record.setdefault("RoleARN", arn("iam", "role/application-autoscaling"))
    targets.put(_key(params), record)
    return {"ScalableTargetARN": record["ScalableTargetARN"]}


def _put_policy(params: Params) -> Params:
    _target(params)
    name = f"{_key(params)}|{params['PolicyName']}"
    record = {**(policies.get(name) or {}), **params, "Alarms": []}
    record.setdefault("CreationTime", time.time())
    resource = f"{params['ServiceNamespace']}/{params['ResourceId']}"
    record["PolicyARN"] = arn(
        "autoscaling", f"scalingPolicy:resource/{resource}:policyName/{params['PolicyName']}"
    )
    policies.put(name, record)
    return {"PolicyARN": record["PolicyARN"], "Alarms": []}


def _describe(store: Store, result: str) -> Operation:
    def describe(params: Params) -> Params:
        wanted = {
            "ResourceId": [*params.get("ResourceIds", []), *filter(None, [params.get("ResourceId")])],
            "ScalableDimension": list(filter(None, [params.get("ScalableDimension")])),
            "PolicyName": params.get("PolicyNames", []),
        }
        found = [
            record
            for record in store.mine()
            if record["ServiceNamespace"] == params["ServiceNamespace"]
            and all(not values or record.get(name) in values for name, values in wanted.items())
        ]
        return {result: found[: int(params.get("MaxResults", _MAX_DEFAULT))]}

    return describe


OPERATIONS: dict[str, Operation] = {
    "RegisterScalableTarget": _register,
    "DescribeScalableTargets": _describe(targets, "ScalableTargets"),
    "PutScalingPolicy": _put_policy,
    "DescribeScalingPolicies": _describe(policies, "ScalingPolicies"),
}


def install() -> None:
    """Answer the scope `application-autoscaling`."""
    register("application-autoscaling", json_service("application-autoscaling", OPERATIONS))
