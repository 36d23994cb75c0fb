"""Operations with tokens, as the program writes them for API Gateway: who is let in, and who is not."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
import yaml

from components.service.access.authorizers import gateway_schemes, permissions
from components.service.access.policies import resource_policy
from components.service.contract import gateway_document
from local.emulator import Emulator
from settings.api import Api
from settings.api.authorizers import Authorizer
from settings.service.contract import Contract
from settings.service.source import Source
from tests.local.deployer.support import REGION, SERVICE, account, deployed, trust

FUNCTION = """
import json

def policy(event, effect, who):
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {"principalId": who, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}

def handler(event, context):
    if event.get("type") == "TOKEN":
        token = event["authorizationToken"]
        if token == "elsewhere":
            return policy({"methodArn": event["methodArn"] + "/elsewhere"}, "Allow", "token")
        if token == "unknown":
            raise Exception("Unauthorized")
        return policy(event, "Allow" if token == "let me in" else "Deny", "token")
    if event.get("type") == "REQUEST":
        return policy(event, "Allow" if event["queryStringParameters"]["who"] == "me" else "Deny", "request")
    who = (event["requestContext"].get("authorizer") or {})
    return {"statusCode": 200, "headers": {}, "body": json.dumps(who.get("principalId") or who.get("claims"))}
"""
OK = {"responses": {"200": {"description": "ok"}}}


def operation(name: str, *needs: str, scopes: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"get": {"operationId": name, "security": [{need: list(scopes) for need in needs}], **OK}}


CONTRACT = {
    "openapi": "3.0.3",
    "info": {"title": "tokens", "version": "1"},
    "paths": {
        "/token": operation("byToken", "badge"),
        "/request": operation("byRequest", "request"),
        "/pool": operation("byPool", "customers"),
        "/scoped": operation("scoped", "customers", scopes=("items/read",)),
        "/foreign": operation("byForeign", "foreign"),
        "/keyed": operation("keyed", "key"),
        "/signed": operation("signed", "sigv4"),
    },
    "components": {
        "securitySchemes": {
            "badge": {"type": "apiKey", "in": "header", "name": "X-Badge"},
            "request": {"type": "http", "scheme": "bearer"},
            "customers": {"type": "oauth2", "flows": {}},
            "foreign": {"type": "http", "scheme": "bearer"},
            "sigv4": {"type": "apiKey", "in": "header", "name": "Authorization"},
            "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        }
    },
}


def function_arn(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{SERVICE}:function:{name}"


@pytest.fixture(scope="module")
def token(emulator: Emulator) -> tuple[str, str]:
    """A user pool's ARN, and a token of one of its users."""
    cognito = emulator.client("cognito-idp", SERVICE)
    pool = cognito.create_user_pool(PoolName="customers")["UserPool"]
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    made = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="c", ExplicitAuthFlows=flows)
    cognito.admin_create_user(UserPoolId=pool["Id"], Username="eve", MessageAction="SUPPRESS")
    password = "Correct-horse-1"  # of a user who lives as long as the test
    cognito.admin_set_user_password(UserPoolId=pool["Id"], Username="eve", Password=password, Permanent=True)
    answer = cognito.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=made["UserPoolClient"]["ClientId"],
        AuthParameters={"USERNAME": "eve", "PASSWORD": password},
    )
    return pool["Arn"], answer["AuthenticationResult"]["IdToken"]


@pytest.fixture(scope="module")
def url(emulator: Emulator, token: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    authorizers = {
        "badge": Authorizer(function=function_arn("tokens-echo"), cache_s=0),
        "request": Authorizer(
            function=function_arn("tokens-echo"), type="request", identity=("querystring.who",)
        ),
        "customers": Authorizer(user_pools=(token[0],)),
        "foreign": Authorizer(function=function_arn("tokens-not-permitted")),
    }
    path = Path(tmp_path_factory.mktemp("contract")) / "openapi.yaml"
    path.write_text(yaml.safe_dump(CONTRACT))
    contract = Contract(Source(path, "openapi.yaml"))
    operations = {o.id: f"live/{o.resource}" for o in contract.operations.values()}
    signed = {"signed": operations.pop("signed")}
    settings = Api(authorizers=authorizers)
    everybody = [
        operations[one.id] for one in contract.operations.values() if settings.lets_everybody_in(one.security)
    ]
    policy = resource_policy("arn:aws:iam::222222222222:role/canary", [], signed, everybody)

    def program() -> None:
        opts = account()
        role = aws.iam.Role(
            "role", name="tokens-role", assume_role_policy=trust("lambda.amazonaws.com"), opts=opts
        )
        made = {
            name: aws.lambda_.Function(
                name,
                name=name,
                role=role.arn,
                runtime="python3.14",
                handler="index.handler",
                code=pulumi.AssetArchive({"index.py": pulumi.StringAsset(FUNCTION)}),
                opts=opts,
            )
            for name in ("tokens-echo", "tokens-not-permitted")
        }
        api = aws.apigateway.RestApi(
            "api",
            name="tokens",
            body=made["tokens-echo"].invoke_arn.apply(
                lambda arn: json.dumps(
                    gateway_document(
                        contract, "tokens", arn, policy, gateway_schemes(contract, authorizers, REGION)
                    )
                )
            ),
            endpoint_configuration={"types": "REGIONAL"},
            opts=opts,
        )
        permitted = {name: one for name, one in authorizers.items() if name != "foreign"}
        given = permissions("tokens", permitted, SERVICE, api.execution_arn, opts)
        deployment = aws.apigateway.Deployment(
            "deployment",
            rest_api=api.id,
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=given)),
        )
        stage = aws.apigateway.Stage(
            "stage", rest_api=api.id, deployment=deployment.id, stage_name="live", opts=opts
        )
        pulumi.export("url", stage.invoke_url)

    return str(deployed(emulator, program).outputs["url"])


def get(url: str, target: str, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
    request = urllib.request.Request(url + target, headers=dict(headers or {}))  # noqa: S310  # loopback
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310  # as above
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)["error"]["code"]


def test_a_lambda_authorizer_decides_about_the_token_in_its_header(url: str) -> None:
    assert get(url, "/token", {"X-Badge": "let me in"}) == (200, "token")
    assert get(url, "/token", {"X-Badge": "please"}) == (403, "forbidden")
    assert get(url, "/token", {"X-Badge": "unknown"}) == (401, "unauthorized")
    assert get(url, "/token", {"Authorization": "let me in"}) == (401, "unauthorized")


def test_a_lambda_authorizer_decides_about_the_request(url: str) -> None:
    assert get(url, "/request?who=me") == (200, "request")
    assert get(url, "/request?who=you") == (403, "forbidden")
    assert get(url, "/request") == (401, "unauthorized")  # the function is not asked


def test_cognitos_token_is_verified(url: str, token: tuple[str, str]) -> None:
    status, claims = get(url, "/pool", {"Authorization": f"Bearer {token[1]}"})
    assert (status, claims["cognito:username"]) == (200, "eve")
    head, claims_part, signature = token[1].split(".")
    forged = ".".join((head, claims_part, signature[::-1]))
    assert get(url, "/pool", {"Authorization": f"Bearer {forged}"}) == (401, "unauthorized")
    assert get(url, "/pool") == (401, "unauthorized")


def test_a_token_without_the_scope_that_the_contract_wants_is_refused(
    url: str, token: tuple[str, str]
) -> None:
    assert get(url, "/scoped", {"Authorization": token[1]}) == (401, "unauthorized")


def test_a_function_that_does_not_let_api_gateway_in_lets_nobody_in(url: str) -> None:
    assert get(url, "/foreign", {"Authorization": "let me in"}) == (500, "internal_error")


def test_what_asks_for_a_key_or_a_signature_lets_no_token_in(url: str, token: tuple[str, str]) -> None:
    assert get(url, "/keyed", {"X-Badge": "let me in"}) == (403, "forbidden")
    assert get(url, "/signed", {"Authorization": token[1]})[0] == 403


def test_after_cognitos_verdict_the_apis_policy_has_to_allow_the_call_too(
    emulator: Emulator, url: str, token: tuple[str, str]
) -> None:
    with policy_of(emulator, "/live/GET/pool", "/live/GET/pond"):
        assert get(url, "/pool", {"Authorization": token[1]}) == (403, "forbidden")
    assert get(url, "/pool", {"Authorization": token[1]})[0] == 200


def test_a_function_that_says_nothing_of_an_operation_lets_nobody_in_since_the_apis_policy_does_not(
    emulator: Emulator, url: str
) -> None:
    assert get(url, "/token", {"X-Badge": "elsewhere"}) == (403, "forbidden")
    with policy_of(emulator, "/live/GET/pool", "/live/GET/token"):  # what the program never writes
        assert get(url, "/token", {"X-Badge": "elsewhere"})[0] == 200
        assert get(url, "/token", {"X-Badge": "please"}) == (403, "forbidden")


@contextmanager
def policy_of(emulator: Emulator, old: str, new: str) -> Iterator[None]:
    """The API with another policy for a while."""
    gateway = emulator.client("apigateway", SERVICE)
    (api,) = [api for api in gateway.get_rest_apis()["items"] if api["name"] == "tokens"]
    before = gateway.get_rest_api(restApiId=api["id"])["policy"].replace('\\"', '"')
    assert old in before
    path = {"op": "replace", "path": "/policy"}
    patch = [{**path, "value": before.replace(old, new)}]
    gateway.update_rest_api(restApiId=api["id"], patchOperations=patch)
    try:
        yield
    finally:
        gateway.update_rest_api(restApiId=api["id"], patchOperations=[{**path, "value": before}])
