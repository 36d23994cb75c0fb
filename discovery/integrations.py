"""What a gateway's integration leads to, read from its address. Pure."""

import re
from collections.abc import Mapping
from typing import Any, get_args

from discovery.found import Target
from settings.existing import Operation

VARIABLE = re.compile(r"\$(?:\{stageVariables\.(\w+)\}|stageVariables\.(\w+))")  # Velocity needs no braces
LAMBDA = re.compile(
    r"arn:[\w-]+:lambda:(?P<region>[\w-]+):(?P<account>\d{12}):function:(?P<name>[\w-]+)(:(?P<qualifier>[\w$-]+))?"
)
SERVICE = re.compile(
    r"arn:[\w-]+:apigateway:(?P<region>[\w-]*):(?P<service>[\w.-]+):(?P<how>action|path)/(?P<what>.*)"
)
# `TableName`, a name or an ARN, or the first key of `RequestItems` of the batch operations.
TABLE_NAME = re.compile(
    r'"(?:TableName"\s*:|RequestItems"\s*:\s*\{)\s*"(?:arn:[^"$]*:table/)?([A-Za-z0-9_.-]{3,255})"'
)
ENDPOINT_PATH = re.compile(r"/*endpoints/([A-Za-z0-9-]+)/")
SPOKEN = {
    "states": "a Step Functions state machine",
    "sqs": "an SQS queue",
    "sns": "an SNS topic",
    "kinesis": "a Kinesis stream",
    "s3": "an S3 bucket",
    "events": "an EventBridge bus",
}
OPERATIONS: tuple[str, ...] = get_args(Operation)
NOTHING = Target(kind="nothing")


def filled(text: str, variables: Mapping[str, str]) -> str:
    """The text with the stage's variables in it; one that is not set stays."""
    return VARIABLE.sub(lambda match: variables.get(match[1] or match[2], match[0]), text)


def function_target(uri: object, variables: Mapping[str, str]) -> Target:
    """What an authorizer's address leads to."""
    return _target("", filled(str(uri or ""), variables), "", "")


def rest_target(integration: Mapping[str, Any], variables: Mapping[str, str]) -> Target:
    """What an integration of a REST API leads to."""
    kind = str(integration.get("type", ""))
    if kind == "MOCK":
        return NOTHING
    role = filled(str(integration.get("credentials") or ""), variables)
    templates = " ".join(str(text) for text in (integration.get("requestTemplates") or {}).values())
    return _target(
        kind, filled(str(integration.get("uri") or ""), variables), filled(templates, variables), role
    )


def http_target(integration: Mapping[str, Any], variables: Mapping[str, str]) -> Target:
    """What an integration of an HTTP API leads to."""
    subtype = str(integration.get("IntegrationSubtype") or "")
    role = filled(str(integration.get("CredentialsArn") or ""), variables)
    if subtype:
        service = subtype.partition("-")[0]
        spoken = {"StepFunctions": "states", "EventBridge": "events"}.get(service, service.lower())
        return Target(kind="other", name=SPOKEN.get(spoken, f"AWS service {service}"), role=role)
    return _target(
        str(integration.get("IntegrationType", "")),
        filled(str(integration.get("IntegrationUri") or ""), variables),
        "",
        role,
    )


def _target(kind: str, uri: str, templates: str, role: str) -> Target:
    if function := LAMBDA.search(uri):
        return Target(
            kind="function",
            name=function["name"],
            qualifier=function["qualifier"] or "",
            region=function["region"],
            account_id=function["account"],
            role=role,
        )
    if VARIABLE.search(uri):
        return Target(kind="other", name=f"{uri} (its stage variable is not set)")
    if service := SERVICE.match(uri):
        return _service(service, templates, role)
    return Target(kind="other", name=f"the address {uri}" if uri else f"what its {kind} integration hides")


def _service(service: re.Match[str], templates: str, role: str) -> Target:
    """What an integration with a service of AWS leads to."""
    name, what, region = service["service"].split(".")[-1], service["what"], service["region"]
    if name == "dynamodb" and what in OPERATIONS:
        table = TABLE_NAME.search(templates)
        named = table[1] if table else ""
        return Target(kind="table", name=named, operation=what, role=role, region=region)
    if name == "sagemaker" and (endpoint := ENDPOINT_PATH.match(what)):
        return Target(kind="endpoint", name=endpoint[1], role=role, region=region)
    if name == "dynamodb":
        return Target(kind="other", name=f"DynamoDB's {what}", role=role)
    return Target(kind="other", name=SPOKEN.get(name, f"AWS service {service['service']}"), role=role)
