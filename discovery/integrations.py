"""What a gateway's integration leads to, read from its address. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from discovery.found import Target

VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
LAMBDA = re.compile(
    r"arn:[\w-]+:lambda:(?P<region>[\w-]+):(?P<account>\d{12}):function:(?P<name>[\w-]+)(:(?P<qualifier>[\w$-]+))?"
)
SERVICE = re.compile(r"arn:[\w-]+:apigateway:[\w-]*:(?P<service>[\w.-]+):(?P<how>action|path)/(?P<what>.*)")
TABLE_NAME = re.compile(r'"(?:TableName|\w+\.TableName)"\s*:\s*"([^"$]+)"')
ENDPOINT_PATH = re.compile(r"/*endpoints/([A-Za-z0-9-]+)/")
SPOKEN = {
    "states": "a Step Functions state machine",
    "sqs": "an SQS queue",
    "sns": "an SNS topic",
    "kinesis": "a Kinesis stream",
    "s3": "an S3 bucket",
    "events": "an EventBridge bus",
}
NOTHING = Target(kind="nothing")


def filled(text: str, variables: Mapping[str, str]) -> str:
    """The text with the stage's variables in it; one that is not set stays."""
    return VARIABLE.sub(lambda match: variables.get(match[1], match[0]), text)


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
            account_id=function["account"],
            role=role,
        )
    if VARIABLE.search(uri):
        return Target(kind="other", name=f"{uri}, whose stage variable is not set")
    service = SERVICE.match(uri)
    if service is None:
        return Target(kind="other", name=f"the address {uri or kind}")
    name = service["service"].split(".")[-1]
    if name == "dynamodb" and service["how"] == "action":
        table = TABLE_NAME.search(templates)
        return Target(kind="table", name=table[1] if table else "", operation=service["what"], role=role)
    if service["service"] in ("runtime.sagemaker", "sagemaker") and (
        endpoint := ENDPOINT_PATH.match(service["what"])
    ):
        return Target(kind="endpoint", name=endpoint[1], role=role)
    return Target(kind="other", name=SPOKEN.get(name, f"AWS service {service['service']}"), role=role)
