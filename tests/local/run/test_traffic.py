"""Clients of the API: what they send, how they judge answers, how they keep to a pace."""

import itertools
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from local.run.client import (
    SIGNATURE_REUSE_S,
    Client,
    Sample,
    Signer,
    Target,
    judge,
)
from local.run.traffic import Pacer, Phase, drive, requests_of
from settings.service import load
from tests.local.asking import ask

LOTS = tuple(ask(f"lot-{n:03}", measured={"hue": 1.0 + n}) for n in range(5))
PHASE = Phase(name="all well", sent=LOTS, requests=12, seconds=20, per_s=None)


@dataclass
class Server:
    """Answers like the API; a test changes `answer` and reads what was received."""

    url: str = ""
    status: int = 200
    answer: Mapping[str, Any] | bytes | None = None
    delay_s: float = 0.0
    hang_up: bool = False
    received: list[tuple[Mapping[str, str], Any]] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)
    busy: int = 0
    most_busy: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with state.lock:
                state.busy += 1
                state.most_busy = max(state.most_busy, state.busy)
                state.received.append((dict(self.headers), body))
                state.connections.add(self.client_address)
            time.sleep(state.delay_s)
            with state.lock:
                state.busy -= 1
            if state.hang_up:
                self.close_connection = True
                return
            answer = state.answer or {"id": body["id"], "prediction": "barolo"}
            sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(state.status)
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's own name
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{http.server_port}/live"
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


def target(url: str, *keys: str) -> Target:
    return Target(
        url=url,
        region="eu-central-1",
        credentials=Credentials("AKIDEXAMPLE", "secret", "session"),
        api_keys=keys or ("key-1",),
    )


def run(server: Server, phase: Phase, clients: int = 3, *keys: str) -> tuple[Sample, ...]:
    return drive(target(server.url, *keys), phase, clients, stop=threading.Event())


def test_every_request_of_a_phase_is_sent_signed_with_a_key_and_judged_right(server: Server) -> None:
    samples = run(server, PHASE)
    assert [(s.status, s.code, s.ok, s.phase) for s in samples] == [(200, "", True, "all well")] * 12
    assert [s.at for s in samples] == sorted(s.at for s in samples)
    headers, body = server.received[0]
    assert set(body) == {"id", "measurements"}
    assert headers["x-api-key"] == "key-1"
    scope = "/eu-central-1/execute-api/aws4_request"
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert scope in headers["Authorization"]
    assert headers["X-Amz-Security-Token"] == "session"


def test_requests_are_sent_for_in_turn_so_that_none_is_missed(server: Server) -> None:
    run(server, PHASE, 1)
    asked = [body["id"] for _, body in server.received]
    assert set(asked[:5]) == set(asked[5:10]) == {sent.name for sent in LOTS}


def test_each_client_keeps_one_connection_and_clients_share_the_keys(server: Server) -> None:
    run(server, replace(PHASE, requests=30, ramp_up=True), 3, "key-1", "key-2")
    assert 1 <= len(server.connections) <= 3
    assert {headers["x-api-key"] for headers, _ in server.received} == {"key-1", "key-2"}


def test_with_ramp_up_a_client_joins_only_after_the_one_before_was_answered(server: Server) -> None:
    server.delay_s = 0.3
    run(server, replace(PHASE, requests=3, ramp_up=True))
    assert len(server.received) == 3
    assert server.most_busy == 2  # the first client's second request beside the second client's first
    server.most_busy = 0
    run(server, replace(PHASE, requests=3))
    assert server.most_busy == 3


def test_a_client_that_never_joins_does_not_hold_up_the_end(server: Server) -> None:
    assert len(run(server, replace(PHASE, requests=1, ramp_up=True), 8)) == 1


def test_a_phase_without_a_number_of_requests_lasts_its_time(server: Server) -> None:
    began = time.monotonic()
    samples = run(server, replace(PHASE, requests=None, seconds=0.4, per_s=50))
    assert 10 <= len(samples) <= 21
    assert time.monotonic() - began < 2


def test_stop_ends_the_traffic_at_once(server: Server) -> None:
    stop = threading.Event()
    seen: list[Sample] = []

    def on_sample(sample: Sample) -> None:
        seen.append(sample)
        stop.set()

    samples = drive(target(server.url), replace(PHASE, requests=None), 2, stop=stop, on_sample=on_sample)
    assert 1 <= len(samples) <= 2
    assert list(samples) == sorted(seen, key=lambda sample: sample.at)


def test_an_answer_that_breaks_off_is_a_failed_request_and_is_not_repeated(server: Server) -> None:
    server.hang_up = True
    samples = run(server, replace(PHASE, requests=2), 1)
    assert [(s.status, s.code) for s in samples] == [(0, "connection")] * 2
    assert len(server.received) == 2


def test_where_nothing_listens_every_request_fails() -> None:
    samples = drive(target("http://127.0.0.1:9/"), replace(PHASE, requests=2), 1, stop=threading.Event())
    assert [(s.status, s.code, s.ok) for s in samples] == [(0, "connection", False)] * 2


def test_an_answer_that_takes_too_long_is_a_timeout(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.run.client.ANSWER_TIMEOUT_S", 0.05)
    server.delay_s = 0.3
    client = Client(target(server.url), Signer(target(server.url)), "key-1", "all well")
    sample = client.call(LOTS[0])
    client.close()
    assert (sample.status, sample.code) == (0, "timeout")
    assert 50 <= sample.latency_ms < 300


ERROR = {"error": {"code": "throttled", "message": "…", "request_id": "1"}}


@pytest.mark.parametrize(
    ("status", "answer", "code"),
    [
        (200, {"id": "lot-000", "prediction": "barolo", "more": 1}, ""),
        (200, {"id": "lot-000", "prediction": "barbera"}, "wrong_value"),
        (200, {"id": "lot-001", "prediction": "barolo"}, "wrong_value"),
        (200, {"id": "lot-000"}, "wrong_value"),
        (200, [], "wrong_value"),
        (503, ERROR, "throttled"),
        (429, {"error": {"code": "too_many_requests"}}, "too_many_requests"),
        (403, {"message": "Forbidden"}, "bad_body"),
        (502, "text", "bad_body"),
    ],
)
def test_an_answer_is_right_only_with_the_values_that_are_known(status: int, answer: Any, code: str) -> None:
    assert judge(status, json.dumps(answer).encode(), LOTS[0]) == code


def test_an_answer_that_is_no_json_is_a_bad_body() -> None:
    assert judge(200, b"<html>", LOTS[0]) == "bad_body"
    assert judge(200, b"\xff", LOTS[0]) == "bad_body"


def test_a_signature_is_reused_for_the_same_request_while_it_is_fresh() -> None:
    now = [0.0]
    signer = Signer(target("http://127.0.0.1:1/live"), clock=lambda: now[0])
    first, other = signer.headers(LOTS[0]), signer.headers(LOTS[1])
    now[0] = SIGNATURE_REUSE_S - 1
    assert signer.headers(LOTS[0]) is first
    assert other["Authorization"] != first["Authorization"]
    now[0] = SIGNATURE_REUSE_S
    assert signer.headers(LOTS[0]) is not first


def test_an_idle_connection_is_opened_anew(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.run.client.IDLE_S", 0.0)
    client = Client(target(server.url), Signer(target(server.url)), "key-1", "all well")
    assert [client.call(sent).ok for sent in LOTS[:2]] == [True, True]
    client.close()
    assert len(server.connections) == 2


@given(
    per_s=st.floats(min_value=0.5, max_value=500),
    gaps=st.lists(st.floats(min_value=0, max_value=3), min_size=2, max_size=40),
)
def test_starts_are_never_closer_than_the_pace_allows(per_s: float, gaps: list[float]) -> None:
    now = [100.0]
    pacer = Pacer(per_s, clock=lambda: now[0])
    starts = []
    for gap in gaps:
        now[0] += gap
        starts.append(now[0] + pacer.delay_s())
    between = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert min(between) >= 1 / per_s - 1e-6


def test_without_a_pace_nothing_waits() -> None:
    assert [Pacer(None).delay_s() for _ in range(3)] == [0.0, 0.0, 0.0]


SAMPLE = {
    "operation": "createPrediction",
    "request": {"body": {"id": "lot-002", "measurements": {"color_intensity": 1, "hue": 1, "proline": 1}}},
    "expect": {"values": [{"pointer": "/prediction", "equals": "barbera"}]},
}


def test_customers_send_what_the_training_wrote_and_judge_it_by_the_contract_too(tmp_path: Path) -> None:
    (tmp_path / "samples.jsonl").write_text(json.dumps(SAMPLE) + "\n")
    (sent,) = requests_of(load("wine"), tmp_path)
    assert (sent.method, sent.target, sent.content_type) == ("POST", "/v1/predictions", "application/json")
    assert sent.name == "createPrediction"
    assert json.loads(sent.body or b"") == SAMPLE["request"]["body"]  # type: ignore[index]  # made above
    whole = {
        "id": "lot-002",
        "prediction": "barbera",
        "probability": 1,
        "model_version": "1",
        "request_id": "r",
    }
    assert judge(200, json.dumps(whole).encode(), sent) == ""
    assert judge(200, json.dumps({**whole, "prediction": "barolo"}).encode(), sent) == "wrong_value"
    assert judge(200, json.dumps({**whole, "probability": 2}).encode(), sent) == "bad_body"


def test_without_samples_customers_send_what_the_canary_sends(tmp_path: Path) -> None:
    (sent,) = requests_of(load("wine"), tmp_path)
    assert json.loads(sent.body or b"")["id"] == "lot-001"
