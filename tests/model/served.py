"""Helpers: the real gunicorn on a loopback port, and a collector that stands in for X-Ray."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TRACE_ID = "1-5759e988-bd862e3fe1be46a994272793"
PARENT_ID = "53995c3f42cd8ad8"
TRACED = {"X-Amzn-SageMaker-Custom-Attributes": f"Root={TRACE_ID};Parent={PARENT_ID};Sampled=1"}
LOT_001 = {
    "alcohol": 14.23,
    "malic_acid": 1.71,
    "ash": 2.43,
    "alcalinity_of_ash": 15.6,
    "magnesium": 127.0,
    "total_phenols": 2.8,
    "flavanoids": 3.06,
    "nonflavanoid_phenols": 0.28,
    "proanthocyanins": 2.29,
    "color_intensity": 5.64,
    "hue": 1.04,
    "od280_od315": 3.92,
    "proline": 1065.0,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A running gunicorn; `log` is its standard error."""

    port: int
    pid: int
    log: Path

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Reply(status=response.status, headers=dict(response.getheaders()), body=response.read())
        finally:
            connection.close()

    def invoke(self, *instances: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
        return self.call("POST", "/invocations", json.dumps({"instances": instances}).encode(), headers)

    def workers(self) -> list[int]:
        """The ids of the running workers; none once the master has ended."""
        try:
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return []
        return [int(pid) for pid in children.split()]


@contextmanager
def serving(directory: Path, log: Path, *command: str, **environ: str) -> Iterator[Server]:
    """Serve the artefact in `directory`, by gunicorn's shipped settings or by `command`; ended by its id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "BIND": f"127.0.0.1:{port}",
        "MODEL_DIR": str(directory),
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "111111111111",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL_XRAY": "http://127.0.0.1:9",  # nobody: no test reaches the network
    } | environ
    command = command or (sys.executable, "-m", "gunicorn", "--config", "model/gunicorn.conf.py")
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=errors)  # noqa: S603 - our own command
    try:
        server = Server(port=port, pid=process.pid, log=log)
        wait_until(lambda: process.poll() is not None or _answers(server), f"gunicorn to answer, see {log}")
        if process.poll() is not None:
            raise AssertionError(f"gunicorn ended at once: {log.read_text()}")
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def _answers(server: Server) -> bool:
    try:
        return server.call("GET", "/ping").status == 200
    except OSError:
        return False


def wait_until(condition: Any, what: str, limit_s: float = 20) -> None:
    """Poll until `condition()` holds; an AssertionError names what did not come."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {limit_s} s for {what}"
        time.sleep(0.02)


@dataclass(slots=True)
class Collector:
    """Takes PutTraceSegments calls. `refuse` is what it answers as unprocessed, `status` its HTTP status."""

    url: str = ""
    status: int = 200
    refuse: list[dict[str, str]] = field(default_factory=list)
    batches: list[list[dict[str, Any]]] = field(default_factory=list)

    @property
    def segments(self) -> list[dict[str, Any]]:
        return [segment for batch in self.batches for segment in batch]


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/TraceSegments"
            if collector.status == 200:
                collector.batches.append([json.loads(document) for document in body["TraceSegmentDocuments"]])
            answer = json.dumps({"UnprocessedTraceSegments": collector.refuse}).encode()
            self.send_response(collector.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
