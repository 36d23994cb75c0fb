"""A service's contract plus API Gateway's extensions: integration, authorizer, validator, responses, policy.

Pure: no resources. The contract itself stays free of AWS. All that can stand in the document stands there:
an update calls `PutRestApi` in overwrite mode, which removes whatever was attached to the API beside it.
"""

import copy
from collections.abc import Mapping
from typing import Any

from settings.service.contract import Contract, is_json
from settings.service.security import SIGNATURE, TOKEN, kind, required, schemes

INTEGRATION_TIMEOUT_MS = 29_000
SIGNED = {"x-amazon-apigateway-authtype": "awsSigv4"}

# API Gateway's own answers in the contract's error form. `messageString` is quoted JSON already. A function
# that Lambda throttles or that cannot be reached is an INTEGRATION_FAILURE: it has not begun, so try again.
GATEWAY_ERRORS = {
    "ACCESS_DENIED": (403, "forbidden"),
    "API_CONFIGURATION_ERROR": (500, "internal_error"),
    "BAD_REQUEST_BODY": (400, "invalid_request"),
    "BAD_REQUEST_PARAMETERS": (400, "invalid_request"),
    "DEFAULT_4XX": (None, "bad_request"),
    "DEFAULT_5XX": (None, "internal_error"),
    "EXPIRED_TOKEN": (403, "forbidden"),
    "INTEGRATION_FAILURE": (503, "unavailable"),
    "INTEGRATION_TIMEOUT": (504, "time_budget_exceeded"),
    "INVALID_API_KEY": (403, "forbidden"),
    "INVALID_SIGNATURE": (403, "forbidden"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "forbidden"),
    "QUOTA_EXCEEDED": (429, "too_many_requests"),
    "REQUEST_TOO_LARGE": (413, "request_too_large"),
    "RESOURCE_NOT_FOUND": (404, "not_found"),
    "THROTTLED": (429, "too_many_requests"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "unsupported_media_type"),
    "WAF_FILTERED": (403, "forbidden"),
}

# Of operations with a token: it is missing, or its authorizer does not take it.
TOKEN_ERRORS = {"UNAUTHORIZED": (401, "unauthorized")}


def gateway_document(
    contract: Contract,
    title: str,
    invoke_arn: str,
    policy: Mapping[str, Any],
    authorizers: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The contract as API Gateway imports it; `title` becomes the API's name, `policy` its resource policy.

    `authorizers` are the gateway's own schemes for the contract's schemes of tokens, by name.

    A document cannot name its own API, so the policy's resources begin with `execute-api:/`, which the
    import completes.
    """
    document = copy.deepcopy(contract.document)
    document["info"]["title"] = title
    document["x-amazon-apigateway-request-validators"] = {
        "body": {"validateRequestBody": True, "validateRequestParameters": True}
    }
    document["x-amazon-apigateway-request-validator"] = "body"
    document["x-amazon-apigateway-api-key-source"] = "HEADER"
    document["x-amazon-apigateway-policy"] = policy
    errors = GATEWAY_ERRORS | (TOKEN_ERRORS if authorizers else {})
    document["x-amazon-apigateway-gateway-responses"] = {
        type_: gateway_response(status, code) for type_, (status, code) in sorted(errors.items())
    }
    if contract.binary_types:
        document["x-amazon-apigateway-binary-media-types"] = list(contract.binary_types)
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = {
        **{
            name: {**scheme, **(SIGNED if kind(scheme) == SIGNATURE else {})}
            for name, scheme in schemes(document).items()
            if kind(scheme) != TOKEN
        },
        **(authorizers or {}),
    }
    document.pop("security", None)  # of operations alone is it read
    for (_, path, method), _, _ in contract.written():
        item = document["paths"][path]
        operation = item[method]
        if "parameters" in item:
            item["parameters"] = [_inlined(document, one) for one in item["parameters"]]
        # OpenAPI says "both" within one object; API Gateway reads, and exports, one object a scheme.
        wanted = required(contract.document, operation)
        operation["security"] = [{name: scopes} for name, scopes in wanted.items()]
        operation["x-amazon-apigateway-integration"] = {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": invoke_arn,
            "passthroughBehavior": "never",
            "timeoutInMillis": INTEGRATION_TIMEOUT_MS,
        }
        _with_models(document, operation)
    return document


def _with_models(document: dict[str, Any], operation: dict[str, Any]) -> None:
    """Put every schema where API Gateway looks for models, and inline what it might not follow.

    A schema that an operation has to itself becomes a model of its name. Of bytes there is no model.
    """
    body = operation["requestBody"] = _inlined(document, operation.get("requestBody", {}))
    responses = operation["responses"]
    holders = [("Request", body)]
    for status in responses:
        responses[status] = _inlined(document, responses[status])
        holders.append((f"Answer{status}", responses[status]))
    if not body:
        del operation["requestBody"]
    if "parameters" in operation:
        operation["parameters"] = [_inlined(document, one) for one in operation["parameters"]]
    for role, holder in holders:
        for number, (media, content) in enumerate(holder.get("content", {}).items()):
            schema = content.get("schema")
            if not is_json(media):
                content.pop("schema", None)
            elif schema is not None and "$ref" not in schema:
                name = f"{operation['operationId']}{role}{number or ''}"
                document["components"].setdefault("schemas", {})[name] = schema
                content["schema"] = {"$ref": f"#/components/schemas/{name}"}


def _inlined(document: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """The part, or a copy of what its `$ref` leads to."""
    while "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return copy.deepcopy(dict(part))


def gateway_response(status: int | None, code: str) -> dict[str, Any]:
    """One of API Gateway's own answers; `status` None keeps the one API Gateway chooses."""
    template = (
        f'{{"error":{{"code":"{code}","message":$context.error.messageString,'
        f'"request_id":"$context.requestId"}}}}'
    )
    response: dict[str, Any] = {"responseTemplates": {"application/json": template}}
    if status is not None:
        response["statusCode"] = str(status)
    return response
