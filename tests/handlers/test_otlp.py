"""Spans as they go over the wire, and where they go: held against OpenTelemetry's own classes."""

import importlib
import queue
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import botocore.client
import pytest
from botocore.session import get_session
from botocore.stub import Stubber
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.stand_ins.daemon import PARENT, ROOT, SAMPLED, UNSAMPLED, Daemon, flatten, sdk_modules
from handlers import otlp, otlp_send, otlp_wire, tracing
from handlers.otlp_headers import headers
from reports.traces import report

TRACE = bytes.fromhex(ROOT[2:].replace("-", ""))


def spans_of(message: bytes) -> tuple[Any, dict[str, Any]]:
    """The spans by name, and the resource's attributes, as OpenTelemetry's own classes read them."""
    (of_resource,) = ExportTraceServiceRequest.FromString(message).resource_spans
    (of_scope,) = of_resource.scope_spans
    assert of_scope.scope.name == "inference-watch"
    return {span.name: span for span in of_scope.spans}, plain(of_resource.resource.attributes)


def plain(attributes: Any) -> dict[str, Any]:
    found = {}
    for pair in attributes:
        kind = pair.value.WhichOneof("value")
        value = getattr(pair.value, kind)
        found[pair.key] = [item.string_value for item in value.values] if kind == "array_value" else value
    return found


def recorded() -> tuple[dict[str, otlp.Span], bytes]:
    """A prediction as the inference function records one, and its message."""
    sent: list[otlp.Span] = []
    steps = otlp.Steps(sent.extend)
    steps.begin(ROOT, PARENT)
    steps.open("## handle", "local")
    call = steps.open("dynamodb", "aws")
    assert call is not None
    call.set_aws({"operation": "GetItem", "region": "eu-west-1", "table_name": "t"})
    call.put_http_meta("status", 200)
    steps.end_subsegment()
    remote = steps.open("api.example", "remote")
    assert remote is not None
    remote.put_http_meta("method", "POST")
    remote.put_http_meta("url", "https://api.example/live")
    steps.end_subsegment()
    handle = steps.current()
    assert handle is not None
    annotated: dict[str, otlp.Value] = {
        "outcome": "ok",
        "items": -3,
        "cached": True,
        "score": 0.5,
        "huge": 2**70,
    }
    for key, value in annotated.items():
        handle.put_annotation(key, value)
    handle.add_exception(ValueError("hush"), traceback.StackSummary())
    steps.end_subsegment()
    steps.end()
    return {span.name: span for span in sent}, otlp_wire.request(sent, {"service.name": "f"})


def test_a_message_is_what_opentelemetrys_own_classes_read() -> None:
    ours, message = recorded()
    spans, resource = spans_of(message)
    assert resource == {"service.name": "f"}
    handle, call, remote = spans["## handle"], spans["dynamodb"], spans["api.example"]
    assert {(s.trace_id, s.flags) for s in spans.values()} == {(TRACE, 1)}
    assert (handle.parent_span_id.hex(), call.parent_span_id) == (PARENT, handle.span_id)
    assert (handle.kind, call.kind, remote.kind) == (1, 3, 3)
    for name, span in spans.items():
        assert span.span_id.hex() == ours[name].id
        assert (span.start_time_unix_nano, span.end_time_unix_nano) == (
            ours[name].start_ns,
            ours[name].end_ns,
        )
    assert plain(handle.attributes) == {
        "outcome": "ok",
        "items": -3,
        "cached": True,
        "score": 0.5,
        "huge": str(2**70),
        "aws.xray.annotations": ["outcome", "items", "cached", "score", "huge"],
    }
    assert plain(call.attributes) == {
        "rpc.system": "aws-api",
        "rpc.service": "dynamodb",
        "rpc.method": "GetItem",
        "cloud.region": "eu-west-1",
        "aws.table_name": "t",
        "http.response.status_code": 200,
    }
    assert plain(remote.attributes) == {
        "server.address": "api.example",
        "http.request.method": "POST",
        "url.full": "https://api.example/live",
    }


def test_of_an_exception_the_type_is_told_and_never_the_text() -> None:
    _, message = recorded()
    handle = spans_of(message)[0]["## handle"]
    (event,) = handle.events
    assert (event.name, plain(event.attributes)["exception.type"]) == ("exception", "ValueError")
    assert handle.status.code == 2
    assert b"hush" not in message


def everything() -> None:
    """What the inference function records of a prediction that the model refuses."""
    with tracing.invocation("handle"):
        with tracing.step("parse"):
            tracing.annotate("items", 2)
        with tracing.step("lookup"), tracing.aws_call("dynamodb", "GetItem", "eu-west-1") as call:
            call.answered(200, "r1")
        with tracing.http_call("api.example", "POST", "https://api.example/live") as call:
            call.answered(429)
        with pytest.raises(ValueError, match="no"), tracing.step("predict"):
            raise ValueError("no")
        tracing.annotate("outcome", "model_failed")


def report_of(documents: list[dict[str, Any]]) -> Any:
    """What the trace report says of them under Lambda's own segment, but for the measured times."""
    (tree,) = documents
    segment = {
        "name": "f",
        "id": PARENT,
        "trace_id": ROOT,
        "origin": "AWS::Lambda::Function",
        "start_time": tree["start_time"],
        "end_time": tree["end_time"] + 0.1,
    }
    made = report([segment, tree])
    hops = {(h.kind, h.name, h.detail, h.errors, h.faults, h.throttles, h.failed) for h in made.hops}
    told = {(e.type, e.message, e.label, e.count) for e in made.exceptions}
    return hops, told, made.counts.complete, made.counts.cold, dict(made.entries)


def test_the_same_trace_in_both_forms_gives_the_same_report(
    lambda_: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    found = []
    for backend in ("xray", "otlp"):
        daemon: Daemon = request.getfixturevalue(backend)
        everything()
        found.append(report_of(daemon.received()))
        for name in sdk_modules():
            lambda_.delitem(sys.modules, name)
        importlib.reload(tracing)
    assert found[0] == found[1]
    hops, told, complete, cold, _ = found[1]
    assert ("remote", "api.example", "", 1, 0, 1, 1) in hops
    assert (len(told), complete, cold) == (1, 1, 1)


class Lambda:
    """Lambda's extensions API and an OTLP collector on one loopback port."""

    def __init__(self) -> None:
        self.events: queue.Queue[None] = queue.Queue()
        self.asked = threading.Semaphore(0)  # the extension waits for the next event
        self.registered: list[dict[str, str]] = []
        self.messages: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.status = 200
        self.asks, self.refuses = 0, False
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


def test_an_endpoint_that_refuses_is_one_line_in_the_log_and_requests_go_on(
    aws: Lambda, lambda_: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    aws.status = 503
    tracing.prepare()
    aws.settled()
    for _ in range(2):
        aws.invoke(SAMPLED, lambda_)
        aws.settled()
    told = [record.message for record in caplog.records]
    assert told == ["spans are not sent to the endpoint: TransportError"]


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


def test_a_message_to_awss_own_endpoint_is_signed(lambda_: pytest.MonkeyPatch) -> None:
    lambda_.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    lambda_.setenv("AWS_SECRET_ACCESS_KEY", "of a test")
    given = headers(None)("https://xray.eu-west-1.amazonaws.com/v1/traces", b"m")
    assert "/eu-west-1/xray/aws4_request" in given["Authorization"]


def test_w3cs_header_says_what_x_rays_says(otlp: Daemon, lambda_: pytest.MonkeyPatch) -> None:
    with tracing.invocation("handle"):
        told = tracing.onward()["traceparent"]
    (document,) = otlp.received()
    assert told == f"00-{TRACE.hex()}-{document['id']}-01"
    lambda_.setenv("_X_AMZN_TRACE_ID", UNSAMPLED)
    assert tracing.onward()["traceparent"] == f"00-{TRACE.hex()}-{PARENT}-00"
    lambda_.delenv("_X_AMZN_TRACE_ID")
    assert "traceparent" not in tracing.onward()


def test_many_spans_arrive_in_parts_and_whole(otlp: Daemon) -> None:
    with tracing.invocation("handle"):
        for number in range(400):
            with tracing.step("item"):
                tracing.annotate("text", f"{number:0200}")
    documents = otlp.received()
    names = [part["name"] for document in documents for part in flatten(document)]
    assert (names.count("## item"), names.count("## handle")) == (400, 1)


def test_botocores_calls_are_spans_like_the_sdks(otlp: Daemon, lambda_: pytest.MonkeyPatch) -> None:
    name, base = "_make_api_call", botocore.client.BaseClient
    lambda_.setattr(base, name, vars(base)[name])  # put back at the end
    tracing.prepare("botocore")
    client: Any = get_session().create_client(
        "sns", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stub, tracing.invocation("handle"):
        stub.add_response("publish", {"MessageId": "1"})
        stub.add_client_error("publish", "Throttled", http_status_code=429)
        client.publish(TopicArn="t", Message="m")
        with pytest.raises(client.exceptions.ClientError):
            client.publish(TopicArn="t", Message="m")
    (document,) = otlp.received()
    right, failed = document["subsegments"]
    assert (right["name"], right["namespace"], right["aws"]["operation"]) == ("sns", "aws", "Publish")
    assert failed["cause"]["exceptions"][0]["type"] == "ThrottledException"
    assert failed["http"]["response"] == {"status": 429}  # a throttle, and no fault
    assert "fault" not in failed


def test_a_daemon_that_is_not_there_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    daemon = otlp_send.Daemon("tcp:127.0.0.1:2000 udp:127.0.0.1:0")
    spans = [otlp.Span("a", "local", otlp.Invocation(ROOT, PARENT), PARENT)]
    for _ in range(3):
        daemon(spans)
    assert len([record for record in caplog.records if "not sent to the daemon" in record.message]) == 1
