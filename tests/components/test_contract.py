"""The OpenAPI document and what API Gateway is given."""

import json
import re
import tempfile
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from components.service.contract import GATEWAY_ERRORS, gateway_document, gateway_response
from settings.service import load, names
from settings.service.contract import Contract
from settings.service.source import Source

CONTRACT = load("wine").contract
API_PATH = "/v1/predictions"
POLICY = {"Version": "2012-10-17", "Statement": []}
INVOKE = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/f/invocations"


@pytest.mark.parametrize("name", names())
def test_every_contract_is_valid_openapi_and_free_of_aws_and_so_is_the_gateways(name: str) -> None:
    contract = load(name).contract
    validate(contract.document)
    assert "x-amazon" not in json.dumps(contract.document)
    validate(gateway_document(contract, "inference-dev", INVOKE, POLICY))


def test_every_operation_is_authorized_validated_and_served_by_the_function() -> None:
    document = gateway_document(CONTRACT, "inference-dev", INVOKE, POLICY)
    validate(document)
    assert document["info"]["title"] == "inference-dev"
    operation = document["paths"][API_PATH]["post"]
    assert CONTRACT.document["paths"][API_PATH]["post"]["security"] == [{"sigv4": [], "api_key": []}]
    assert operation["security"] == [{"sigv4": []}, {"api_key": []}]
    assert operation["x-amazon-apigateway-integration"] == {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": INVOKE,
        "passthroughBehavior": "never",
        "timeoutInMillis": 29_000,
    }
    assert document["components"]["securitySchemes"]["sigv4"]["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert document["x-amazon-apigateway-policy"] == POLICY
    assert document["x-amazon-apigateway-request-validator"] == "body"
    assert document["x-amazon-apigateway-request-validators"] == {
        "body": {"validateRequestBody": True, "validateRequestParameters": True}
    }
    assert document["x-amazon-apigateway-api-key-source"] == "HEADER"


def test_making_the_gateway_document_leaves_the_contract_as_it_is() -> None:
    before = json.dumps(CONTRACT.document)
    gateway_document(CONTRACT, "other", INVOKE, POLICY)
    assert json.dumps(CONTRACT.document) == before


# API Gateway's default statuses ("Gateway response types for API Gateway") and what clients may rely on.
GATEWAY_ANSWERS = {
    "ACCESS_DENIED": (403, "forbidden"),
    "API_CONFIGURATION_ERROR": (500, "internal_error"),
    "BAD_REQUEST_BODY": (400, "invalid_request"),
    "BAD_REQUEST_PARAMETERS": (400, "invalid_request"),
    "DEFAULT_4XX": (None, "bad_request"),
    "DEFAULT_5XX": (None, "internal_error"),
    "EXPIRED_TOKEN": (403, "forbidden"),
    "INTEGRATION_FAILURE": (503, "unavailable"),  # by default 504, which says that time ran out; it did not
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


def test_api_gateways_own_answers_have_its_statuses_but_for_a_function_that_has_not_begun() -> None:
    assert GATEWAY_ERRORS == GATEWAY_ANSWERS


@pytest.mark.parametrize("kind", sorted(GATEWAY_ERRORS))
def test_each_of_api_gateways_own_answers_has_the_contracts_error_form(kind: str) -> None:
    status, code = GATEWAY_ERRORS[kind]
    response = gateway_response(status, code)
    text = response["responseTemplates"]["application/json"]
    filled = text.replace("$context.error.messageString", '"Forbidden"').replace("$context.requestId", "r-1")
    assert json.loads(filled) == {"error": {"code": code, "message": "Forbidden", "request_id": "r-1"}}
    assert response.get("statusCode") == (None if status is None else str(status))


def test_the_statuses_of_the_contract_are_those_the_gateway_and_the_function_give() -> None:
    documented = set(CONTRACT.document["paths"][API_PATH]["post"]["responses"])
    assert documented == {"200", "400", "403", "404", "429", "500", "502", "503", "504"}
    codes = re.findall(r"\(`(\w+)`\)", json.dumps(CONTRACT.document["paths"]))
    assert sorted(codes) == [
        "forbidden",
        "internal_error",
        "internal_error",
        "invalid_request",
        "model_failure",
        "throttled",
        "time_budget_exceeded",
        "too_many_requests",
        "unavailable",
        "unknown_reference",
    ]


def plain() -> Contract:
    """Two operations that say nothing of security: one takes bytes, one has its schemas to itself."""
    text = """
openapi: 3.0.3
info: {title: Shapes, version: "1"}
paths:
  /v1/images:
    post:
      operationId: readImage
      requestBody:
        required: true
        content:
          image/png: {schema: {type: string, format: binary, maxLength: 100}}
          image/jpeg: {schema: {type: string, format: binary}}
      responses: {"200": {$ref: "#/components/responses/Read"}}
  /v1/shapes/{id}:
    parameters:
      - {$ref: "#/components/parameters/Id"}
    put:
      operationId: putShape
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"204": {description: done}}
components:
  parameters:
    Id: {name: id, in: path, required: true, schema: {type: string}}
  responses:
    Read: {description: ok, content: {application/json: {schema: {type: array, items: {type: integer}}}}}
"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.yaml"
        path.write_text(text)
        return Contract(Source(path, "openapi.yaml"))


def test_a_contract_without_security_gets_both_schemes_and_its_schemas_become_models() -> None:
    document = gateway_document(plain(), "shapes", INVOKE, POLICY)
    validate(document)
    assert document["components"]["securitySchemes"] == {
        "sigv4": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "x-amazon-apigateway-authtype": "awsSigv4",
        },
        "api_key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    }
    assert document["x-amazon-apigateway-binary-media-types"] == ["image/jpeg", "image/png"]
    image, shape = document["paths"]["/v1/images"]["post"], document["paths"]["/v1/shapes/{id}"]
    for operation in (image, shape["put"]):
        assert operation["security"] == [{"sigv4": []}, {"api_key": []}]
        assert operation["x-amazon-apigateway-integration"]["uri"] == INVOKE
    assert image["requestBody"]["content"] == {"image/png": {}, "image/jpeg": {}}
    assert image["responses"]["200"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/readImageAnswer200"}}
    }
    assert shape["parameters"] == [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    ]
    assert shape["put"]["requestBody"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/putShapeRequest"}}
    }
    assert document["components"]["schemas"] == {
        "readImageAnswer200": {"type": "array", "items": {"type": "integer"}},
        "putShapeRequest": {"type": "object"},
    }
