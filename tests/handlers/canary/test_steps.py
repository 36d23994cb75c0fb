"""Probes of several steps over HTTP: values taken and filled in, one deadline, clean-up whatever happens."""

import time
from pathlib import Path
from typing import Any

import pytest

from bench.stand_ins.loopback import HANG_UP, Answer, Loopback, raw, reply
from handlers.canary.probes import Probe
from tests.handlers.canary.sending import probe, sender, sent

LOGIN = {
    "name": "login",
    "path": "/login",
    "request": {"body": {"user": "canary", "password": "${secrets.pass}"}},
    "take": {"token": {"pointer": "/token"}},
}
REMOVE = {
    "name": "remove",
    "method": "DELETE",
    "path": "/orders/${order}",
    "request": {"headers": {"Authorization": "Bearer ${token}"}},
    "expect": {"status": 204},
}
CREATE: dict[str, Any] = {
    "request": {
        "body": {"items": [1], "by": "${token}", "note": "$${x} of ${token}", "is": "$${x}"},
        "headers": {"Authorization": "Bearer ${token}"},
    },
    "expect": {"status": 201},
    "take": {"order": {"header": "Location", "matches": "/orders/([^/]+)$"}},
    "before": [LOGIN],
    "cleanup": [REMOVE],
}
IN = reply(200, {"token": "t-1"})
CREATED = reply(201, {}, headers={"Location": "https://api/live/orders/7%2F8"})
GONE = reply(204, b"")


def create(folder: Path, **parts: Any) -> Probe:
    return probe(folder, **{**CREATE, **parts})


def run(folder: Path, *answers: Answer, **parts: Any) -> tuple[Any, list[str], Loopback]:
    with Loopback(answers) as api:
        outcome = sent(sender(api.url, {"pass": "pa55"}), create(folder, **parts))
    return outcome, [f"{request.method} {request.path}" for request in api.requests], api


def test_values_of_an_answer_are_filled_into_later_steps(tmp_path: Path) -> None:
    outcome, calls, api = run(tmp_path, IN, CREATED, GONE)
    assert (outcome.reason, outcome.status, outcome.step) == (None, 201, None)
    assert calls == ["POST /live/login", "POST /live/orders", "DELETE /live/orders/7%252F8"]
    login, order, gone = api.requests
    assert login.json() == {"user": "canary", "password": "pa55"}
    assert order.json() == {"items": [1], "by": "t-1", "note": "${x} of t-1", "is": "${x}"}
    assert order.headers["authorization"] == gone.headers["authorization"] == "Bearer t-1"
    assert api.connections == 3  # each as a new customer's


def test_the_latency_is_that_of_the_probes_own_call(tmp_path: Path) -> None:
    login, gone = reply(200, {"token": "t"}, after_s=0.1), reply(204, b"", after_s=0.1)
    outcome, _, _ = run(tmp_path, login, CREATED, gone)
    assert 0 < outcome.latency_ms < 90


def test_a_step_before_that_fails_is_the_probes_failure_and_what_was_never_made_is_not_removed(
    tmp_path: Path,
) -> None:
    outcome, calls, _ = run(tmp_path, reply(500))
    assert (outcome.reason, outcome.status, outcome.step) == ("status", 500, "login")
    assert calls == ["POST /live/login"]


@pytest.mark.parametrize(
    ("created", "reason"),
    [
        (reply(201, {"total": 2}, headers={"Location": "/orders/7"}), "value"),
        (reply(201, b"<html>", headers={"Location": "/orders/7"}), "schema"),
    ],
)
def test_clean_up_runs_after_a_failure_too(created: Answer, reason: str, tmp_path: Path) -> None:
    expect = {"status": 201, "values": [{"pointer": "/total", "equals": 1}]}
    outcome, calls, _ = run(tmp_path, IN, created, GONE, expect=expect)
    assert (outcome.reason, outcome.step) == (reason, None)
    assert calls[2:] == ["DELETE /live/orders/7"]


def test_clean_up_that_fails_is_a_failure_unless_there_is_one_already(tmp_path: Path) -> None:
    outcome, _, _ = run(tmp_path, IN, CREATED, reply(500))
    assert (outcome.reason, outcome.status, outcome.step) == ("status", 500, "remove")
    failed, _, _ = run(
        tmp_path, IN, reply(409), reply(500), take={}, cleanup=[{**REMOVE, "path": "/orders/all"}]
    )
    assert (failed.status, failed.step) == (409, None)


def test_every_clean_up_step_runs_though_one_before_it_fails(tmp_path: Path) -> None:
    steps = [{**REMOVE, "name": name} for name in ("one", "two")]
    outcome, calls, _ = run(tmp_path, IN, CREATED, reply(500), HANG_UP, cleanup=steps)
    assert (outcome.step, outcome.status, len(calls)) == ("one", 500, 4)


def test_all_steps_share_one_deadline_and_clean_up_has_a_little_of_its_own(tmp_path: Path) -> None:
    late = reply(201, {}, headers={"Location": "/orders/7"}, after_s=5)
    removed = {**REMOVE, "path": "/orders/last"}
    with Loopback([reply(200, {"token": "t"}, after_s=0.15), late, GONE]) as api:
        canary = sender(api.url, {"pass": "p"}, timeout_ms=300)
        started = time.monotonic()
        outcome = sent(canary, create(tmp_path, take={}, cleanup=[removed]))
        took_s = time.monotonic() - started
    assert (outcome.reason, outcome.step) == ("timeout", None)
    assert outcome.latency_ms < 250  # what the first step has left
    assert took_s < 1.5
    assert api.requests[2].path == "/live/orders/last"


HOSTILE: dict[str, Any] = {
    "header injection": "t\r\nX-Evil: 1",
    "nothing": "",
    "an object": {"a": 1},
    "null": None,
    "too long": "t" * 9000,
    "not ASCII": "tü",
}


@pytest.mark.parametrize("token", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_taken_value_that_fits_no_header_goes_nowhere(token: Any, tmp_path: Path) -> None:
    outcome, calls, _ = run(tmp_path, reply(200, {"token": token}), CREATED)
    assert outcome.reason == "value"
    assert calls == ["POST /live/login"]
    assert "Evil" not in outcome.detail


@pytest.mark.parametrize(
    ("order", "path"),
    [("a/../b?c#d", "a%2F..%2Fb%3Fc%23d"), ("ü é", "%C3%BC%20%C3%A9"), (7, "7"), (True, "true")],
)
def test_a_taken_value_stays_one_part_of_a_path(order: Any, path: str, tmp_path: Path) -> None:
    take = {"order": {"pointer": "/id"}}
    outcome, calls, _ = run(tmp_path, IN, reply(201, {"id": order}), GONE, take=take)
    assert outcome.reason is None
    assert calls[2] == f"DELETE /live/orders/{path}"


@pytest.mark.parametrize("order", ["", ".", "..", "x" * 2001, {}, []])
def test_a_taken_value_that_would_lead_elsewhere_is_not_sent(order: Any, tmp_path: Path) -> None:
    take = {"order": {"pointer": "/id"}}
    outcome, calls, _ = run(tmp_path, IN, reply(201, {"id": order}), GONE, take=take)
    assert (outcome.reason, outcome.step, len(calls)) == ("value", "remove", 2)


@pytest.mark.parametrize("found", [b"1e999", b'{"a":' * 900 + b"1e999" + b"}" * 900])
def test_a_taken_value_that_is_no_json_goes_into_no_body(found: bytes, tmp_path: Path) -> None:
    outcome, calls, _ = run(
        tmp_path, reply(200, b'{"token": ' + found + b"}"), request={"body": {"v": "${token}"}}
    )
    assert (outcome.reason, outcome.detail) == ("value", "what a body was filled with is no JSON")
    assert calls == ["POST /live/login"]


def test_an_answer_cannot_ask_for_a_secret_or_another_value(tmp_path: Path) -> None:
    answer = reply(200, {"token": "${secrets.pass}"})
    _, _, api = run(tmp_path, answer, CREATED, GONE)
    assert api.requests[1].headers["authorization"] == "Bearer ${secrets.pass}"
    assert "pa55" not in str(api.requests[1])


def test_a_cookie_is_found_though_another_comes_after_it(tmp_path: Path) -> None:
    cookies = raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: s=1; Path=/\r\nSet-Cookie: t=2\r\n\r\n{}"
    )
    login = {**LOGIN, "take": {"token": {"header": "Set-Cookie", "matches": "s=([^;]+)"}}}
    outcome, _, api = run(tmp_path, cookies, CREATED, GONE, before=[login])
    assert outcome.reason is None
    assert api.requests[1].headers["authorization"] == "Bearer 1"


def test_a_header_of_the_file_replaces_the_canarys_own_in_any_letters(tmp_path: Path) -> None:
    given = {"request": {"headers": {"accept": "text/csv", "USER-AGENT": "me"}}}
    with Loopback([reply(200, {})]) as api:
        sent(sender(api.url), probe(tmp_path, **given))
    (request,) = api.requests
    assert (request.headers["accept"], request.headers["user-agent"]) == ("text/csv", "me")


@pytest.mark.parametrize(
    ("take", "answer"),
    [
        ({"pointer": "/a~1b/0"}, reply(201, {"a/b": []})),
        ({"pointer": "/a"}, reply(201, {"a": None})),
        ({"pointer": "/a"}, reply(201, b"no JSON")),
        ({"header": "Location"}, reply(201, {})),
        ({"header": "Location", "matches": "x(.*)y"}, reply(201, {}, headers={"Location": "xy"})),
        ({"header": "Location", "matches": "z"}, reply(201, {}, headers={"Location": "xy"})),
    ],
)
def test_a_value_that_is_not_there_is_the_steps_failure(take: Any, answer: Answer, tmp_path: Path) -> None:
    outcome, _, _ = run(tmp_path, IN, answer, take={"order": take})
    assert (outcome.reason, outcome.detail) == ("value", "`order` is not there")


def test_a_login_elsewhere_gets_no_authorization_of_the_api_and_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.canary.probe.tracing.current_header", lambda: "Root=1-2-3")
    with Loopback([IN]) as idp, Loopback([reply(200, {})]) as api:
        login = {**LOGIN, "url": f"{idp.url}/oauth/", "take": {}}
        outcome = sent(sender(api.url, {"pass": "p"}), probe(tmp_path, "iam", before=[login]))
    assert outcome.reason is None
    (asked,), (called,) = idp.requests, api.requests
    assert asked.path == "/oauth/login"
    assert not {"authorization", "x-amz-security-token", "x-amzn-trace-id"} & asked.headers.keys()
    assert called.headers["x-amzn-trace-id"] == "Root=1-2-3"


def test_a_form_is_sent_as_one_with_what_refers_to_secrets(tmp_path: Path) -> None:
    form = {"request": {"form": {"user": "a b", "password": "${secrets.pass}"}}}
    with Loopback([reply(200, {})]) as api:
        sent(sender(api.url, {"pass": "&=ü"}), probe(tmp_path, **form))
    (request,) = api.requests
    assert sorted(request.body.split(b"&")) == [b"password=%26%3D%C3%BC", b"user=a+b"]
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


def test_a_known_value_may_be_one_that_was_taken(tmp_path: Path) -> None:
    expect = {"values": [{"pointer": "/by", "equals": "${token}"}]}
    for by, reason in (("t-1", None), ("other", "value")):
        with Loopback([IN, reply(200, {"by": by})]) as api:
            outcome = sent(sender(api.url, {"pass": "p"}), probe(tmp_path, before=[LOGIN], expect=expect))
        assert outcome.reason == reason


@pytest.mark.parametrize(
    ("value", "reason"), [("application/json", None), ("application/json; x", "header"), (None, "header")]
)
def test_a_header_of_the_answer_is_known(value: str | None, reason: str | None, tmp_path: Path) -> None:
    headers = {} if value is None else {"content-type": value}
    for known in ({"equals": "application/json"}, {"matches": "application/(json|xml)"}):
        expect = {"headers": [{"name": "Content-Type", **known}]}
        with Loopback([reply(200, {}, headers=headers)]) as api:
            assert sent(sender(api.url), probe(tmp_path, expect=expect)).reason == reason


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    with Loopback([]) as other, Loopback([reply(307, headers={"Location": other.url})]) as api:
        outcome = sent(sender(api.url), probe(tmp_path, "iam"))
    assert (outcome.reason, outcome.status, other.requests) == ("status", 307, [])


def test_the_trace_holds_what_stands_in_the_file_and_nothing_that_was_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    original = __import__("handlers.tracing", fromlist=["http_call"]).http_call

    def spied(host: str, method: str, url: str) -> Any:
        seen.append(url.removeprefix("http://"))
        return original(host, method, url)

    monkeypatch.setattr("handlers.canary.probe.tracing.http_call", spied)
    run(tmp_path, IN, CREATED, GONE)
    assert [url.partition("/")[2] for url in seen] == ["live/login", "live/orders", "live/orders/${order}"]
