"""What the import of an OpenAPI document refuses: everything that it does not understand."""

import json
from typing import Any

import pulumi_aws as aws
import pytest

from local.deployer import DeployError
from local.deployer.resources.openapi import overwrite
from local.emulator import Emulator
from tests.local.deployer.document import body, integration
from tests.local.deployer.support import MONITOR, SERVICE, account, deployed
from tests.local.emulated_api import assume, make_api


def changed(**parts: Any) -> dict[str, Any]:
    return {**body("arn:aws:x"), **parts}


OPERATION = {"responses": {}, "x-amazon-apigateway-integration": {"type": "mock"}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (changed(**{"x-amazon-apigateway-cors": {}}), r"extensions \['x-amazon-apigateway-cors'\]"),
        (changed(components={"schemas": {"Not-Alnum": {}}}), "letters and digits only"),
        (changed(paths={"/": {"get": {"responses": {}}}}), "nothing would answer"),
        (
            changed(paths={"/": {"get": {**OPERATION, "x-amazon-apigateway-request-validator": "no"}}}),
            "'no', which is not defined",
        ),
        (
            changed(
                paths={"/": {"get": {**OPERATION, "security": [{"oauth": []}]}}},
                components={"securitySchemes": {"oauth": {"type": "oauth2"}}},
            ),
            "security scheme 'oauth' is not understood",
        ),
        (
            changed(
                paths={"/": {"get": {"x-amazon-apigateway-integration": {"type": "mock", "tlsConfig": {}}}}}
            ),
            "tlsConfig",
        ),
        (
            changed(
                paths={
                    "/": {
                        "post": {
                            **OPERATION,
                            "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                        }
                    }
                }
            ),
            "put the application/json schema into components",
        ),
    ],
)
def test_what_is_not_understood_in_the_document_is_an_error(
    emulator: Emulator, document: dict[str, Any], message: str
) -> None:
    def program() -> None:
        aws.apigateway.RestApi("bad", body=json.dumps(document), opts=account())

    with pytest.raises(DeployError, match=message):
        deployed(emulator, program)


def things(invoke_arn: str, version: str, policy: dict[str, Any] | None) -> dict[str, Any]:
    """The contract of the tests' API, in OpenAPI; a policy in a body cannot name its own API."""
    key = {"type": "apiKey", "in": "header", "name": "x-api-key"}
    signed = {**key, "name": "Authorization", "x-amazon-apigateway-authtype": "awsSigv4"}
    operation: dict[str, Any] = {
        "security": [{"key": []}, {"signed": []}],
        "responses": {},
        "x-amazon-apigateway-integration": integration(invoke_arn),
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "things", "version": version},
        "paths": {"/things": {"post": operation}},
        "components": {"securitySchemes": {"key": key, "signed": signed}},
        **({"x-amazon-apigateway-policy": policy} if policy else {}),
    }


@pytest.mark.parametrize(("kept", "status"), [(True, 200), (False, 403)])
def test_a_changed_contract_keeps_the_resource_policy_only_if_it_is_in_the_body(
    emulator: Emulator, kept: bool, status: int
) -> None:
    api = make_api(emulator, f"contract-change-{status}")
    canary = assume(emulator, MONITOR, api.role)
    assert api.post(credentials=canary)[0] == 200
    client = emulator.client("apigateway", SERVICE)
    (resource,) = [r for r in client.get_resources(restApiId=api.id)["items"] if r["path"] == "/things"]
    method = client.get_method(restApiId=api.id, resourceId=resource["id"], httpMethod="POST")
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "execute-api:Invoke",
                "Principal": {"AWS": f"arn:aws:iam::{MONITOR}:root"},
                "Resource": "execute-api:/live/POST/things",
                "Condition": {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{MONITOR}:role/{api.role}"}},
            }
        ],
    }
    changed = things(method["methodIntegration"]["uri"], "2", policy if kept else None)
    overwrite(client, api.id, changed, f"arn:aws:execute-api:{emulator.region}:{SERVICE}:{api.id}")
    deployment = client.create_deployment(restApiId=api.id)["id"]
    patch = {"op": "replace", "path": "/deploymentId", "value": deployment}
    client.update_stage(restApiId=api.id, stageName="live", patchOperations=[patch])
    assert api.post(credentials=canary)[0] == status
    assert [model["name"] for model in client.get_models(restApiId=api.id)["items"]] == []
    assert client.get_request_validators(restApiId=api.id)["items"] == []
