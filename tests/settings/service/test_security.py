"""What callers have to bring: read from the contract, and judged with place, consequence and fix."""

import json
import re
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings import service
from settings.service import ServiceError, probing
from settings.service.security import Security, lets_in
from tests.settings.service.folder import Folder

SCHEMES: dict[str, Any] = {
    "signed": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "customers": {"type": "oauth2", "flows": {}},
    "partner": {"type": "http", "scheme": "bearer"},
    "badge": {"type": "apiKey", "in": "header", "name": "X-Badge"},
}
POST = "/v1/shapes"


def secured(folder: Folder, security: Any, *, root: Any = None) -> Folder:
    folder.contract["components"]["securitySchemes"] = SCHEMES
    if security is not None:
        folder.contract["paths"][POST]["post"]["security"] = security
    if root is not None:
        folder.contract["security"] = root
    return folder


def problems(folder: Folder) -> list[str]:
    try:
        service.checked(folder.write())
    except ServiceError as error:
        return error.problems
    return []


def of(folder: Folder, operation: str = "createShapes") -> Security:
    return service.read(folder.write()).contract.operations[operation].security


@pytest.mark.parametrize(
    ("security", "read"),
    [
        (None, Security(signature="signed", api_key="key")),
        ([{"signed": [], "key": []}], Security(signature="signed", api_key="key")),
        ([{"signed": []}, {"key": []}], Security(signature="signed", api_key="key")),
        ([{"signed": []}], Security(signature="signed")),
        ([{"key": []}], Security(api_key="key")),
        ([{"badge": [], "key": []}], Security(token="badge", api_key="key")),
        ([{"partner": []}], Security(token="partner")),
        ([{"customers": ["a/read", "a/write"]}], Security(token="customers", scopes=("a/read", "a/write"))),
    ],
)
def test_an_operation_asks_for_what_its_security_names(folder: Folder, security: Any, read: Security) -> None:
    secured(folder, security)
    if read.token:
        folder.definition["probes"][0]["authorization"] = {"bearer": "partner", "api_key": bool(read.api_key)}
    assert problems(folder) == []
    assert of(folder) == read


def test_without_a_word_of_security_a_call_is_signed_and_has_an_api_key(folder: Folder) -> None:
    assert of(folder) == Security(signature="sigv4", api_key="api_key")


def test_what_the_document_asks_for_holds_where_an_operation_says_nothing(folder: Folder) -> None:
    secured(folder, [{"signed": []}], root=[{"partner": [], "key": []}])
    folder.definition["probes"][1]["authorization"] = {"bearer": "partner", "api_key": True}
    assert problems(folder) == []
    assert of(folder) == Security(signature="signed")
    assert of(folder, "getShape") == Security(token="partner", api_key="key")


@pytest.mark.parametrize(
    ("security", "authorization", "missing"),
    [
        ([{"partner": []}], None, ["partner"]),
        ([{"partner": [], "key": []}], {"iam": True}, ["partner", "key"]),
        ([{"signed": [], "key": []}], {"bearer": "x"}, ["signed", "key"]),
        ([{"signed": []}], "none", ["signed"]),
    ],
)
def test_a_probe_that_does_not_bring_what_its_operation_asks_for_is_refused(
    folder: Folder, security: Any, authorization: Any, missing: list[str]
) -> None:
    secured(folder, security)
    if authorization is not None:
        folder.definition["probes"][0]["authorization"] = authorization
    said = [
        f"probes[0].authorization: the contract asks for `{what}` of `createShapes` and this call brings none"
        for what in missing
    ]
    found = problems(folder)
    assert [each for each in said if any(each in problem for problem in found)] == said
    assert len(found) == len(said)


def test_a_probe_carries_what_its_operation_asks_for_unless_it_says_otherwise(folder: Folder) -> None:
    secured(folder, [{"key": []}])
    first, second = json.loads(probing.exported(service.checked(folder.write())))
    assert first["authorization"] == {"api_key": True}
    assert "authorization" not in second  # a signature and a key, as ever


OPEN = "whoever finds the address could call `createShapes`, without limit and unknown"


@pytest.mark.parametrize(
    ("security", "said"),
    [
        ([], OPEN),
        ([{}], OPEN),
        ([{"signed": []}, {}], OPEN),
        ([{"singed": []}], "no security scheme 'singed', so nobody would be asked for it. Did you mean"),
        ([{"signed": [], "partner": []}], "signed and partner: API Gateway checks one of them a method"),
        ([{"partner": []}, {"badge": []}], "partner and badge: API Gateway checks one of them a method"),
        ([{"partner": ["read"]}], "partner has scopes, which are of oauth2 and openIdConnect alone."),
        ({"signed": []}, "a list belongs here, of mappings from a scheme to its scopes"),
        ([{"signed": "x"}], "a list belongs here, of mappings from a scheme to its scopes"),
    ],
)
def test_security_that_would_not_be_kept_is_refused_with_its_line(
    folder: Folder, security: Any, said: str
) -> None:
    (problem,) = problems(secured(folder, security))
    assert re.match(r"services/shapes/openapi.yaml:\d+: paths\[/v1/shapes\].post.security: ", problem)
    assert said in problem


def test_an_open_document_is_told_for_every_operation_that_says_nothing(folder: Folder) -> None:
    found = problems(secured(folder, [{"signed": []}], root=[]))
    assert [("`getShape`" in problem, ": security: " in problem) for problem in found] == [(True, True)]


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "http", "scheme": "basic"},
        {"type": "apiKey", "in": "query", "name": "key"},
        {"type": "apiKey", "in": "cookie", "name": "Authorization"},
        {"type": "mutualTLS"},
    ],
)
def test_a_scheme_that_api_gateway_cannot_ask_for_is_refused(folder: Folder, scheme: Any) -> None:
    folder.contract["components"]["securitySchemes"] = {"odd": scheme}
    (problem,) = problems(folder)
    assert "components.securitySchemes.odd: API Gateway asks for a SigV4 signature" in problem


@pytest.mark.parametrize("name", ["sigv4", "api_key"])
def test_a_token_is_not_named_like_what_is_asked_for_where_nothing_is_said(folder: Folder, name: str) -> None:
    folder.contract["components"]["securitySchemes"] = {name: {"type": "http", "scheme": "bearer"}}
    (problem,) = problems(folder)
    assert f"components.securitySchemes.{name}: this is the name of what calls bring" in problem


def test_the_gateways_extensions_of_a_scheme_belong_into_the_stacks_settings(folder: Folder) -> None:
    scheme = {**SCHEMES["partner"], "x-amazon-apigateway-authorizer": {"type": "token"}}
    folder.contract["components"]["securitySchemes"] = {"partner": scheme}
    (problem,) = problems(folder)
    assert "partner.x-amazon-apigateway-authorizer: which authorizer checks it differs" in problem
    assert "`api.authorizers.partner`" in problem


@pytest.mark.parametrize(
    ("allowed", "other", "covered"),
    [
        ("/v1/items/{id}", "/v1/items/{id}/history", True),
        ("/v1/items/{id}/history", "/v1/items/{id}", False),
        ("/v1/items/{id}", "/v1/items/special", True),  # calls of it are sent there
        ("/v1/items/special", "/v1/items/{id}", False),
        ("/v1/{kind}/x", "/v1/items/{id}", True),
        ("/v1/items/{id}", "/v1/{kind}/x", False),
        ("/a/{x}/c", "/a/{p}/{q}/{r}", True),
        ("/a/{x}/c", "/a/{p}/{q}/d", False),
        ("/files/{path+}", "/files/{id}", True),
        ("/files/{id}", "/files/{path+}", True),
        ("/v1/a", "/v1/b", False),
        ("/{x}", "/v1/b", True),
        ("/v1/b/{x}", "/v1/b", False),
    ],
)
def test_a_policys_wildcard_goes_over_slashes(allowed: str, other: str, covered: bool) -> None:
    assert lets_in(("GET", allowed), ("GET", other)) is covered
    assert not lets_in(("GET", allowed), ("POST", other))


SEGMENTS = st.lists(st.sampled_from(("a", "b", "{p}")), min_size=1, max_size=4).map(tuple)


@settings(deadline=None)
@given(SEGMENTS, SEGMENTS)
def test_it_lets_in_exactly_the_calls_that_its_pattern_matches(
    allowed: tuple[str, ...], other: tuple[str, ...]
) -> None:
    """Against all calls of few words, sent where API Gateway sends them."""
    pattern = "/".join(".+" if segment == "{p}" else segment for segment in allowed)

    def takes(path: tuple[str, ...], call: tuple[str, ...]) -> bool:
        return len(path) == len(call) and all(s in ("{p}", c) for s, c in zip(path, call, strict=True))

    def goes_to_other(call: tuple[str, ...]) -> bool:
        if not takes(other, call):
            return False
        return not takes(allowed, call) or [s == "{p}" for s in other] < [s == "{p}" for s in allowed]

    calls = [call for call in product("abc", repeat=len(other)) if goes_to_other(call)]
    expected = any(re.fullmatch(pattern, "/".join(call)) for call in calls)
    found = lets_in(("GET", "/" + "/".join(allowed)), ("GET", "/" + "/".join(other)))
    assert found == (expected and allowed != other)


def test_a_signed_operation_whose_callers_come_in_with_open_ones_is_refused(folder: Folder) -> None:
    secured(folder, None)
    folder.contract["paths"]["/v1/shapes/{id}"]["get"]["security"] = [{"signed": []}]
    folder.contract["paths"]["/v1/{kind}/all"] = {
        "get": {
            "operationId": "all",
            "security": [{"key": []}],
            "parameters": [{"name": "kind", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {"200": {"description": "ok"}},
        }
    }
    (problem,) = problems(folder)
    assert "get: `getShape` wants a signature, and the API's policy lets everybody call `all`" in problem
