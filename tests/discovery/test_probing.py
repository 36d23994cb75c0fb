"""The first probe: which route it asks, and how it proves who asks."""

from typing import Any

import pytest
import yaml

from discovery.found import DEFAULT, Api, Authorizer, Route, Target
from discovery.probe import chosen, file
from settings.probes.authorization import Authorization
from tests.discovery.cloud import found, proxy, rest


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("ANY", "/{proxy+}", "/{proxy}"),
        ("ANY", "/items/{rest+}", "/items/{rest}"),
        ("GET", "/", "/"),
        ("GET", "/a/{b}", "/a/{b}"),
    ],
)
def test_what_a_greedy_path_stands_for_is_below_it(method: str, path: str, asked: str) -> None:
    api = found(rest((path, method, proxy("f")))).api
    (probe,) = yaml.safe_load(file(api, chosen(api.routes), "theirs-monitor"))["probes"]
    assert (probe["method"], probe["path"]) == ("GET", asked)


FUNCTION, MOCK = Target(kind="function", name="f"), Target(kind="nothing")


def probed(*routes: Route, reads: tuple[str, ...] = ()) -> tuple[dict[str, Any], str]:
    """The file of probes as data, and its comments."""
    api = Api(
        kind="rest", id="abc", name="a", stage="s", routes=routes, authorizers={"a1": Authorizer(reads=reads)}
    )
    text = file(api, chosen(routes), "theirs-monitor")
    return yaml.safe_load(text), "\n".join(line for line in text.splitlines() if line.startswith("#"))


def route(method: str = "GET", path: str = "/", **more: Any) -> Route:
    return Route(method=method, path=path, **{"target": FUNCTION, **more})


@pytest.mark.parametrize(
    ("routes", "asked"),
    [
        ((route(path="/{id}"), route("ANY", "/")), "/"),
        ((route(path="/{id}"), route("ANY", DEFAULT)), "/"),
        ((route(path="/a", authorization="JWT"), route(path="/longer")), "/longer"),
        ((route(path="/a", api_key=True), route(path="/longer")), "/longer"),
        ((route("POST", "/a"), route(path="/{id}")), "/{id}"),
        ((route("OPTIONS", "/a", target=MOCK), route(path="/ping", target=MOCK)), "/ping"),
        ((route(path="/ping", target=MOCK), route("DELETE", "/{id}")), "/{id}"),
        ((route("OPTIONS", "/a", target=MOCK),), "/"),
    ],
)
def test_the_route_with_least_to_say_is_asked(routes: tuple[Route, ...], asked: str) -> None:
    assert probed(*routes)[0]["probes"][0]["path"] == asked


HEADER = {"name": "authorizationToken", "secret": "token"}


@pytest.mark.parametrize(
    ("reads", "api_key", "authorization", "told"),
    [
        (["method.request.header.Authorization"], False, {"bearer": "token"}, False),
        (["$request.header.authorization"], True, {"bearer": "token", "api_key": "api-key"}, False),
        (["method.request.header.authorizationToken"], False, {"header": HEADER}, True),
        (["method.request.header.authorizationToken"], True, {"header": HEADER, "api_key": "api-key"}, True),
        (["method.request.header.X-Api-Key"], True, {"api_key": "api-key"}, True),
        (["method.request.querystring.token"], False, {"bearer": "token"}, True),
        ([], False, {"bearer": "token"}, True),
    ],
)
def test_a_probe_sends_what_its_authorizer_reads(
    reads: list[str], api_key: bool, authorization: dict[str, Any], told: bool
) -> None:
    asked = route(authorization="CUSTOM", authorizer="a1", api_key=api_key)
    document, comments = probed(asked, reads=tuple(reads))
    assert document["authorization"] == authorization
    assert (f"reads {', '.join(reads) or 'something that it does not name'}" in comments) is told
    for secret in Authorization.model_validate(authorization).secrets:
        assert (
            f"pulumi config set -s theirs-monitor --secret --path canary.secrets.{secret}\n"
            in f"{comments}\n"
        )


def test_a_key_that_the_authorizer_hands_over_is_not_sent() -> None:
    answers = rest(("/", "GET", proxy("f")))
    answers["apigateway__get_resources"]["items"][0]["resourceMethods"]["GET"]["apiKeyRequired"] = True
    assert [one.api_key for one in found(answers).api.routes] == [True]
    given = {"id": "abc", "name": "orders", "apiKeySource": "AUTHORIZER"}
    assert [one.api_key for one in found(answers, apigateway__get_rest_api=given).api.routes] == [False]
