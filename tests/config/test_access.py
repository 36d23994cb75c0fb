"""Who may call: settings that are wrong, by themselves or for the service, with key, consequence and fix."""

from pathlib import Path
from typing import Any

import pytest

import config
from components.service.access.policies import identity_policy, resource_policy
from config.access import service_access_contradictions
from settings import Settings, service
from settings.api import Api
from settings.api.authorizers import Authorizer
from settings.api.callers import Caller
from settings.usage_plans import Key, UsagePlan
from tests.config.test_contradictions import BASE, lines
from tests.settings.service.folder import Folder

THIRD = "333333333333"
CALLER = {"name": "acme", "account": THIRD, "roles": ["backend"]}
PLAN = {"name": "partners", "rate_per_s": 5, "burst": 5}
CERTIFICATE = "arn:aws:acm:{}:certificate/11111111-2222-3333-4444-555555555555"
HERE = CERTIFICATE.format("eu-central-1:111111111111")
DOMAIN = {"name": "api.example.com", "certificate": HERE}
FUNCTION = "arn:aws:lambda:eu-central-1:111111111111:function:authorizer"
POOL = "arn:aws:cognito-idp:eu-central-1:111111111111:userpool/eu-central-1_Ab1"


def callers(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"api": {"callers": [CALLER | change for change in changes]}}


def domain(changes: dict[str, Any]) -> dict[str, Any]:
    return {"api": {"domain": DOMAIN | changes}}


def authorizer(settings: dict[str, Any]) -> dict[str, Any]:
    return {"api": {"authorizers": {"a": settings}}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (callers({"account": "3333"}), "api.callers[0].account: got '3333'; an account id has 12 digits"),
        (callers({"roles": []}), "api.callers[0].roles: Tuple should have at least 1 item"),
        (callers({"roles": ["*"]}), "api.callers[0].roles[0]: got '*'; it should be one role, by its name"),
        (callers({"roles": ["team/*"]}), "roles[0]: got 'team/*'; it should be one role"),
        (callers({"roles": [f"arn:aws:iam::{THIRD}:user/eve"]}), "A user or a session is no role"),
        (callers({"roles": [f"arn:aws:sts::{THIRD}:assumed-role/a/b"]}), "A user or a session is no role"),
        (callers({"roles": [f"arn:aws:iam::{THIRD}:root"]}), "it should be one role"),
        (
            callers({"roles": ["arn:aws:iam::444444444444:role/backend"]}),
            "api.callers[0]: role arn:aws:iam::444444444444:role/backend is not of account 333333333333",
        ),
        (callers({"roles": ["a", f"arn:aws:iam::{THIRD}:role/a"]}), "role/a is named twice; name it once"),
        (callers({"operations": ["a", "a"]}), "api.callers[0]: operation a is named twice; name it once"),
        (callers({}, {"roles": ["other"]}), "api: two callers are named 'acme'"),
        (callers({}, {"name": "b"}), f"callers 'acme' and 'b' both name arn:aws:iam::{THIRD}:role/backend"),
        (callers({"account": "111111111111"}), "api.callers[0].account: it is the API's own account"),
        (
            callers({"account": "222222222222", "roles": ["inference-dev-canary"]}),
            "api.callers[0].roles: the canary's role calls anyway",
        ),
        (
            callers({"operations": ["createPredictions"]}),
            "api.callers[0].operations[0]: the contract of services/wine has no such operation."
            " Did you mean `createPrediction`?",
        ),
        (
            callers({}) | {"usage_plans": [PLAN | {"keys": ["x", {"name": "y", "caller": "acmee"}]}]},
            "usage_plans[0].keys[1].caller: no caller of api.callers is named 'acmee', so nobody could read"
            " the key. Did you mean `acme`?",
        ),
        (
            {"usage_plans": [PLAN | {"keys": [{"name": "y", "generations": [1, 3]}]}]},
            "usage_plans[0].keys[0].generations: it should be one number, or one and the next",
        ),
        (
            {"api": {"canary_key_generations": [2, 1]}},
            "api.canary_key_generations: it should be one number",
        ),
        (domain({"name": "*.example.com"}), "api.domain.name: got '*.example.com'; it should be one full"),
        (domain({"name": "https://x.com"}), "it should be one full name in lower case"),
        (
            domain({"name": "a.execute-api.eu-central-1.amazonaws.com"}),
            "names below amazonaws.com are AWS's own",
        ),
        (
            domain({"certificate": CERTIFICATE.format("us-east-1:111111111111")}),
            "api.domain.certificate: it is in us-east-1 of account 111111111111; a regional domain name"
            " takes",
        ),
        (
            domain({"certificate": CERTIFICATE.format("eu-central-1:222222222222")}),
            "api.domain.certificate: it is in eu-central-1 of account 222222222222",
        ),
        (domain({"hosted_zone": "example.com"}), "api.domain.hosted_zone: got 'example.com'"),
        (
            authorizer({"function": FUNCTION, "user_pools": [POOL]}),
            "api.authorizers.a: it names both `user_pools` and a `function`, or neither",
        ),
        (authorizer({}), "api.authorizers.a: it names both `user_pools` and a `function`"),
        (
            authorizer({"function": FUNCTION, "identity": ["header.A"]}),
            "api.authorizers.a: `identity` is for a function of `type: request`",
        ),
        (
            authorizer({"function": "authorizer"}),
            "api.authorizers.a.function: got 'authorizer'; it should be a function's ARN",
        ),
        (
            authorizer({"function": FUNCTION}),
            "api.authorizers.a: no operation of services/wine asks for that scheme, so it would check"
            " nothing",
        ),
        (
            authorizer({"function": FUNCTION.replace("central", "west")}),
            "api.authorizers.a.function: it is in eu-west-1, and API Gateway invokes functions of its own",
        ),
    ],
)
def test_what_is_wrong_with_who_may_call_is_told(changes: dict[str, Any], said: str) -> None:
    assert any(said in line for line in lines(changes)), lines(changes)


def test_an_authorizer_without_a_name_is_refused_like_one_that_nobody_asks() -> None:
    (line,) = lines({"api": {"authorizers": {"": {"function": FUNCTION}}}})
    assert line.startswith("api.authorizers.: no operation of services/wine asks for that scheme")


def test_a_caller_is_not_let_into_operations_that_it_was_not_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    folder.contract["paths"]["/v1/shapes/{id}/secrets"] = {
        "get": {
            "operationId": "secrets",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {"200": {"description": "ok"}},
        }
    }
    chosen = service.read(folder.write())
    parsed = config.parse(BASE)
    monkeypatch.setattr(Settings, "chosen", property(lambda _: chosen))

    def told(*operations: str) -> list[str]:
        caller = Caller(name="acme", account=THIRD, roles=("backend",), operations=operations)
        settings = parsed.model_copy(update={"api": Api(callers=(caller,))})
        return list(service_access_contradictions(settings))

    (problem,) = told("createShapes", "getShape")
    assert problem.startswith(
        "api.callers[0].operations[1]: in a policy GET/v1/shapes/* covers calls of `secrets`, too"
    )
    assert told("createShapes", "getShape", "secrets") == told("secrets") == told() == []


def test_a_caller_of_an_api_without_signatures_is_there_to_read_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    folder.contract["security"] = [{"badge": [], "key": []}]
    folder.contract["components"]["securitySchemes"] = {
        "badge": {"type": "http", "scheme": "bearer"},
        "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    }
    chosen, parsed = service.read(folder.write()), config.parse(BASE)
    monkeypatch.setattr(Settings, "chosen", property(lambda _: chosen))
    caller = Caller(name="acme", account=THIRD, roles=("backend",))
    api = Api(callers=(caller,), authorizers={"badge": Authorizer(function=FUNCTION)})

    def told(key: Key) -> list[str]:
        plan = UsagePlan(name="partners", rate_per_s=5, burst=5, keys=(key,))
        return list(
            service_access_contradictions(parsed.model_copy(update={"api": api, "usage_plans": (plan,)}))
        )

    (problem,) = told(Key(name="acme"))
    assert problem.startswith("api.callers[0]: services/shapes has no operation that is signed")
    assert told(Key(name="acme", caller="acme")) == []
    policy = resource_policy("arn:aws:iam::222222222222:role/canary", [caller], {}, ["live/GET/a"])
    assert [statement["Principal"] for statement in policy["Statement"]] == ["*"]
    read = identity_policy("arn:aws:execute-api:r:a:api", [], ["arn:secret"], "arn:key")["Statement"]
    assert [statement["Action"] for statement in read] == ["secretsmanager:GetSecretValue", "kms:Decrypt"]


def test_callers_keys_and_a_domain_that_are_right_are_taken() -> None:
    keys = ["mine", {"name": "acme", "caller": "acme", "generations": [3, 4]}]
    settings = config.parse(
        BASE
        | {"usage_plans": [PLAN | {"keys": keys}]}
        | {"api": {"callers": [CALLER | {"operations": ["createPrediction"]}], "domain": DOMAIN}}
    )
    assert list(service_access_contradictions(settings)) == []
    assert [key.generations for key in settings.usage_plans[0].keys] == [(1,), (3, 4)]
