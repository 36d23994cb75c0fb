"""The call to whoever watches the watcher."""

import logging
import time
from pathlib import Path
from typing import Any

import pytest

from bench.stand_ins.loopback import HANG_UP, Answer, Loopback, closed_port, reply
from handlers.canary import heartbeats
from handlers.canary.secrets import Secrets
from tests.handlers.canary.sending import NAMED_ARN, Store, probe
from tests.handlers.canary.test_canary import Aws, aws

__all__ = ["aws"]


def failures(address: str) -> dict[str, str]:
    secrets = Secrets(Store({"hc": address}), None, NAMED_ARN)
    secrets.refresh()
    return heartbeats.failures(secrets, {"orders": "hc"}, time.monotonic)


def test_the_address_is_called_as_it_is() -> None:
    with Loopback([reply(200)]) as watcher:
        assert failures(f"{watcher.url}/ping/u-1?rid=2") == {}
    (request,) = watcher.requests
    assert (request.method, request.path, request.body) == ("GET", "/ping/u-1?rid=2", b"")


ANSWERS: list[tuple[Answer, str]] = [
    (reply(404), "HTTP 404"),
    (reply(302, headers={"Location": "http://127.0.0.1:1"}), "HTTP 302"),
    (HANG_UP, "BrokenOffError"),
    (reply(200, b"x" * 1_000_001), "BrokenOffError"),
]


@pytest.mark.parametrize(("answer", "said"), ANSWERS)
def test_what_goes_wrong_is_told_without_the_address(answer: Answer, said: str) -> None:
    with Loopback([answer]) as watcher:
        assert failures(f"{watcher.url}/s3cret") == {"orders": said}


@pytest.mark.parametrize(
    "address",
    ["http://example.com/x", "ftp://x", "https://", "https://a b", "https://x/\r\nX: 1", "https://x:y/"],
)
def test_an_address_that_is_none_or_not_encrypted_is_not_called(address: str) -> None:
    assert failures(address)["orders"] in ("the secret holds no https address", "ValueError")


def test_it_waits_for_none_longer_than_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeats, "TIMEOUT_S", 0.1)
    with Loopback([reply(200, after_s=5)]) as watcher:
        started = time.monotonic()
        assert failures(watcher.url) == {"orders": "TimedOutError"}
    assert time.monotonic() - started < 2
    assert failures(f"http://127.0.0.1:{closed_port()}/") == {"orders": "UnconnectedError"}


def run(aws: Aws, folder: Path, watcher: str, api: str, **expect: Any) -> dict[str, Any]:
    orders = probe(folder, heartbeat="hc", **({"expect": expect} if expect else {}))
    return aws.canary(api, orders, secrets=Secrets(Store({"hc": watcher}), None, NAMED_ARN)).run()


def test_a_success_that_was_published_is_passed_on_and_a_failure_is_not(aws: Aws, tmp_path: Path) -> None:
    aws.publication(times=2)
    with Loopback([reply(200, {})]) as api, Loopback([reply(200)]) as watcher:
        assert run(aws, tmp_path, watcher.url, api.url)["ok"] is True
        assert len(watcher.requests) == 1
        assert run(aws, tmp_path, watcher.url, api.url, status=404)["ok"] is False
        assert len(watcher.requests) == 1


def test_its_own_failure_is_logged_and_counted_and_is_no_failure_of_the_probe(
    aws: Aws, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    aws.publication(times=2)
    with Loopback([reply(200, {})]) as api, Loopback([reply(500)]) as watcher, caplog.at_level(logging.INFO):
        assert run(aws, tmp_path, f"{watcher.url}/s3cret", api.url)["ok"] is True
    assert aws.names() == [["CanaryAttempts", "CanarySuccess", "CanaryLatency"], ["CanaryHeartbeatFailure"]]
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert warning.__dict__["fields"] == {"probe": "orders", "detail": "HTTP 500"}
    assert "s3cret" not in str([record.__dict__ for record in caplog.records])


def test_a_canary_that_cannot_publish_lets_the_watcher_know_by_its_silence(aws: Aws, tmp_path: Path) -> None:
    aws.of_metrics.add_client_error("put_metric_data", "AccessDenied")
    with Loopback([reply(200, {})]) as api, Loopback([reply(200)]) as watcher:
        with pytest.raises(Exception, match="AccessDenied"):
            run(aws, tmp_path, watcher.url, api.url)
        assert watcher.requests == []
