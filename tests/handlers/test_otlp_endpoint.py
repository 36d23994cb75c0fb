"""Spans to an endpoint, after the answer: what Lambda's extension does, and what it sends with."""

import queue
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.stand_ins.daemon import SAMPLED, UNSAMPLED
from handlers import tracing
from handlers.otlp_headers import headers
from tests.handlers.otlp_messages import plain, spans_of


class Lambda:
    """Lambda's extensions API and an OTLP collector on one loopback port."""

    def __init__(self) -> None:
        self.events: queue.Queue[None] = queue.Queue()
        self.asked = threading.Semaphore(0)  # the extension waits for the next event
        self.registered: list[dict[str, str]] = []
        self.messages: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.status = 200
        self.asks, self.refuses, self.breaks = 0, False, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                if self.path == "/2020-01-01/extension/register":
                    outer.registered.append({"name": headers["lambda-extension-name"], "body": body.decode()})
                    self._answer(200)
                else:
                    outer.messages.put(({"path": self.path, **headers}, body))
                    self._answer(outer.status)

            def do_GET(self) -> None:
                outer.asks += 1
                outer.asked.release()
                if outer.breaks:
                    outer.breaks -= 1
                    self.close_connection = True
                    return
                if outer.refuses:
                    self._answer(500)
                    return
                assert self.headers["Lambda-Extension-Identifier"] == "it"
                outer.events.get()
                self._answer(200)

            def _answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Lambda-Extension-Identifier", "it")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def invoke(self, header: str, environment: pytest.MonkeyPatch) -> None:
        """One invocation: the event reaches the extension, the function runs and answers."""
        environment.setenv("_X_AMZN_TRACE_ID", header)
        self.events.put(None)
        with tracing.invocation("handle"):
            pass

    def settled(self) -> None:
        """Wait until the extension asks for the next event: only then is an invocation over for Lambda."""
        assert self.asked.acquire(timeout=5)


@pytest.fixture
def aws(lambda_: pytest.MonkeyPatch) -> Iterator[Lambda]:
    running = Lambda()
    lambda_.setenv("TRACING_BACKEND", "otlp")
    lambda_.setenv("LAMBDA_TASK_ROOT", "/var/task")
    lambda_.setenv("AWS_LAMBDA_RUNTIME_API", running.host)
    lambda_.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"http://{running.host}/v1/traces")
    yield running
    running.server.shutdown()


def test_an_endpoint_gets_an_invocations_spans_after_the_answer(
    aws: Lambda, lambda_: pytest.MonkeyPatch
) -> None:
    tracing.prepare()
    assert aws.registered == [{"name": "spans", "body": '{"events":["INVOKE"]}'}]
    aws.settled()  # the function may begin
    aws.invoke(SAMPLED, lambda_)
    headers, message = aws.messages.get(timeout=5)
    assert (headers["path"], headers["content-type"]) == ("/v1/traces", "application/x-protobuf")
    assert list(spans_of(message)[0]) == ["## handle"]
    aws.settled()


def test_an_invocation_that_is_not_sampled_is_over_at_once_and_sends_nothing(
    aws: Lambda, lambda_: pytest.MonkeyPatch
) -> None:
    tracing.prepare()
    aws.settled()
    aws.invoke(UNSAMPLED, lambda_)
    aws.settled()
    assert aws.messages.empty()


def test_an_endpoint_that_refuses_is_one_line_in_the_log_and_one_when_it_is_over_and_requests_go_on(
    aws: Lambda, lambda_: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tracing.prepare()
    aws.settled()
    for aws.status in (503, 503, 200, 200):
        aws.invoke(SAMPLED, lambda_)
        aws.settled()
    told = [record.message for record in caplog.records]
    assert told == [
        "spans are not sent to the endpoint: TransportError",
        "spans are sent to the endpoint again; those of 2 invocations were lost",
    ]


def test_a_lambda_that_refuses_to_tell_of_events_is_asked_again_after_a_pause(
    aws: Lambda, caplog: pytest.LogCaptureFixture
) -> None:
    aws.refuses = True
    tracing.prepare()
    aws.settled()
    time.sleep(0.2)
    assert aws.asks == 1
    assert [record.message for record in caplog.records] == [
        "spans are not sent to the endpoint: TransportError"
    ]


@pytest.mark.usefixtures("aws")
def test_without_lambdas_extensions_an_endpoint_is_told_once_and_requests_go_on(
    lambda_: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lambda_.delenv("AWS_LAMBDA_RUNTIME_API")
    tracing.prepare()
    with tracing.invocation("handle"), tracing.step("a"):
        pass
    assert [record.message for record in caplog.records] == [
        "the OTLP sender cannot be used: this environment records no traces"
    ]


def test_headers_that_are_refused_are_read_anew(
    aws: Lambda, lambda_: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keys = iter(["old", "new"])
    lambda_.setattr("handlers.otlp_headers._secret", lambda _: {"x-api-key": next(keys)})
    lambda_.setenv("OTLP_HEADERS_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:1:secret:s")
    tracing.prepare()
    aws.settled()
    sent = []
    for status in (200, 403, 200, 200):
        aws.status = status
        aws.invoke(SAMPLED, lambda_)
        sent.append(aws.messages.get(timeout=5)[0]["x-api-key"])
        aws.settled()
    assert sent == ["old", "old", "new", "new"]
    assert len(caplog.records) == 2  # that it was refused, and that it is over


def test_a_snapshot_holds_no_connection_no_secret_and_no_span(
    aws: Lambda, lambda_: pytest.MonkeyPatch
) -> None:
    """What is restored from it, any number of times, reads and connects for itself."""
    read: list[str] = []

    def secret(arn: str) -> dict[str, str]:
        read.append(arn)
        return {"x-api-key": "k"}

    lambda_.setattr("handlers.otlp_headers._secret", secret)
    lambda_.setenv("OTLP_HEADERS_SECRET_ARN", "arn")
    lambda_.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    tracing.prepare()
    aws.settled()  # Lambda takes it when the extension waits for the next event
    assert (read, aws.messages.qsize(), len(aws.registered)) == ([], 0, 1)
    aws.invoke(SAMPLED, lambda_)
    headers, message = aws.messages.get(timeout=5)
    assert (read, headers["x-api-key"]) == (["arn"], "k")
    (handle,) = spans_of(message)[0].values()
    assert plain(handle.attributes)["cold_start"] is True  # the restore is what a customer waits for


def test_a_connection_to_lambda_that_is_broken_after_a_restore_is_made_anew(
    aws: Lambda, lambda_: pytest.MonkeyPatch
) -> None:
    lambda_.setattr("handlers.otlp_send.PAUSE_S", 0.01)
    aws.breaks = 1
    tracing.prepare()
    aws.settled()  # and was cut off
    aws.settled()
    aws.invoke(SAMPLED, lambda_)
    assert list(spans_of(aws.messages.get(timeout=5)[1])[0]) == ["## handle"]


def test_a_message_to_awss_own_endpoint_is_signed(lambda_: pytest.MonkeyPatch) -> None:
    lambda_.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    lambda_.setenv("AWS_SECRET_ACCESS_KEY", "of a test")
    given = headers(None)("https://xray.eu-west-1.amazonaws.com/v1/traces", b"m")
    assert "/eu-west-1/xray/aws4_request" in given["Authorization"]
