"""How requests are served: known callers, traces, an API in one piece, more than one instance."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policy.resource import UNKNOWN, Resource, Rule

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
AUTHTYPE = "x-amazon-apigateway-authtype"


def _traced(resource: Resource) -> Iterator[str]:
    mode = resource.at("tracingConfig", "mode")
    if resource.kind == "lambda.Function" and mode not in ("Active", UNKNOWN):
        yield "tracingConfig.mode is not Active"
    if resource.kind == "apigateway.Stage" and not resource.at("xrayTracingEnabled"):
        yield "xrayTracingEnabled is off"


def _authorized(resource: Resource) -> Iterator[str]:
    if resource.kind == "apigateway.Method" and resource.at("authorization") == "NONE":
        yield "the method asks nobody who calls"
    if resource.kind == "lambda.FunctionUrl" and resource.at("authorizationType") not in (
        "AWS_IAM",
        UNKNOWN,
    ):
        yield "the function's address is open to everybody"
    document = _document(resource)
    schemes = document.get("components", {}).get("securitySchemes", {})
    for path, method, operation in _operations(document):
        names = {name for each in operation.get("security", []) for name in each}
        if not any(schemes.get(name, {}).get(AUTHTYPE) for name in names):
            yield f"{method.upper()} {path} asks for an API key at most"


def _in_one_piece(resource: Resource) -> Iterator[str]:
    if resource.kind == "apigateway.RestApiPolicy":
        yield "the API's policy is a resource of its own"
    if _document(resource) and "x-amazon-apigateway-policy" not in _document(resource):
        yield "the API's document has no x-amazon-apigateway-policy"


def _instances(resource: Resource) -> Iterator[str]:
    if not (resource.production and resource.kind == "sagemaker.EndpointConfiguration"):
        return
    variants = resource.at("productionVariants") or []
    for variant in variants if variants != UNKNOWN else []:
        count = variant.get("initialInstanceCount") or 0
        if not variant.get("serverlessConfig") and count != UNKNOWN and int(count) < 2:  # noqa: PLR2004 - zones
            yield f"variant {variant.get('variantName', '')} has fewer than two instances"


def _document(resource: Resource) -> Mapping[str, Any]:
    body = resource.props.get("body")
    if resource.kind != "apigateway.RestApi" or not isinstance(body, str):
        return {}
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if isinstance(item, Mapping) and isinstance(item.get(method), Mapping):
                yield path, method, item[method]


def unheard(resources: Sequence[Resource]) -> Iterator[str]:
    """What is wrong with a whole stack: critical topics of production that nobody subscribed to."""
    heard = {str(each.props.get("topic")) for each in resources if each.kind == "sns.TopicSubscription"}
    for topic in resources:
        name = str(topic.props.get("name", ""))
        if topic.kind == "sns.Topic" and topic.production and name.endswith("-critical"):
            known = [arn for arn in heard if arn.endswith(f":{name}")]
            if not known:
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
