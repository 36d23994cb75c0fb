"""The contract, held by the real gunicorn with the shipped settings on a loopback port."""

import contextlib
import http.client
import json
import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.artefact import load
from model.wire import MAX_BODY_BYTES
from tests.model.served import (
    LOT_001,
    PARENT_ID,
    ROOT,
    TRACE_ID,
    TRACED,
    Server,
    collecting,
    serving,
    wait_until,
)
from tests.model.test_wire import JSON


@pytest.fixture(scope="module")
def server(artefact: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with serving(artefact, log, WEB_CONCURRENCY="1", AWS_XRAY_SDK_ENABLED="false") as running:
        yield running


def raw(server: Server, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
        return answer


def test_ping_names_the_version_that_is_served(server: Server, artefact: Path) -> None:
    reply = server.call("GET", "/ping")
    version = load("wine", artefact).version
    assert (reply.status, reply.json) == (200, {"status": "ok", "model_version": version})


def test_a_known_lot_gets_its_known_prediction_and_the_same_one_again(server: Server) -> None:
    first, second = server.invoke(LOT_001, LOT_001), server.invoke(LOT_001, LOT_001)
    assert first.status == 200
    assert [found["label"] for found in first.json["predictions"]] == ["barolo", "barolo"]
    assert first.body == second.body


def test_a_mistake_is_a_json_400_that_names_instance_and_feature(server: Server) -> None:
    reply = server.invoke(LOT_001, LOT_001 | {"hue": "blue"})
    assert reply.status == 400
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json == {"error": "instances[1].hue must be a number within plus and minus 1,000,000"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=500) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_body_makes_the_server_fail(server: Server, content: bytes) -> None:
    reply = server.call("POST", "/invocations", content)
    assert reply.status == 400
    assert set(reply.json) == {"error"}


def test_a_connection_serves_many_requests_and_survives_refused_ones(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    good = json.dumps({"instances": [LOT_001]})
    statuses, sockets = [], set()
    for content in (good, "{", good, " " * (MAX_BODY_BYTES + 1), good, " " * 9_000_000, good):
        connection.request("POST", "/invocations", content)
        sockets.add(id(connection.sock))
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    assert statuses == [200, 400, 200, 413, 200, 413, 200]
    assert len(sockets) == 1


def test_a_chunked_body_is_read(server: Server) -> None:
    content = json.dumps({"instances": [LOT_001]}).encode()
    chunks = (
        b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (content[:50], content[50:])) + b"0\r\n\r\n"
    )
    head = b"POST /invocations HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert raw(server, head + chunks).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (b"Transfer-Encoding: chunked", b"zz\r\nno hexadecimal length\r\n"),
        (b"Transfer-Encoding: chunked", b"5\r\nabc"),
        (b"Content-Length: 500", b'{"instances":'),
        (b"Content-Length: -1", b""),
    ],
)
def test_a_broken_or_cut_off_body_is_400(server: Server, headers: bytes, body: bytes) -> None:
    answer = raw(server, b"POST /invocations HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n\r\n" + body)
    assert re.match(rb"HTTP/1\.1 400 ", answer), answer


def test_connections_that_say_nothing_or_half_of_it_stop_neither_ping_nor_predictions(
    server: Server,
) -> None:
    starts = [b"", b"POST /invoc", b"POST /invocations HTTP/1.1\r\nContent-Length: 500\r\n\r\n{"] * 10
    with contextlib.ExitStack() as stack:
        connections = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in starts
        ]
        for connection, start in zip(connections, starts, strict=True):
            connection.sendall(start)
        began = time.monotonic()
        assert [server.call("GET", "/ping").status, server.invoke(LOT_001).status] == [200, 200]
        assert time.monotonic() - began < 2  # SageMaker's own limit for a ping
        # One that does not go on is given up, so that no number of them stops the server for good.
        connections[2].settimeout(15)
        assert connections[2].recv(20).startswith(b"HTTP/1.1 400 ")


def test_every_line_of_the_log_is_json(server: Server) -> None:
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert {"time", "level", "logger", "process", "message"} <= set(lines[0])
    assert lines[0]["message"].startswith("Starting gunicorn")


def test_without_an_artefact_the_container_ends_at_once_and_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gunicorn", "--config", "model/gunicorn.conf.py"]
    environment = {"PATH": os.environ["PATH"], "MODEL_DIR": str(tmp_path), "BIND": "127.0.0.1:0"}
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert f"error: no model in {tmp_path}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can give its workers another user, as in the container"
)
def test_the_images_entry_point_serves_with_workers_that_are_not_root(artefact: Path, tmp_path: Path) -> None:
    search = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = (str(ROOT / "model" / "serve"), "serve")
    with serving(
        artefact, tmp_path / "log", *command, PATH=search, WORKER_USER="nobody", WEB_CONCURRENCY="2"
    ) as server:
        nobody = pwd.getpwnam("nobody").pw_uid

        def owners() -> list[int]:
            return [Path(f"/proc/{pid}").stat().st_uid for pid in server.workers()]

        # A worker is root for the moment between its fork and its first act, which is to change that.
        wait_until(lambda: owners() == [nobody, nobody], "two workers of nobody's")
        assert server.invoke(LOT_001).status == 200
        os.kill(server.pid, signal.SIGTERM)
        wait_until(lambda: not server.workers(), "the workers to end")


def test_each_forked_worker_sends_its_own_traces_and_its_last_ones_when_it_is_replaced(
    artefact: Path, tmp_path: Path
) -> None:
    command = (sys.executable, "-m", "gunicorn", "--config", "model/gunicorn.conf.py")
    short_lived = ("--max-requests", "20", "--max-requests-jitter", "0")
    log = tmp_path / "log"
    with collecting() as collector:
        with serving(
            artefact, log, *command, *short_lived, WEB_CONCURRENCY="2", AWS_ENDPOINT_URL_XRAY=collector.url
        ) as server:
            statuses = [server.invoke(LOT_001, headers=TRACED).status for _ in range(100)]
        assert statuses == [200] * 100
        assert log.read_text().count("Booting worker") >= 5
        assert len({segment["id"] for segment in collector.segments}) == len(collector.segments) == 100
        assert {(each["trace_id"], each["parent_id"]) for each in collector.segments} == {
            (TRACE_ID, PARENT_ID)
        }


def test_an_x_ray_that_never_answers_changes_no_answer_and_holds_up_no_end(
    artefact: Path, tmp_path: Path
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(100)
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with serving(
            artefact, tmp_path / "log", WEB_CONCURRENCY="1", AWS_ENDPOINT_URL_XRAY=endpoint
        ) as server:
            plain = server.invoke(LOT_001)
            assert server.invoke(LOT_001, headers=TRACED).body == plain.body
            replies: list[int] = []
            clients = [
                threading.Thread(
                    target=lambda: replies.extend(
                        server.invoke(LOT_001, headers=TRACED).status for _ in range(50)
                    )
                )
                for _ in range(4)
            ]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
            assert replies == [200] * 200
            began = time.monotonic()
        assert time.monotonic() - began < 10  # SageMaker kills 30 s after it asked to end
