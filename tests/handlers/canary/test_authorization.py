"""Every kind of authorization over HTTP, as a server gets it."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from bench.stand_ins.loopback import HANG_UP, Answer, Loopback, Request, reply
from handlers.canary.secrets import Secrets
from tests.handlers.canary.sending import API_KEY, NAMED_ARN, Store, Wall, probe, sender, sent
from tests.handlers.canary.test_canary import Aws, aws

__all__ = ["aws"]

OK = reply(200, {})
TOKEN = reply(200, {"access_token": "t0-ken", "token_type": "Bearer", "expires_in": 3600})


def received(folder: Path, authorization: Any, **named: str) -> Request:
    with Loopback([OK]) as api:
        assert sent(sender(api.url, named), probe(folder, authorization)).reason is None
    (request,) = api.requests
    return request


def test_none_is_neither_signed_nor_has_it_a_key(tmp_path: Path) -> None:
    headers = received(tmp_path, "none").headers
    assert headers.keys() == {"host", "user-agent", "accept-encoding", "accept"}


def test_through_an_endpoint_that_serves_many_the_api_is_named_and_to_no_other_host(tmp_path: Path) -> None:
    for other, named in ((False, "api1"), (True, None)):
        with Loopback([OK]) as api:
            known = sender(api.url)
            private = replace(known, settings=replace(known.settings, private_api_id="api1"))
            step = probe(tmp_path, **({"url": api.url} if other else {}))
            assert sent(private, step).reason is None
        assert api.requests[0].headers.get("x-apigw-api-id") == named


def test_blanks_of_a_secret_are_part_of_it_and_the_newline_of_a_shell_is_not(tmp_path: Path) -> None:
    with Loopback([OK]) as api:
        form = {"request": {"form": {"password": "${secrets.pass}"}}}
        assert sent(sender(api.url, {"pass": " pa 55 \r\n"}), probe(tmp_path, **form)).reason is None
    assert dict(parse_qsl(api.requests[0].body.decode())) == {"password": " pa 55 "}


def test_iam_is_a_signature_of_the_canarys_role(tmp_path: Path) -> None:
    headers = received(tmp_path, "iam").headers
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIA2/")
    assert "/eu-west-1/execute-api/aws4_request, SignedHeaders=accept;host;" in headers["authorization"]
    assert headers["x-amz-security-token"] == "t0ken2"
    assert "x-api-key" not in headers


def test_an_api_key_is_the_services_own_or_one_of_the_secrets(tmp_path: Path) -> None:
    assert received(tmp_path, "api_key").headers["x-api-key"] == API_KEY
    own = received(tmp_path, {"api_key": "mine"}, mine="other-key\n").headers
    assert (own["x-api-key"], "authorization" in own) == ("other-key", False)


def test_both_are_signed_and_the_key_is_part_of_the_signature(tmp_path: Path) -> None:
    headers = received(tmp_path, {"iam": True, "api_key": True}).headers
    assert headers["x-api-key"] == API_KEY
    assert "x-api-key" in headers["authorization"].partition("SignedHeaders=")[2]


def test_a_bearer_token_is_a_secret(tmp_path: Path) -> None:
    headers = received(tmp_path, {"bearer": "crm"}, crm="b3arer").headers
    assert headers["authorization"] == "Bearer b3arer"


def test_a_header_of_any_name_is_a_secret_and_goes_with_a_signature(tmp_path: Path) -> None:
    header = {"header": {"name": "X-Token", "secret": "crm"}}
    assert received(tmp_path, header, crm="t").headers["x-token"] == "t"
    headers = received(tmp_path, {**header, "iam": True}, crm="t").headers
    assert headers["x-token"] == "t"
    assert "x-token" in headers["authorization"]


def oauth(url: str, **parts: Any) -> dict[str, Any]:
    return {"oauth": {"token_url": f"{url}/t?v=1", "client_id": "me:1", "client_secret": "crm", **parts}}


def test_client_credentials_give_a_token_that_is_kept_until_it_expires(tmp_path: Path) -> None:
    wall = Wall()
    with Loopback([TOKEN]) as idp, Loopback([OK]) as api:
        canary, orders = (
            sender(api.url, {"crm": "s/&"}, wall=wall),
            probe(tmp_path, oauth(idp.url, scope="a b")),
        )
        for wait_s in (0, 3539, 1):  # a minute early, so that none expires on its way
            wall.s += wait_s
            assert sent(canary, orders).reason is None
    assert [request.headers["authorization"] for request in api.requests] == ["Bearer t0-ken"] * 3
    first, second = idp.requests
    assert (first.method, first.path) == ("POST", "/t?v=1")
    assert first.headers["authorization"] == "Basic " + base64.b64encode(b"me%3A1:s%2F%26").decode()
    assert dict(parse_qsl(first.body.decode())) == {"grant_type": "client_credentials", "scope": "a b"}
    assert second == first


def test_the_clients_secret_may_go_in_the_form_with_other_parameters(tmp_path: Path) -> None:
    said = {"client_authentication": "form", "parameters": {"audience": "https://api"}}
    with Loopback([TOKEN]) as idp, Loopback([OK]) as api:
        sent(sender(api.url, {"crm": "s3"}), probe(tmp_path, oauth(idp.url, **said)))
    (asked,) = idp.requests
    assert "authorization" not in asked.headers
    assert dict(parse_qsl(asked.body.decode())) == {
        "grant_type": "client_credentials",
        "audience": "https://api",
        "client_id": "me:1",
        "client_secret": "s3",
    }


@pytest.mark.parametrize("lasts", [None, 0, -5, "soon", [], float("1e400")])
def test_a_token_of_unknown_life_is_used_once(lasts: Any, tmp_path: Path) -> None:
    body = json.dumps({"access_token": "t", "expires_in": lasts}).encode()
    with Loopback([reply(200, body)]) as idp, Loopback([OK]) as api:
        canary, orders = sender(api.url, {"crm": "s3"}), probe(tmp_path, oauth(idp.url))
        assert [sent(canary, orders).reason for _ in range(2)] == [None, None]
    assert len(idp.requests) == 2


def test_a_life_that_is_written_as_text_counts(tmp_path: Path) -> None:
    with Loopback([reply(200, {"access_token": "t", "expires_in": "300"})]) as idp, Loopback([OK]) as api:
        canary, orders = sender(api.url, {"crm": "s3"}), probe(tmp_path, oauth(idp.url))
        assert [sent(canary, orders).reason for _ in range(2)] == [None, None]
    assert len(idp.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_client_that_is_refused_lacks_its_secret_and_sends_nothing(status: int, tmp_path: Path) -> None:
    with Loopback([reply(status, {"error": "invalid_client"})]) as idp, Loopback([OK]) as api:
        outcome = sent(sender(api.url, {"crm": "old"}), probe(tmp_path, oauth(idp.url)))
    assert (outcome.reason, outcome.detail) == (
        "secret",
        f"no token: the server answered HTTP {status}",
    )
    assert (outcome.sent, api.requests) == (False, [])


NO_TOKEN: dict[str, tuple[Answer, str]] = {
    "server down": (reply(503), "the server answered HTTP 503"),
    "redirected": (reply(302, headers={"Location": "http://127.0.0.1:1/"}), "the server answered HTTP 302"),
    "no JSON": (reply(200, b"<html>"), "holds none that can be sent"),
    "deep JSON": (reply(200, b"[" * 100_000), "holds none that can be sent"),
    "no token": (reply(200, {"token": "t"}), "holds none that can be sent"),
    "header in it": (reply(200, {"access_token": "t\r\nX-Evil: 1"}), "holds none that can be sent"),
    "huge token": (reply(200, {"access_token": "t" * 20_000}), "holds none that can be sent"),
    "another kind": (reply(200, {"access_token": "t", "token_type": "mac"}), "is none of a bearer"),
    "huge body": (reply(200, b"1" * 1_000_001), "has more than 1,000,000 bytes"),
    "hangs up": (HANG_UP, "broke off"),
}


@pytest.mark.parametrize(("answer", "said"), NO_TOKEN.values(), ids=NO_TOKEN.keys())
def test_a_server_that_gives_no_token_is_the_apis_failure(answer: Answer, said: str, tmp_path: Path) -> None:
    with Loopback([answer]) as idp, Loopback([OK]) as api:
        outcome = sent(sender(api.url, {"crm": "s3cr3t"}), probe(tmp_path, oauth(idp.url)))
    assert (outcome.reason, outcome.sent, api.requests) == ("token", True, [])
    assert outcome.detail.startswith("no token: ")
    assert said in outcome.detail
    assert "s3cr3t" not in outcome.detail


def test_a_token_is_fetched_within_the_probes_deadline(tmp_path: Path) -> None:
    with Loopback([reply(200, after_s=5)]) as idp, Loopback([OK]) as api:
        outcome = sent(sender(api.url, {"crm": "s3"}, timeout_ms=100), probe(tmp_path, oauth(idp.url)))
    assert (outcome.reason, "in time" in outcome.detail) == ("token", True)


NOT_THERE = "Secrets Manager: what is stored has no secret 'crm'"


@pytest.mark.parametrize(
    "authorization",
    [
        {"bearer": "crm"},
        {"api_key": "crm"},
        {"header": {"name": "X-Token", "secret": "crm"}},
        oauth("http://127.0.0.1:1"),
    ],
)
def test_a_secret_that_is_not_there_or_fits_no_header_is_none_sent(
    authorization: Any, tmp_path: Path
) -> None:
    with Loopback([OK]) as api:
        orders = probe(tmp_path, authorization)
        missing = sent(sender(api.url), orders)
        assert (missing.reason, missing.detail) == ("secret", NOT_THERE)
        if "oauth" not in authorization:
            for value in ("a\r\nX-Evil: 1", "ü", "a\tb"):
                unfit = sent(sender(api.url, {"crm": value}), orders)
                assert (unfit.reason, unfit.detail) == ("secret", "a secret cannot stand in a header")
    assert api.requests == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_run_that_was_refused_makes_the_next_one_read_secrets_and_fetch_tokens_anew(
    status: int, aws: Aws, tmp_path: Path
) -> None:
    aws.publication(times=3)
    store = Store({"crm": "old"})
    with Loopback([TOKEN]) as idp, Loopback([reply(status), OK]) as api:
        secrets = Secrets(store, None, NAMED_ARN)
        canary = aws.canary(api.url, probe(tmp_path, oauth(idp.url)), secrets=secrets)
        assert [canary.run()["reason"] for _ in range(3)] == ["status", None, None]
    assert (len(idp.requests), store.reads) == (2, [NAMED_ARN, NAMED_ARN])


def test_a_client_that_was_refused_is_tried_with_a_secret_that_is_read_anew(aws: Aws, tmp_path: Path) -> None:
    aws.publication(times=2)
    store = Store({"crm": "old"})
    with Loopback([reply(401), TOKEN]) as idp, Loopback([OK]) as api:
        secrets = Secrets(store, None, NAMED_ARN)
        canary = aws.canary(
            api.url, probe(tmp_path, oauth(idp.url, client_authentication="form")), secrets=secrets
        )
        assert canary.run()["reason"] == "secret"
        store.held[NAMED_ARN] = json.dumps({"crm": "new"})
        assert canary.run()["reason"] is None
    assert [dict(parse_qsl(r.body.decode()))["client_secret"] for r in idp.requests] == ["old", "new"]


def test_a_refusal_that_is_expected_is_none(aws: Aws, tmp_path: Path) -> None:
    aws.publication(times=2)
    store = Store({"crm": "t"})
    with Loopback([reply(403)]) as api:
        secrets = Secrets(store, None, NAMED_ARN)
        refused = probe(tmp_path, {"bearer": "crm"}, expect={"status": 403})
        canary = aws.canary(api.url, refused, secrets=secrets)
        assert [canary.run()["ok"] for _ in range(2)] == [True, True]
    assert store.reads == [NAMED_ARN]
