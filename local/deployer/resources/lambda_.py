"""Lambda: layers, functions, aliases, permissions and their settings.

A function's environment is passed on as it is: the emulator itself tells its functions where the AWS
endpoints are.
"""

import base64
import hashlib
from typing import Any

from local.deployer.request import (
    Created,
    Creator,
    Request,
    creator,
    pascal,
)
from local.deployer.resources.archives import usable_here, zip_bytes

PLAIN = (
    "role handler runtime timeout memorySize description architectures layers publish tracingConfig"
    " snapStart loggingConfig ephemeralStorage"
)


def _invoke_arn(request: Request, arn: str) -> str:
    path = f"path/2015-03-31/functions/{arn}/invocations"
    return f"arn:aws:apigateway:{request.region}:lambda:{path}"


def _layer(request: Request) -> Created:
    content = usable_here(zip_bytes(request.inputs["code"], request.root))
    layer = request.client("lambda").publish_layer_version(
        Content={"ZipFile": content},
        **pascal(request.given("layerName", "description", "compatibleRuntimes", "compatibleArchitectures")),
    )
    arn = layer["LayerVersionArn"]
    outputs = {
        "arn": arn,
        "layerArn": layer["LayerArn"],
        "version": str(layer["Version"]),
        "codeSha256": _digest(content),
        "sourceCodeSize": len(content),
    }
    return Created(id=arn, outputs=outputs)


def _digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def _function(request: Request) -> Created:
    client, name, given = request.client("lambda"), request.physical_name(), request.inputs
    content = zip_bytes(given["code"], request.root)
    options: dict[str, Any] = pascal(request.given(*PLAIN.split()))
    if "environment" in given:
        options["Environment"] = {"Variables": given["environment"].get("variables", {})}
    made = client.create_function(FunctionName=name, Code={"ZipFile": content}, Tags=request.tags, **options)
    client.get_waiter("function_active_v2").wait(
        FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 300}
    )
    reserved = given.get("reservedConcurrentExecutions", -1)
    if reserved >= 0:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    arn = request.arn("lambda", f"function:{name}")
    version = str(made["Version"])
    outputs = {
        "name": name,
        "arn": arn,
        "invokeArn": _invoke_arn(request, arn),
        "version": version,
        "qualifiedArn": f"{arn}:{version}",
        "qualifiedInvokeArn": _invoke_arn(request, f"{arn}:{version}"),
        "codeSha256": made["CodeSha256"],
        "sourceCodeSize": made["CodeSize"],
        "lastModified": made["LastModified"],
    }
    return Created(id=name, outputs=outputs)


def _alias(request: Request) -> Created:
    given = request.inputs
    answer = request.client("lambda").create_alias(
        FunctionName=given["functionName"],
        Name=request.physical_name(),
        FunctionVersion=given["functionVersion"],
    )
    arn = answer["AliasArn"]
    return Created(
        id=arn, outputs={"name": answer["Name"], "arn": arn, "invokeArn": _invoke_arn(request, arn)}
    )


def _permission(request: Request) -> Created:
    given = request.inputs
    statement = request.physical_name()
    request.client("lambda").add_permission(
        FunctionName=given["function"],
        StatementId=statement,
        **pascal(request.given("action", "principal", "sourceArn", "qualifier")),
    )
    return Created(id=statement, outputs={"statementId": statement})


def _provisioned_concurrency(request: Request) -> Created:
    given = request.inputs
    request.client("lambda").put_provisioned_concurrency_config(
        FunctionName=given["functionName"],
        Qualifier=given["qualifier"],
        ProvisionedConcurrentExecutions=given["provisionedConcurrentExecutions"],
    )
    return Created(id=f"{given['functionName']},{given['qualifier']}")


def _event_invoke_config(request: Request) -> Created:
    given = request.inputs
    options = pascal(
        request.given("qualifier", "maximumRetryAttempts", "maximumEventAgeInSeconds", "destinationConfig")
    )
    request.client("lambda").put_function_event_invoke_config(FunctionName=given["functionName"], **options)
    qualifier = given.get("qualifier")
    return Created(id=":".join(filter(None, [given["functionName"], qualifier])))


CREATORS: dict[str, Creator] = {
    "aws:lambda/layerVersion:LayerVersion": creator(
        _layer,
        "layerName code description compatibleRuntimes compatibleArchitectures",
    ),
    "aws:lambda/function:Function": creator(
        _function,
        f"name code environment reservedConcurrentExecutions {PLAIN}",
    ),
    "aws:lambda/alias:Alias": creator(_alias, "name functionName functionVersion"),
    "aws:lambda/permission:Permission": creator(_permission, "function action principal sourceArn qualifier"),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": creator(
        _provisioned_concurrency,
        "functionName qualifier provisionedConcurrentExecutions",
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": creator(
        _event_invoke_config,
        "functionName qualifier maximumRetryAttempts maximumEventAgeInSeconds destinationConfig",
    ),
}
