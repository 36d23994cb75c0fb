import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.stand_ins.loopback import Answer, Loopback, closed_port, reply
from handlers.inference.aws.credentials import ContainerCredentials, CredentialsError, credential_source
from handlers.inference.aws.signature import Credentials
from handlers.transport import TimedOutError

KEYS = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s3cret"}
SOON_S = 1.0


def issued(key: str = "ASIA1", *, minutes: float = 360, **changed: Any) -> dict[str, Any]:
    expires = datetime.now(UTC) + timedelta(minutes=minutes)
    made = {"AccessKeyId": key, "SecretAccessKey": "s3cret", "Token": "t0ken"}
    return {**made, "Expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"), **changed}


class Server(Loopback):
    """The runtime's local server; `ask` for what a request in `within_s` gets."""

    def __enter__(self) -> "Server":
        super().__enter__()
        self.source = ContainerCredentials(time.monotonic)
        return self

    def ask(self, within_s: float = SOON_S) -> Credentials:
        return self.source(time.monotonic() + within_s)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    running: list[Server] = []

    def start(*script: Answer) -> Server:
        server = Server(script).__enter__()
        running.append(server)
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{server.url}/credentials")
        monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let me in")
        return server

    yield start
    for server in running:
        server.__exit__(None, None, None)


def test_lambdas_variables_hold_for_good() -> None:
    fixed = Credentials(access_key="AKIA1", secret_key="s3cret", token=None)
    assert credential_source(KEYS, time.monotonic)(0) == fixed
    with_token = credential_source({**KEYS, "AWS_SESSION_TOKEN": "t0ken"}, time.monotonic)(0)
    assert with_token == Credentials(access_key="AKIA1", secret_key="s3cret", token="t0ken")


def test_a_restored_function_asks_its_local_server_once_and_not_before_it_needs_to(serve: Any) -> None:
    server = serve(reply(200, issued()))
    assert isinstance(credential_source({}, time.monotonic), ContainerCredentials)
    assert server.requests == []
    expected = Credentials(access_key="ASIA1", secret_key="s3cret", token="t0ken")
    assert server.ask() == server.ask() == expected
    (request,) = server.requests
    assert (request.path, request.headers["authorization"]) == ("/credentials", "let me in")


def test_who_waits_waits_no_longer_than_its_deadline_and_the_next_one_has_them(serve: Any) -> None:
    server = serve(reply(200, issued(), after_s=0.3))
    started = time.monotonic()
    with pytest.raises(TimedOutError):
        server.ask(within_s=0.1)
    assert 0.1 <= time.monotonic() - started < 0.25
    assert server.ask().access_key == "ASIA1"
    assert len(server.requests) == 1  # the second waited for the first one's fetch


def test_renewal_ahead_of_expiry_costs_nobody_a_wait(serve: Any) -> None:
    server = serve(
        reply(200, issued("old", minutes=14)), reply(200, issued("new"), after_s=0.2), reply(500, None)
    )
    assert server.ask().access_key == "old"
    started = time.monotonic()
    assert server.ask().access_key == "old"
    assert time.monotonic() - started < 0.1
    server.source._fetching.join()  # noqa: SLF001  # the renewal
    assert server.ask().access_key == "new"
    assert len(server.requests) == 2


@pytest.mark.parametrize(("minutes", "requests"), [(15.5, 1), (14.5, 2)])
def test_renewal_begins_a_quarter_of_an_hour_ahead(minutes: float, requests: int, serve: Any) -> None:
    server = serve(reply(200, issued(minutes=minutes)))
    server.ask()
    server.ask()
    server.source._fetching.join()  # noqa: SLF001  # a renewal, if there is one
    assert len(server.requests) == requests


def test_a_renewal_that_fails_leaves_the_old_ones_in_use(serve: Any) -> None:
    server = serve(reply(200, issued("old", minutes=5)), reply(500, None))
    assert [server.ask().access_key for _ in range(3)] == ["old", "old", "old"]


@pytest.mark.parametrize(("seconds", "held"), [(70, True), (50, False)])
def test_what_is_about_to_expire_is_not_signed_with(seconds: float, *, held: bool, serve: Any) -> None:
    server = serve(reply(200, issued("old", minutes=seconds / 60)), reply(200, issued("new"), after_s=0.1))
    server.source._fetch()  # noqa: SLF001  # the old ones
    assert server.ask().access_key == ("old" if held else "new")


BAD: dict[str, tuple[Answer, str]] = {
    "an error": (reply(500, issued()), "HTTP 500"),
    "no JSON": (reply(200, b"s3cret"), "are no credentials"),
    "deep JSON": (reply(200, b"[" * 200_000), "are no credentials"),
    "a list": (reply(200, [issued()]), "are no credentials"),
    "no secret": (reply(200, issued(SecretAccessKey=None)), "are no credentials"),
    "no expiry": (reply(200, issued(Expiration="s3cret")), "are no credentials"),
    "expired": (reply(200, issued(minutes=-5)), "no credentials"),
}


@pytest.mark.parametrize(("answer", "said"), BAD.values(), ids=BAD.keys())
def test_what_are_no_credentials_is_told_without_what_came_and_asked_for_again(
    answer: Answer, said: str, serve: Any, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(answer, reply(200, issued("next")))
    with pytest.raises(CredentialsError, match=said) as raised:
        server.ask()
    assert "s3cret" not in caplog.text + str(raised.value)
    assert server.ask().access_key == "next"


@pytest.mark.parametrize(
    "url", [None, "nonsense", f"http://127.0.0.1:{closed_port()}"], ids=["none", "no address", "nobody there"]
)
def test_without_a_server_the_error_says_so(url: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", raising=False)
    if url is not None:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
    with pytest.raises(CredentialsError, match=r"is no URL|no connection to"):
        ContainerCredentials(time.monotonic)(time.monotonic() + SOON_S)


def test_without_another_thread_the_old_ones_are_used(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(reply(200, issued("old", minutes=5)))
    server.ask()

    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    server.source._fetching.join()  # noqa: SLF001  # the first fetch
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    assert server.ask().access_key == "old"
    assert len(server.requests) == 1
