"""`openapi.yaml` plus API Gateway's extensions: integration, authorizer, validator, responses, policy.

Pure: no resources. The contract itself stays free of AWS. All that can stand in the document stands there:
an update calls `PutRestApi` in overwrite mode, which removes whatever was attached to the API beside it.
"""

import copy
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTRACT = Path(__file__).parents[2] / "services" / "wine" / "openapi.yaml"
INTEGRATION_TIMEOUT_MS = 29_000

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


@cache
def contract() -> dict[str, Any]:
    """The OpenAPI document as written. Shared: do not change it."""
    document: dict[str, Any] = yaml.safe_load(CONTRACT.read_text())
    return document


def gateway_document(title: str, invoke_arn: str, policy: Mapping[str, Any]) -> dict[str, Any]:
    """The contract as API Gateway imports it; `title` becomes the API's name, `policy` its resource policy.

    A document cannot name its own API, so the policy's resources begin with `execute-api:/`, which the
    import completes.
    """
    document = copy.deepcopy(contract())
    document["info"]["title"] = title
    document["x-amazon-apigateway-request-validators"] = {
        "body": {"validateRequestBody": True, "validateRequestParameters": True}
    }
    document["x-amazon-apigateway-request-validator"] = "body"
    document["x-amazon-apigateway-api-key-source"] = "HEADER"
    document["x-amazon-apigateway-policy"] = policy
    document["x-amazon-apigateway-gateway-responses"] = {
        kind: gateway_response(status, code) for kind, (status, code) in sorted(GATEWAY_ERRORS.items())
    }
    document["components"]["securitySchemes"]["sigv4"]["x-amazon-apigateway-authtype"] = "awsSigv4"
    for operations in document["paths"].values():
        for operation in operations.values():
            # OpenAPI says "both" within one object; API Gateway reads, and exports, one object a scheme.
            operation["security"] = [{name: []} for scheme in operation["security"] for name in scheme]
            operation["x-amazon-apigateway-integration"] = {
                "type": "aws_proxy",
                "httpMethod": "POST",
                "uri": invoke_arn,
                "passthroughBehavior": "never",
                "timeoutInMillis": INTEGRATION_TIMEOUT_MS,
            }
    return document


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
