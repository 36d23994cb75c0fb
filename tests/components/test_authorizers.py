"""Operations with tokens: the authorizers that API Gateway imports, its permissions, and its policy."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from openapi_spec_validator import validate

import config
from components.service.access.policies import MAX_POLICY_CHARS
from config.access import service_access_contradictions
from settings import Settings, service
from settings.api import Api
from tests.components.harness import Run, run_stack, unwrap
from tests.settings.service.folder import Folder

POOL = "arn:aws:cognito-idp:eu-central-1:333333333333:userpool/eu-central-1_Ab1"
OURS = "arn:aws:lambda:eu-central-1:111111111111:function:authorizer"
THEIRS = "arn:aws:lambda:eu-central-1:333333333333:function:authorizer"
STAGE = {"rate_per_s": 500, "burst": 1000}
SCHEMES: dict[str, dict[str, Any]] = {
    "sigv4": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "api_key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "customers": {"type": "oauth2", "flows": {}},
    "badge": {"type": "apiKey", "in": "header", "name": "X-Badge"},
    "partner": {"type": "http", "scheme": "bearer"},
    "central": {"type": "http", "scheme": "bearer"},
}
SECURITY: Mapping[str, Any] = {
    "/v1/pool": [{"customers": ["items/read"], "api_key": []}],
    "/v1/badge": [{"badge": []}],
    "/v1/partner": [{"partner": []}],
    "/v1/central": [{"central": []}],
    "/v1/key": [{"api_key": []}],
}
AUTHORIZERS = {
    "customers": {"user_pools": [POOL]},
    "badge": {"function": f"{OURS}:live", "cache_s": 0},
    "partner": {
        "function": OURS,
        "type": "request",
        "identity": ["header.Authorization", "context.identity.sourceIp"],
    },
    "central": {"function": THEIRS, "type": "request"},
}


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The wine service with more operations, each asking for another thing."""
    folder = Path(tmp_path_factory.mktemp("tokens")) / "services" / "wine"
    folder.mkdir(parents=True)
    for path in (service.SERVICES / "wine").iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    document = yaml.safe_load((folder / "openapi.yaml").read_text())
    definition = yaml.safe_load((folder / "service.yaml").read_text())
    definition["operations"] = {"createPrediction": {"functions": "functions"}}
    for target, security in SECURITY.items():
        name = target.removeprefix("/v1/")
        responses = {"200": {"description": "ok"}}
        document["paths"][target] = {
            "get": {"operationId": name, "security": security, "responses": responses}
        }
        definition["operations"][name] = {"functions": "others", "reference": False, "model": False}
    document["components"]["securitySchemes"] = SCHEMES
    (folder / "openapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    (folder / "service.yaml").write_text(yaml.safe_dump(definition))
    (folder / "others.py").write_text(OTHERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "SERVICES", folder.parent)
        service._shipped.cache_clear()  # noqa: SLF001  # what was read before is of the other folder
        yield
    service._shipped.cache_clear()  # noqa: SLF001  # as above


OTHERS = '''"""Answers without a model."""


def parse(request):
    return {}


def format(item, prediction, meta):
    return {}
'''


@pytest.fixture(scope="module")
def run(contract: None) -> Run:
    del contract
    return run_stack("dev", {"api": {**STAGE, "authorizers": AUTHORIZERS}})


def document(run: Run) -> Any:
    return json.loads(unwrap(run.one("RestApi").inputs["body"]))


X = "x-amazon-apigateway-auth"


def uri(function: str) -> str:
    return f"arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{function}/invocations"


def test_each_scheme_of_a_token_is_an_authorizer_of_api_gateway(run: Run) -> None:
    schemes = document(run)["components"]["securitySchemes"]
    header = {"type": "apiKey", "in": "header"}
    assert schemes == {
        "sigv4": {**SCHEMES["sigv4"], f"{X}type": "awsSigv4"},
        "api_key": SCHEMES["api_key"],
        "customers": {
            **header,
            "name": "Authorization",
            f"{X}type": "cognito_user_pools",
            f"{X}orizer": {"type": "cognito_user_pools", "providerARNs": [POOL]},
        },
        "badge": {
            **header,
            "name": "X-Badge",
            f"{X}type": "custom",
            f"{X}orizer": {
                "type": "token",
                "authorizerUri": uri(f"{OURS}:live"),
                "authorizerResultTtlInSeconds": 0,
            },
        },
        "partner": {
            **header,
            "name": "Authorization",
            f"{X}type": "custom",
            f"{X}orizer": {
                "type": "request",
                "authorizerUri": uri(OURS),
                "authorizerResultTtlInSeconds": 300,
                "identitySource": "method.request.header.Authorization, context.identity.sourceIp",
            },
        },
        "central": {
            **header,
            "name": "Authorization",
            f"{X}type": "custom",
            f"{X}orizer": {
                "type": "request",
                "authorizerUri": uri(THEIRS),
                "authorizerResultTtlInSeconds": 300,
                "identitySource": "method.request.header.Authorization",
            },
        },
    }
    assert document(run)["paths"]["/v1/pool"]["get"]["security"] == [
        {"customers": ["items/read"]},
        {"api_key": []},
    ]
    assert document(run)["x-amazon-apigateway-gateway-responses"]["UNAUTHORIZED"]["statusCode"] == "401"
    validate({**document(run)})


def test_api_gateway_may_invoke_the_authorizers_of_the_own_account_for_this_api_alone(run: Run) -> None:
    prefix = "inference-dev-api-authorize-"
    found = {name: m.inputs for name, m in run.of("Permission").items() if name.startswith(prefix)}
    shared = {
        "action": "lambda:InvokeFunction",
        "function": OURS,
        "principal": "apigateway.amazonaws.com",
        "sourceArn": "arn:aws:execute-api:eu-central-1:111111111111:api123/authorizers/*",
    }
    assert found == {f"{prefix}badge": {**shared, "qualifier": "live"}, f"{prefix}partner": shared}


def test_the_policy_lets_everybody_to_what_cognito_or_a_key_decides_and_to_nothing_else(run: Run) -> None:
    """Where a function's policy says nothing of an operation, an allowance to everybody would let a call"
    " in."""
    canary, everybody = document(run)["x-amazon-apigateway-policy"]["Statement"]
    assert canary["Resource"] == "execute-api:/live/POST/v1/predictions"
    assert everybody == {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": ["execute-api:/live/GET/v1/pool", "execute-api:/live/GET/v1/key"],
        "Principal": "*",
    }


def test_what_a_function_decides_is_not_let_in_with_what_everybody_may_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    folder.contract["components"]["securitySchemes"] = SCHEMES
    folder.contract["security"] = [{"customers": []}]
    folder.contract["paths"]["/v1/shapes/{id}/secrets"] = {
        "get": {
            "operationId": "secrets",
            "security": [{"badge": []}],
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {"200": {"description": "ok"}},
        }
    }
    chosen = service.read(folder.write())
    parsed = Settings.model_validate(config.read_stack("dev"), strict=False)
    monkeypatch.setattr(Settings, "chosen", property(lambda _: chosen))

    def told(badge: dict[str, Any]) -> list[str]:
        api = {"authorizers": {"customers": {"user_pools": [POOL]}, "badge": badge}}
        settings = parsed.model_copy(update={"api": Api.model_validate(api, strict=False)})
        return list(service_access_contradictions(settings))

    (problem,) = told({"function": OURS})
    assert problem.startswith("service: services/shapes/openapi.yaml:")
    assert "lets everybody call `getShape`, and its GET/v1/shapes/* covers calls of `secrets`" in problem
    assert told({"user_pools": [POOL]}) == []


def judged(**api: Any) -> list[str]:
    raw = config.read_stack("dev") | {"env": api.pop("env", "dev"), "api": api}
    return list(service_access_contradictions(Settings.model_validate(raw, strict=False)))


def test_an_api_key_alone_is_refused_in_prod_and_only_there(contract: None) -> None:
    del contract
    assert judged(authorizers=AUTHORIZERS) == []
    (problem,) = judged(env="prod", authorizers=AUTHORIZERS)
    assert problem.startswith("service: services/wine/openapi.yaml:")
    assert "paths[/v1/key].get: an API key alone lets callers in, which is no authorization" in problem


def test_a_token_that_nobody_checks_and_an_authorizer_that_nobody_asks_are_refused(contract: None) -> None:
    del contract
    left = {name: one for name, one in AUTHORIZERS.items() if name != "badge"}
    missing, spare = judged(authorizers={**left, "bagde": {"function": OURS}})
    assert missing.startswith("api.authorizers.badge: missing; services/wine/openapi.yaml:")
    assert spare.startswith("api.authorizers.bagde: no operation of services/wine asks for that scheme")
    assert spare.endswith("Did you mean `badge`?")


def test_scopes_that_no_authorizer_would_check_are_refused(contract: None) -> None:
    del contract
    (problem,) = judged(authorizers={**AUTHORIZERS, "customers": {"function": OURS}})
    assert problem.startswith(
        "api.authorizers.customers.function: `pool` wants scopes, which API Gateway checks"
    )


def test_a_caller_of_what_is_not_signed_is_refused(contract: None) -> None:
    del contract
    caller = {"name": "acme", "account": "333333333333", "roles": ["a"], "operations": ["pool"]}
    (problem,) = judged(authorizers=AUTHORIZERS, callers=[caller])
    assert problem.startswith("api.callers[0].operations[0]: `pool` is not signed, so no policy is asked")


def test_a_policy_that_api_gateway_would_refuse_is_told_before_anything_is_made(contract: None) -> None:
    del contract
    callers = [
        {"name": f"c{n}", "account": f"{n:012d}", "roles": ["role-of-a-customer"]} for n in range(1, 90)
    ]
    with pytest.raises(
        pulumi.RunError, match=rf"api.callers: the API's policy has \d+ .* takes {MAX_POLICY_CHARS}"
    ):
        run_stack("dev", {"api": {**STAGE, "callers": callers, "authorizers": AUTHORIZERS}})
