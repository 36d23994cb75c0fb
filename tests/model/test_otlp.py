"""The model's segments as spans: the same trace, sent to an endpoint."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from local.fillins.xray import spans
from model import otlp
from model.tracing import Caller, Steps, Tracer, segment
from model.transports import TransportError
from reports.traces import report

ROOT, PARENT = "1-65f00000-0123456789abcdef01234567", "00000000000000aa"


class Collector:
    """An OTLP endpoint on loopback."""

    def __init__(self) -> None:
        self.status = 200
        self.received: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.received.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1/traces"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def collector() -> Iterator[Collector]:
    running = Collector()
    yield running
    running.server.shutdown()


def made(status: int = 200, cause: str | None = None) -> dict[str, Any]:
    """A prediction's segment; a status from 400 on failed its last step."""
    steps = Steps()
    with steps.step("## preprocess"):
        pass
    with contextlib.suppress(ZeroDivisionError), steps.step("## predict"):
        assert 1 / (status < 400)
    caller = Caller(trace_id=ROOT, parent_id=PARENT)
    annotations: dict[str, str | int] = {"model_version": "1", "instances": 3}
    return segment(name="m", caller=caller, steps=steps, status=status, annotations=annotations, cause=cause)


def told(documents: list[dict[str, Any]]) -> Any:
    """What the trace report says of them under a caller, but for the times."""
    times = [documents[0]["start_time"], documents[0]["end_time"]]
    root = {"name": "f", "id": PARENT, "trace_id": ROOT, "start_time": times[0], "end_time": times[1] + 0.1}
    found = report([root, *documents])
    hops = {(h.kind, h.name, h.detail, h.errors, h.faults, h.failed) for h in found.hops}
    return hops, {(e.type, e.label, e.count) for e in found.exceptions}, found.counts.complete


@pytest.mark.parametrize(("status", "cause"), [(200, None), (400, None), (500, "ValueError")])
def test_the_same_prediction_in_both_forms_gives_the_same_report(status: int, cause: str | None) -> None:
    document = made(status, cause)
    as_spans = spans.documents(otlp.message([document]))
    assert told(as_spans) == told([document])
    assert as_spans[0]["annotations"] == document["annotations"]
    assert [part["id"] for part in as_spans] == [
        document["id"],
        *(step["id"] for step in document["subsegments"]),
    ]


def test_a_batch_reaches_the_endpoint(collector: Collector) -> None:
    send = otlp.endpoint_at(collector.url)()
    assert send([json.dumps(made()), json.dumps(made(500, "ValueError"))]) == 0
    ((headers, body),) = collector.received
    assert headers["content-type"] == "application/x-protobuf"
    assert len(spans.documents(body)) == 6
    assert b"hush" not in body


def test_an_endpoint_that_refuses_or_is_away_is_a_transport_error(collector: Collector) -> None:
    collector.status = 403
    with pytest.raises(TransportError, match="the endpoint answered 403"):
        otlp.endpoint_at(collector.url)()([json.dumps(made())])
    with pytest.raises(TransportError):
        otlp.endpoint_at("http://127.0.0.1:1/v1/traces")()([json.dumps(made())])


def test_headers_that_are_refused_are_read_anew(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = iter([{"x-old": "1"}, {"x-new": "2"}])
    monkeypatch.setattr(otlp, "_headers", lambda _: next(keys))
    send = otlp.endpoint_at(collector.url, "arn")()
    collector.status = 401
    with pytest.raises(TransportError, match="the endpoint answered 401"):
        send([json.dumps(made())])
    collector.status = 200
    assert send([json.dumps(made())]) == 0
    told = [{name for name in headers if name.startswith("x-")} for headers, _ in collector.received]
    assert told == [{"x-old"}, {"x-new"}]


def test_the_environment_says_where_spans_go(collector: Collector) -> None:
    environment = {
        "TRACING_BACKEND": "otlp",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": collector.url,
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:1",
    }
    tracer = Tracer.from_environ(environment)
    tracer.start()
    tracer.record(f"Root={ROOT};Parent={PARENT};Sampled=1", steps=Steps(), status=200, annotations={})
    tracer.stop()
    assert len(collector.received) == 1
