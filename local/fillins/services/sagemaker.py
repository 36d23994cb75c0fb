"""SageMaker's control plane: models, endpoint configurations and endpoints.

Records what was asked for and answers it back, with AWS's checks of references and names. It starts no
container: the one real model server is attached by the local run (`sagemaker_runtime.attach_model`), and
every endpoint is `InService` at once.
"""

import time
from typing import Any

from local.fillins.aws_api import Operation, Params, ServiceError, arn
from local.fillins.store import Store

models = Store()
configs = Store()
endpoints = Store()

_KINDS: dict[str, tuple[Store, str, str]] = {
    "Model": (models, "ModelName", "model"),
    "EndpointConfig": (configs, "EndpointConfigName", "endpoint-config"),
    "Endpoint": (endpoints, "EndpointName", "endpoint"),
}


def _invalid(message: str) -> ServiceError:
    return ServiceError("ValidationException", message)


def _create(kind: str, params: Params) -> Params:
    store, name_key, path = _KINDS[kind]
    name = params[name_key]
    if store.get(name):
        raise _invalid(f"Cannot create already existing {path} {arn('sagemaker', f'{path}/{name}')}.")
    record = {**params, f"{kind}Arn": arn("sagemaker", f"{path}/{name.lower()}"), "CreationTime": time.time()}
    store.put(name, record)
    return {f"{kind}Arn": record[f"{kind}Arn"]}


def _existing(kind: str, params: Params) -> Params:
    store, name_key, path = _KINDS[kind]
    record = store.get(params[name_key])
    if record is None:
        raise _invalid(f"Could not find {path} {arn('sagemaker', f'{path}/{params[name_key]}')}.")
    return record


def _create_model(params: Params) -> Params:
    return _create("Model", params)


def _create_config(params: Params) -> Params:
    for variant in params["ProductionVariants"]:
        if "ModelName" in variant:
            _existing("Model", variant)
    return _create("EndpointConfig", params)


def _create_endpoint(params: Params) -> Params:
    config = _existing("EndpointConfig", params)
    created = _create("Endpoint", params)
    _put_in_service(_existing("Endpoint", params), config)
    return created


def _put_in_service(endpoint: Params, config: Params) -> None:
    endpoint["EndpointStatus"] = "InService"
    endpoint["LastModifiedTime"] = time.time()
    endpoint["ProductionVariants"] = [_running(variant) for variant in config["ProductionVariants"]]


def _running(variant: Params) -> Params:
    weight = variant.get("InitialVariantWeight", 1.0)
    shown: dict[str, Any] = {
        "VariantName": variant["VariantName"],
        "CurrentWeight": weight,
        "DesiredWeight": weight,
    }
    count = variant.get("InitialInstanceCount")
    if count is not None:
        shown |= {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
    if "ServerlessConfig" in variant:
        shown["CurrentServerlessConfig"] = variant["ServerlessConfig"]
    return shown


def _list_endpoints(params: Params) -> Params:
    first, most = int(params.get("NextToken") or 0), int(params.get("MaxResults") or 10)
    every = sorted(endpoints.mine(), key=lambda endpoint: str(endpoint["EndpointName"]))
    shown = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")
    page = [{name: endpoint[name] for name in shown} for endpoint in every[first : first + most]]
    more = {"NextToken": str(first + most)} if first + most < len(every) else {}
    return {"Endpoints": page, **more}


OPERATIONS: dict[str, Operation] = {
    "CreateModel": _create_model,
    "DescribeModel": lambda params: _existing("Model", params),
    "CreateEndpointConfig": _create_config,
    "DescribeEndpointConfig": lambda params: _existing("EndpointConfig", params),
    "CreateEndpoint": _create_endpoint,
    "DescribeEndpoint": lambda params: _existing("Endpoint", params),
    "ListEndpoints": _list_endpoints,
}


def resource(name: str, params: Params) -> str:
    """The ARN IAM is asked about: the named resource, or "*"."""
    for kind, (_store, name_key, path) in _KINDS.items():
        if name.endswith(kind) and name_key in params:
            return arn("sagemaker", f"{path}/{params[name_key].lower()}")
    return "*"
