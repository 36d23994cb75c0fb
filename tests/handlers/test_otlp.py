"""Spans as they go over the wire, and where they go: held against OpenTelemetry's own classes."""

import importlib
import socket
import sys
import traceback
from typing import Any

import botocore.client
import pytest
from botocore.session import get_session
from botocore.stub import Stubber

from bench.stand_ins.daemon import PARENT, ROOT, UNSAMPLED, Daemon, flatten, sdk_modules
from handlers import otlp, otlp_send, otlp_wire, tracing
from reports.traces import report
from tests.handlers.otlp_messages import plain, spans_of

TRACE = bytes.fromhex(ROOT[2:].replace("-", ""))


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
    (said,) = [record.message for record in caplog.records]
    assert said.startswith("spans are not sent to the daemon: ")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.bind(("127.0.0.1", 0))
        daemon._address = there.getsockname()  # noqa: SLF001  # it comes up
        for _ in range(2):
            daemon(spans)
    assert [record.message for record in caplog.records[1:]] == [
        "spans are sent to the daemon again; 3 datagrams were lost"
    ]
