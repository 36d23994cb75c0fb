"""What the import of an OpenAPI document refuses: everything that it does not understand."""

import json
from typing import Any

import pulumi_aws as aws
import pytest

from local.deployer import DeployError
from local.emulator import Emulator
from tests.local.deployer.document import body
from tests.local.deployer.support import account, deployed


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
