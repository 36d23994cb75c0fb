"""The model endpoint and its scaling: SageMaker and Application Auto Scaling."""

from typing import Any

from local.deployer.request import (
    Created,
    Creator,
    Request,
    creator,
    pascal,
    tag_list,
)

CONTAINER_DATA = ("environment",)  # a map of the program's own names
NAMES = {"memorySizeInMb": "MemorySizeInMB"}


def _container(value: dict[str, Any]) -> dict[str, Any]:
    converted: dict[str, Any] = pascal({k: v for k, v in value.items() if k not in CONTAINER_DATA})
    return {**converted, **({"Environment": value["environment"]} if "environment" in value else {})}


def _model(request: Request) -> Created:
    name = request.physical_name()
    options = pascal(request.given("executionRoleArn", "enableNetworkIsolation"))
    container = _container(request.inputs["primaryContainer"])
    arn = request.client("sagemaker").create_model(
        ModelName=name, PrimaryContainer=container, Tags=tag_list(request.tags), **options
    )["ModelArn"]
    return Created(id=name, outputs={"name": name, "arn": arn})


def _endpoint_configuration(request: Request) -> Created:
    name = request.physical_name()
    options = pascal(request.given("productionVariants", "dataCaptureConfig"), NAMES)
    arn = request.client("sagemaker").create_endpoint_config(
        EndpointConfigName=name, Tags=tag_list(request.tags), **options
    )["EndpointConfigArn"]
    return Created(id=name, outputs={"name": name, "arn": arn})


def _endpoint(request: Request) -> Created:
    client, name = request.client("sagemaker"), request.physical_name()
    options = pascal(request.given("endpointConfigName"))
    arn = client.create_endpoint(EndpointName=name, Tags=tag_list(request.tags), **options)["EndpointArn"]
    client.get_waiter("endpoint_in_service").wait(
        EndpointName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 150}
    )
    return Created(id=name, outputs={"name": name, "arn": arn})


def _scaling_target(request: Request) -> Created:
    options = pascal(
        request.given("serviceNamespace", "resourceId", "scalableDimension", "minCapacity", "maxCapacity")
    )
    answer = request.client("application-autoscaling").register_scalable_target(Tags=request.tags, **options)
    return Created(id=request.inputs["resourceId"], outputs={"arn": answer["ScalableTargetARN"]})


def _scaling_policy(request: Request) -> Created:
    name = request.physical_name()
    options = pascal(
        request.given(
            "serviceNamespace", "resourceId", "scalableDimension", "policyType",
            "targetTrackingScalingPolicyConfiguration",
        )
    )  # fmt: skip
    answer = request.client("application-autoscaling").put_scaling_policy(PolicyName=name, **options)
    alarms = [alarm["AlarmARN"] for alarm in answer.get("Alarms", [])]
    return Created(id=name, outputs={"name": name, "arn": answer["PolicyARN"], "alarmArns": alarms})


CREATORS: dict[str, Creator] = {
    "aws:sagemaker/model:Model": creator(_model, "executionRoleArn enableNetworkIsolation primaryContainer"),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": creator(
        _endpoint_configuration, "productionVariants dataCaptureConfig"
    ),
    "aws:sagemaker/endpoint:Endpoint": creator(_endpoint, "name endpointConfigName"),
    "aws:appautoscaling/target:Target": creator(
        _scaling_target, "serviceNamespace resourceId scalableDimension minCapacity maxCapacity"
    ),
    "aws:appautoscaling/policy:Policy": creator(
        _scaling_policy,
        "name serviceNamespace resourceId scalableDimension policyType"
        " targetTrackingScalingPolicyConfiguration",
    ),
}
