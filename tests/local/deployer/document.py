"""An OpenAPI document with API Gateway's extensions, for the tests of its import."""

from typing import Any

ERROR = '{"code":"$context.error.responseType","message":$context.error.messageString}'
SCHEMAS = {
    "Wrapper": {
        "type": "object",
        "required": ["item"],
        "properties": {"item": {"$ref": "#/components/schemas/Item"}},
    },
    "Item": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"n": {"type": "integer", "maximum": 3}},
    },
}


def integration(invoke_arn: str) -> dict[str, Any]:
    return {"type": "aws_proxy", "httpMethod": "POST", "uri": invoke_arn, "timeoutInMillis": 5000}


def body(invoke_arn: str) -> dict[str, Any]:
    """One validated operation, one keyed operation and a mock, in OpenAPI."""
    reference = {"$ref": "#/components/schemas/Wrapper"}
    content = {"application/json": {"schema": reference}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "x-amazon-apigateway-request-validators": {"body": {"validateRequestBody": True}},
        "x-amazon-apigateway-request-validator": "body",
        "x-amazon-apigateway-gateway-responses": {
            "BAD_REQUEST_BODY": {
                "statusCode": 400,
                "responseParameters": {"gatewayresponse.header.x-kind": "'schema'"},
                "responseTemplates": {"application/json": ERROR},
            }
        },
        "paths": {
            "/v1/items": {
                "parameters": [{"in": "query", "name": "page"}],
                "post": {
                    "operationId": "create",
                    "requestBody": {"content": content},
                    "responses": {"200": {"description": "ok", "content": content}},
                    "x-amazon-apigateway-integration": integration(invoke_arn),
                },
                "get": {
                    "security": [{"key": []}],
                    "responses": {},
                    "x-amazon-apigateway-integration": integration(invoke_arn),
                },
            },
            "/v1/mock": {
                "get": {
                    "security": [{"signed": []}],
                    "responses": {"200": {"description": "ok"}},
                    "x-amazon-apigateway-integration": {
                        "type": "mock",
                        "passthroughBehavior": "when_no_match",
                        "requestTemplates": {"application/json": '{"statusCode": 200}'},
                        "responses": {
                            "default": {
                                "statusCode": "200",
                                "responseTemplates": {"application/json": "{}"},
                            }
                        },
                    },
                }
            },
        },
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "signed": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "x-amazon-apigateway-authtype": "awsSigv4",
                },
            },
        },
    }
