"""How requests are served: known callers, traces, an API in one piece, more than one instance."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from policy.resource import UNKNOWN, Resource, Rule, mappings

ANY = "x-amazon-apigateway-any-method"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", ANY)
# A scheme with one of these says who calls; an API key's has none.
AUTHORIZERS = ("x-amazon-apigateway-authtype", "x-amazon-apigateway-authorizer")
PREFLIGHT = "OPTIONS"  # a browser asks without credentials (Fetch Standard, "CORS-preflight fetch")
SCALED, TWO = "sagemaker:variant:DesiredInstanceCount", 2  # as SageMaker spreads them over zones


def _traced(resource: Resource) -> Iterator[str]:
    mode = resource.at("tracingConfig", "mode")
    if resource.kind == "lambda.Function" and mode not in ("Active", UNKNOWN):
        yield "tracingConfig.mode is not Active"
    if resource.kind == "apigateway.Stage" and not resource.at("xrayTracingEnabled"):
        yield "xrayTracingEnabled is off"


def _authorized(resource: Resource) -> Iterator[str]:
    how = str(resource.at("authorization") or resource.at("authorizationType") or "NONE")
    if resource.kind == "apigateway.Method" and how == "NONE" and resource.at("httpMethod") != PREFLIGHT:
        yield "the method asks nobody who calls"
    if resource.kind == "lambda.FunctionUrl" and how == "NONE":
        yield "the function's address is open to everybody"
    if resource.kind == "apigatewayv2.Route" and how == "NONE":
        route = str(resource.at("routeKey"))
        # Of a WebSocket API only who connects can be asked.
        if (" " in route or route in ("$connect", "$default")) and not route.startswith(f"{PREFLIGHT} "):
            yield f"the route {route} asks nobody who calls"
    if resource.kind == "apigatewayv2.Api" and resource.at("target"):
        yield "the API's quick route asks nobody who calls"
    document = _document(resource)
    schemes = (document.get("components") or {}).get("securitySchemes") or document.get("securityDefinitions")
    for path, method, operation in _operations(document):
        if not _asks(operation, schemes or {}):
            yield f"{'ANY' if method == ANY else method.upper()} {path} asks for an API key at most"


def _asks(operation: Mapping[str, Any], schemes: Mapping[str, Any]) -> bool:
    """Whether somebody has to say who they are. API Gateway does not read the document's own `security`."""
    wanted = operation.get("security") or []
    names = {name for each in wanted for name in each}
    known = any((schemes.get(name) or {}).get(key) for name in names for key in AUTHORIZERS)
    return known and all(wanted)  # one that is empty lets in whoever says nothing


def _in_one_piece(resource: Resource) -> Iterator[str]:
    if resource.kind == "apigateway.RestApiPolicy":
        yield "the API's policy is a resource of its own"
    document = _document(resource) if resource.kind == "apigateway.RestApi" else {}
    if document and "x-amazon-apigateway-policy" not in document:
        yield "the API's document has no x-amazon-apigateway-policy"


def _instances(resource: Resource) -> Iterator[str]:
    if not resource.production:
        return
    if resource.kind == "sagemaker.EndpointConfiguration":
        for variant in mappings(resource.at("productionVariants")):
            count = variant.get("initialInstanceCount") or 0
            if not variant.get("serverlessConfig") and count != UNKNOWN and int(count) < TWO:
                yield f"variant {variant.get('variantName', '')} has fewer than two instances"
    if resource.kind == "appautoscaling.Target" and resource.at("scalableDimension") == SCALED:
        least = resource.at("minCapacity") or 0
        if least != UNKNOWN and int(least) < TWO:
            yield "its variant may be scaled to fewer than two instances"


def _document(resource: Resource) -> Mapping[str, Any]:
    """An API's OpenAPI document, which is JSON or YAML."""
    body = resource.props.get("body")
    if resource.kind not in ("apigateway.RestApi", "apigatewayv2.Api") or not isinstance(body, str):
        return {}
    try:
        found = json.loads(body) if body.startswith("{") else yaml.safe_load(body)
    except (ValueError, yaml.YAMLError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in (document.get("paths") or {}).items():
        for method in METHODS:
            operation = item.get(method) if isinstance(item, Mapping) else None
            if isinstance(operation, Mapping) and not _preflight(method, operation):
                yield path, method, operation


def _preflight(method: str, operation: Mapping[str, Any]) -> bool:
    """Whether API Gateway answers it itself, so that there is nothing to protect."""
    integration = operation.get("x-amazon-apigateway-integration") or {}
    return method == PREFLIGHT.lower() and str(integration.get("type")).lower() == "mock"


def unheard(resources: Sequence[Resource]) -> Iterator[str]:
    """Critical topics of production have a subscriber; whose, a preview may not know yet."""
    heard = {str(each.props.get("topic")) for each in resources if each.kind == "sns.TopicSubscription"}
    for topic in resources:
        name = str(topic.props.get("name", ""))
        critical = topic.kind == "sns.Topic" and topic.production and name.endswith("-critical")
        if critical and not any(arn.endswith(f":{name}") or arn == UNKNOWN for arn in heard):
            yield (
                f"{topic.name}: nobody is subscribed: critical alarms page no one. Add a subscriber to"
                " notifications.critical of the service stack."
            )


RULES = (
    Rule(
        name="tracing",
        why="where the time of a slow request went cannot be seen.",
        fix="Turn it on.",
        judge=_traced,
    ),
    Rule(
        name="known-callers",
        why="an API key is no secret between two parties, and no identity.",
        fix="Ask for IAM, a Cognito user or a Lambda authorizer.",
        judge=_authorized,
    ),
    Rule(
        name="api-in-one-piece",
        why="the next change of the API's document takes a policy away that stands beside it.",
        fix="Put the policy into the document.",
        judge=_in_one_piece,
    ),
    Rule(
        name="two-instances",
        why="SageMaker spreads instances over zones only where there are two.",
        fix="Set model.instances.min to 2 or more.",
        judge=_instances,
    ),
)
