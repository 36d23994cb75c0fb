"""No secret of any kind leaves the canary but in the request that it is for, whatever comes back."""

import json
import logging
import os
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import Credentials

from bench.stand_ins.daemon import Daemon
from bench.stand_ins.loopback import HANG_UP, Answer, Loopback, closed_port, raw, reply
from handlers import logs
from handlers.canary.canary import Canary
from handlers.canary.secrets import Secrets
from handlers.canary.settings import Settings
from tests.handlers.canary.sending import API_KEY_ARN, NAMED_ARN, Store, probes
from tests.handlers.canary.test_canary import NOW
from tests.handlers.conftest import sampled

NAMED = {
    "key": "N4med-Api-Key",
    "crm": "B3arer-Of-Crm",
    "head": "H3ader-Secret",
    "client": "Cl1ent-Secret",
    "pass": "P4ssword-In-Body",
    "hc": "H3artbeat-Id",
}
OWN, ISSUED, SESSION = "0wn-Api-Key", "Issu3d-Access-Token", "S3ssion-Of-Login"
ROLE = ("AKIA-Of-R0le", "R0le-Secret-Key", "R0le-Session-Token")
ALL = (*NAMED.values(), OWN, ISSUED, SESSION, *ROLE)


def named(url: str) -> dict[str, str]:
    return {**NAMED, "hc": f"{url}/{NAMED['hc']}?k={NAMED['hc']}"}


def content(tokens: str) -> dict[str, Any]:
    """Probes of every kind of authorization; the last logs in, calls and logs out."""
    oauth = {"token_url": f"{tokens}/token", "client_id": "canary", "client_secret": "client"}
    known = {
        "path": "/v1/items",
        "heartbeat": "hc",
        "expect": {"values": [{"pointer": "/ok", "equals": True}]},
    }
    session = {"headers": {"X-Session": "${session}"}}
    return {
        "authorization": {"iam": True, "api_key": True},
        "probes": [
            {"name": "own", **known},
            {"name": "key", **known, "authorization": {"api_key": "key", "bearer": "crm"}},
            {"name": "head", **known, "authorization": {"header": {"name": "X-Head", "secret": "head"}}},
            {"name": "oauth", **known, "authorization": {"oauth": oauth}},
            {
                "name": "steps",
                **known,
                "authorization": "none",
                "before": [
                    {
                        "name": "login",
                        "path": "/login",
                        "request": {"body": {"password": "${secrets.pass}"}},
                        "take": {"session": {"pointer": "/session"}},
                    }
                ],
                "request": session,
                "cleanup": [{"name": "out", "path": "/out/${session}", "request": session}],
            },
        ],
    }


ECHO = {"ok": False, "session": SESSION, "error": {"code": " ".join(ALL), "message": " ".join(ALL)}}
TOLD_BACK = {"X-Echo": " ".join(ALL), "Location": f"https://example.com/{NAMED['crm']}"}
GOOD = reply(200, {"ok": True, "session": SESSION}, headers={"X-Echo": " ".join(ALL)})
TOKEN = reply(200, {"access_token": ISSUED, "expires_in": 3600})
SPELLED = " ".join(ALL).encode()
WORLDS: dict[str, tuple[Answer, Answer, Answer]] = {  # of the API, the token server and the heartbeat
    "all is well": (GOOD, TOKEN, reply(200)),
    "all is echoed as an error": (reply(500, ECHO, headers=TOLD_BACK), TOKEN, reply(500, ECHO)),
    "all is echoed as a wrong answer": (reply(200, ECHO, headers=TOLD_BACK), TOKEN, reply(404, ECHO)),
    "all is refused": (reply(403, ECHO), reply(401, ECHO), reply(302, headers=TOLD_BACK)),
    "no token in an echo": (GOOD, reply(200, {"access_token": " ".join(ALL)}), raw(SPELLED + b"\r\n\r\n")),
    "no HTTP": (raw(SPELLED + b"\r\n\r\n"), raw(SPELLED), HANG_UP),
    "half an answer": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + SPELLED), HANG_UP, HANG_UP),
    "a status that is none": (raw(b"HTTP/1.1 " + SPELLED + b"\r\n\r\n"), TOKEN, HANG_UP),
    "a length that is none": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + SPELLED + b"\r\n"),
        TOKEN,
        HANG_UP,
    ),
}


class Kept(logging.Handler):
    """What would be written into the log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(logs.JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Metrics:
    """Stands in for CloudWatch."""

    def __init__(self) -> None:
        self.published: list[Any] = []

    def put_metric_data(self, **parameters: Any) -> None:
        self.published.append(parameters)


@pytest.fixture
def log() -> Iterator[Kept]:
    kept, root = Kept(), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    yield kept
    root.removeHandler(kept)
    root.setLevel(level)


@pytest.fixture(params=["xray", "otlp"])
def daemon(request: pytest.FixtureRequest, lambda_: pytest.MonkeyPatch) -> Iterator[Daemon]:
    with sampled(lambda_, request.param) as running:
        yield running


def canary(folder: Path, url: str, tokens: str, watcher: str, metrics: Metrics) -> Canary:
    store = Store(named(watcher))
    store.held[API_KEY_ARN] = OWN
    return Canary(
        settings=Settings(
            service="shop-prod", api_url=f"{url}/live", api_region="eu-west-1", timeout_ms=2000
        ),
        secrets=Secrets(store, API_KEY_ARN, NAMED_ARN),
        credentials=lambda: Credentials(*ROLE),
        metrics=metrics,
        probes=probes(folder, content(tokens)),
        clock=time.monotonic,
        now=lambda: NOW,
    )


def told(result: Any, metrics: Metrics, log: Kept, daemon: Daemon) -> str:
    """Everything that leaves the function but for its requests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return json.dumps([result, metrics.published, log.lines, daemon.received(), environment], default=str)


@pytest.mark.parametrize("answers", WORLDS.values(), ids=WORLDS.keys())
def test_nothing_is_told_of_a_secret(
    answers: tuple[Answer, Answer, Answer], tmp_path: Path, log: Kept, daemon: Daemon
) -> None:
    metrics = Metrics()
    with ExitStack() as up:
        api, tokens, watcher = (up.enter_context(Loopback([answer])) for answer in answers)
        running = canary(tmp_path, api.url, tokens.url, watcher.url, metrics)
        result = [running.run(), running.run()]
        sent = json.dumps([[r.path, dict(r.headers), r.body.decode()] for r in api.requests])
    assert OWN in sent, "the test would see nothing"
    everything = told(result, metrics, log, daemon)
    assert "## canary" in everything
    assert [secret for secret in ALL if secret in everything] == []


def test_nothing_is_told_where_nothing_answers(tmp_path: Path, log: Kept, daemon: Daemon) -> None:
    metrics, nowhere = Metrics(), f"http://127.0.0.1:{closed_port()}"
    result = canary(tmp_path, nowhere, nowhere, nowhere, metrics).run()
    assert [secret for secret in ALL if secret in told(result, metrics, log, daemon)] == []


HELD: dict[str, Callable[[Store], None]] = {
    "no JSON": lambda store: store.held.update({NAMED_ARN: " ".join(ALL), API_KEY_ARN: " ".join(ALL)}),
    "a list": lambda store: store.held.update({NAMED_ARN: json.dumps(ALL)}),
    "lines": lambda store: store.held.update(
        {NAMED_ARN: json.dumps({name: f"{value}\r\n{value}" for name, value in NAMED.items()})}
    ),
    "no text": lambda store: store.held.update(
        {NAMED_ARN: json.dumps({name: [v] for name, v in NAMED.items()})}
    ),
    "another alphabet": lambda store: store.held.update(
        {NAMED_ARN: json.dumps({name: f"{value}ü" for name, value in NAMED.items()})}
    ),
}


@pytest.mark.parametrize("spoil", HELD.values(), ids=HELD.keys())
def test_nothing_is_told_of_a_secret_that_is_none(
    spoil: Callable[[Store], None], tmp_path: Path, log: Kept, xray: Daemon
) -> None:
    metrics = Metrics()
    with Loopback([GOOD]) as api:
        running = canary(tmp_path, api.url, api.url, api.url, metrics)
        spoil(running._secrets._client)  # noqa: SLF001  # what Secrets Manager holds
        result = running.run()
    assert [secret for secret in ALL if secret in told(result, metrics, log, xray)] == []


@pytest.mark.parametrize("where", ["http.client.HTTPConnection.request", "handlers.canary.templates.filled"])
def test_an_error_of_a_library_that_repeats_a_secret_is_told_by_its_type(
    where: str, tmp_path: Path, log: Kept, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*arguments: Any, **_: Any) -> None:
        raise LookupError(f"{' '.join(ALL)} {arguments!r}")

    metrics = Metrics()
    with Loopback([GOOD]) as api:
        running = canary(tmp_path, api.url, api.url, api.url, metrics)
        monkeypatch.setattr(where, failing)
        try:
            result: Any = running.run()
        except Exception as error:  # noqa: BLE001  # whatever comes out is judged
            result = traceback.format_exception(error)
        monkeypatch.undo()
    everything = told(result, metrics, log, daemon)
    assert "LookupError" in everything
    assert [secret for secret in ALL if secret in everything] == []
