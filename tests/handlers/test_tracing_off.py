"""Tracing switched off, unsampled, without its SDK, or without its daemon: the work is done all the same."""

import logging
import socket
import sys

import pytest

from bench.stand_ins.daemon import PARENT, ROOT, SAMPLED, SDK, UNSAMPLED, Daemon, flatten, sdk_modules
from bench.stand_ins.loopback import closed_port
from handlers import tracing


def use_everything() -> str | None:
    with tracing.invocation("handle"):
        with tracing.step("a"), tracing.aws_call("s3", "Get", "eu-west-1") as call:
            tracing.annotate("key", "value")
            call.answered(200, "id")
        with tracing.http_call("host", "GET", "http://host/") as other:
            other.answered(200)
        return tracing.current_header()


OFF = {
    "no trace": {"_X_AMZN_TRACE_ID": ""},
    "not sampled": {"_X_AMZN_TRACE_ID": UNSAMPLED},
    "undecided": {"_X_AMZN_TRACE_ID": f"Root={ROOT};Parent={PARENT}"},
    "switched off": {"AWS_XRAY_SDK_ENABLED": "False"},
    "not in Lambda": {"LAMBDA_TASK_ROOT": ""},
}


@pytest.mark.parametrize("environ", OFF.values(), ids=OFF.keys())
def test_when_tracing_is_off_nothing_is_recorded_and_the_sdk_not_even_imported(
    environ: dict[str, str], xray: Daemon, lambda_: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        if value:
            lambda_.setenv(name, value)
        else:
            lambda_.delenv(name)
    tracing.prepare("botocore")
    header = use_everything()
    assert header == (environ.get("_X_AMZN_TRACE_ID", SAMPLED) or None)
    assert xray.received() == []
    assert sdk_modules() == []


@pytest.mark.parametrize("start", ["snap-start", "provisioned-concurrency"])
def test_where_nobody_waits_for_the_start_the_sdk_is_loaded_then(
    start: str, xray: Daemon, lambda_: pytest.MonkeyPatch
) -> None:
    lambda_.delenv("_X_AMZN_TRACE_ID")  # there is no request yet
    tracing.prepare()
    assert sdk_modules() == []
    lambda_.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", start)
    tracing.prepare()
    assert SDK in sys.modules
    lambda_.setenv("_X_AMZN_TRACE_ID", SAMPLED)
    use_everything()
    assert len(xray.received()) == 1


def test_an_unsampled_invocation_after_a_sampled_one_records_nothing(
    xray: Daemon, lambda_: pytest.MonkeyPatch
) -> None:
    use_everything()
    assert len(xray.received()) == 1
    lambda_.setenv("_X_AMZN_TRACE_ID", UNSAMPLED)
    assert use_everything() == UNSAMPLED
    assert xray.received() == []


def test_each_invocation_is_in_its_own_trace(xray: Daemon, lambda_: pytest.MonkeyPatch) -> None:
    other = "1-65f00001-0123456789abcdef01234567"
    for root in (ROOT, other, ROOT):
        lambda_.setenv("_X_AMZN_TRACE_ID", SAMPLED.replace(ROOT, root))
        use_everything()
    documents = xray.received()
    assert [d["trace_id"] for d in documents] == [ROOT, other, ROOT]
    assert {len(list(flatten(d))) for d in documents} == {4}


def test_without_the_sdk_the_work_is_done_and_the_loss_logged_once(
    xray: Daemon, lambda_: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lambda_.setitem(sys.modules, SDK, None)
    assert [use_everything(), use_everything()] == [SAMPLED, SAMPLED]
    assert [record.message.partition(":")[0] for record in caplog.records] == ["the X-Ray SDK cannot be used"]
    assert xray.received() == []


@pytest.mark.parametrize("address", ["nonsense", "a:b:c"])
def test_a_wrong_daemon_address_does_not_keep_the_work_from_being_done(
    address: str, xray: Daemon, lambda_: pytest.MonkeyPatch
) -> None:
    lambda_.setenv("AWS_XRAY_DAEMON_ADDRESS", address)
    assert use_everything() == SAMPLED
    assert xray.received() == []


def test_an_absent_daemon_goes_unnoticed(
    lambda_: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lambda_.setenv("LAMBDA_TASK_ROOT", "/var/task")
    lambda_.setenv("_X_AMZN_TRACE_ID", SAMPLED)
    lambda_.setenv("AWS_XRAY_DAEMON_ADDRESS", f"127.0.0.1:{closed_port()}")
    for _ in range(3):
        assert use_everything() != SAMPLED
    assert caplog.records == []


@pytest.mark.usefixtures("xray")
def test_an_emitter_that_cannot_send_logs_it_once(
    lambda_: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lambda_.setenv("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:0")  # no one can be sent anything at port 0
    with pytest.raises(OSError, match="Invalid argument"), socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", ("127.0.0.1", 0))
    for _ in range(3):
        use_everything()
    assert [record.message for record in caplog.records] == ["Failed to send entity to Daemon."]
    assert caplog.records[0].levelno == logging.ERROR


@pytest.mark.parametrize(
    "header", ["Sampled=1", "Root=;Parent=;Sampled=1", f"Root={ROOT};Sampled=1", "x;Sampled=1"]
)
def test_a_malformed_header_travels_on_as_it_came_and_records_nothing(
    header: str, xray: Daemon, lambda_: pytest.MonkeyPatch
) -> None:
    lambda_.setenv("_X_AMZN_TRACE_ID", header)
    assert use_everything() == header
    assert xray.received() == []
