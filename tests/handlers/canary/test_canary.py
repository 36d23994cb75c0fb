"""Whole runs of the canary against a loopback API, with stubbed AWS clients."""

import json
import logging
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.session import get_session
from botocore.stub import ANY, Stubber

from bench.stand_ins.loopback import HANG_UP, Answer, Loopback, closed_port, drip, reply
from bench.stand_ins.wine import PROBE
from handlers.canary.canary import Canary
from handlers.canary.probes import Probe
from handlers.canary.secrets import Secrets
from handlers.canary.settings import Settings
from handlers.transport import Response
from tests.handlers.canary.test_outcome import GOOD

SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:222222222222:secret:key"
API_KEY = "the-key-that-nobody-may-see"
TIMEOUT_MS = 200
NOW = datetime(2026, 11, 24, 14, 3, 1, tzinfo=UTC)
SETTINGS = Settings(
    service="inference-dev",
    api_url="",
    api_region="eu-west-1",
    timeout_ms=TIMEOUT_MS,
)


def CREDENTIALS() -> Credentials:  # noqa: N802  # a constant that is made anew
    return Credentials("AKIA2", "s3cret2", "t0ken2")


SESSION = get_session()  # keeps the service models that it has read


def client(service: str, endpoint_url: str | None = None) -> Any:
    return SESSION.create_client(
        service,
        region_name="eu-west-1",
        endpoint_url=endpoint_url,
        aws_access_key_id="AKIA1",
        aws_secret_access_key="s3cret",
        config=Config(retries={"total_max_attempts": 1}),
    )


class Aws:
    """Stubbed Secrets Manager and CloudWatch; `published` is what CloudWatch got."""

    def __init__(self) -> None:
        self.secrets, self.metrics = client("secretsmanager"), client("cloudwatch")
        self.of_secrets, self.of_metrics = Stubber(self.secrets), Stubber(self.metrics)
        self.published: list[dict[str, Any]] = []
        self.metrics.meta.events.register(
            "provide-client-params.cloudwatch.PutMetricData",
            lambda params, **_: self.published.append(params),
        )
        self.of_secrets.activate()
        self.of_metrics.activate()

    def secret(self, value: str = API_KEY) -> None:
        self.of_secrets.add_response("get_secret_value", {"SecretString": value}, {"SecretId": SECRET_ARN})

    def publication(self, times: int = 1) -> None:
        for _ in range(times):
            expected = {"Namespace": "InferenceWatch", "MetricData": ANY}
            self.of_metrics.add_response("put_metric_data", {}, expected)

    def canary(
        self, url: str, *probes: Probe, credentials: Any = CREDENTIALS, secrets: Secrets | None = None
    ) -> Canary:
        return Canary(
            settings=replace(SETTINGS, api_url=f"{url}/live"),
            secrets=secrets or Secrets(self.secrets, SECRET_ARN, None),
            credentials=credentials,
            metrics=self.metrics,
            probes=[*probes] or [PROBE],
            clock=time.monotonic,
            now=lambda: NOW,
        )

    def names(self) -> list[list[str]]:
        return [[datum["MetricName"] for datum in call["MetricData"]] for call in self.published]


@pytest.fixture
def aws() -> Iterator[Aws]:
    stubbed = Aws()
    yield stubbed
    stubbed.of_secrets.assert_no_pending_responses()
    stubbed.of_metrics.assert_no_pending_responses()


def test_a_probe_is_one_signed_request_with_the_key_and_its_result_is_published(aws: Aws) -> None:
    aws.secret()
    aws.publication()
    with Loopback([reply(200, GOOD)]) as api:
        result = aws.canary(api.url).run()
        host = api.url.removeprefix("http://")
    latency_ms = result["latency_ms"]
    assert result == {
        "probe": "prediction",
        "ok": True,
        "reason": None,
        "detail": "as known",
        "status": 200,
        "latency_ms": latency_ms,
    }
    assert 0 < latency_ms < TIMEOUT_MS
    (request,) = api.requests
    assert request.path == "/live/v1/predictions"
    assert request.json() == {
        "id": "lot-001",
        "measurements": {"color_intensity": 5.64, "hue": 1.04, "proline": 1065.0},
    }
    assert (request.headers["host"], request.headers["user-agent"]) == (host, "inference-watch")
    assert (request.headers["x-api-key"], request.headers["x-amz-security-token"]) == (API_KEY, "t0ken2")
    authorization = request.headers["authorization"]
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=AKIA2/")
    assert "/eu-west-1/execute-api/aws4_request, SignedHeaders=" in authorization
    assert aws.names() == [["CanaryAttempts", "CanarySuccess", "CanaryLatency"]]
    assert {datum["Timestamp"] for datum in aws.published[0]["MetricData"]} == {NOW}
    assert aws.published[0]["MetricData"][2]["Value"] == latency_ms


ANSWERS: dict[str, tuple[Answer, str]] = {
    "status": (reply(503, {"error": {"code": "throttled"}}), "status"),
    "schema": (reply(200, {"prediction": "barolo"}), "schema"),
    "value": (reply(200, {**GOOD, "prediction": "barbera"}), "value"),
    "silence": (reply(200, GOOD, after_s=5), "timeout"),
    "dripping": (drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"." * 99, 0.05), "timeout"),
    "hangs up": (HANG_UP, "connect"),
}


@pytest.mark.parametrize(("answer", "reason"), ANSWERS.values(), ids=ANSWERS.keys())
def test_each_failure_is_published_with_its_reason_after_one_request(
    answer: Answer, reason: str, aws: Aws
) -> None:
    aws.secret()
    aws.publication()
    with Loopback([answer]) as api:
        started = time.monotonic()
        result = aws.canary(api.url).run()
        elapsed_s = time.monotonic() - started
    assert (result["ok"], result["reason"]) == (False, reason)
    assert elapsed_s < TIMEOUT_MS / 1000 + 0.4
    assert len(api.requests) == 1
    (published,) = aws.published
    dimensions = [d["Dimensions"] for d in published["MetricData"] if d["MetricName"] == "CanaryFailure"]
    service = {"Name": "Service", "Value": "inference-dev"}
    assert dimensions == [[service], [service, {"Name": "Reason", "Value": reason}]]
    if reason == "timeout":
        assert TIMEOUT_MS <= result["latency_ms"] < TIMEOUT_MS + 400


def run(aws: Aws, url: str) -> dict[str, Any]:
    aws.secret()
    aws.publication()
    return aws.canary(url).run()


def test_a_name_that_is_unknown_is_told_from_a_host_that_refuses(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(aws, f"http://127.0.0.1:{closed_port()}")["reason"] == "connect"

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    result = run(aws, "http://no-such-host.invalid")
    assert (result["reason"], result["status"], result["latency_ms"]) == ("dns", None, result["latency_ms"])


def test_a_host_without_tls_is_told_from_one_that_refuses(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.SETTINGS", replace(SETTINGS, timeout_ms=5000))
    with Loopback([HANG_UP]) as api:
        assert run(aws, api.url.replace("http:", "https:"))["reason"] == "tls"


def test_the_key_is_read_once_for_many_probes(aws: Aws) -> None:
    aws.secret()
    aws.publication(times=3)
    with Loopback([reply(200, GOOD)]) as api:
        canary = aws.canary(api.url)
        assert [canary.run()["ok"] for _ in range(3)] == [True, True, True]
    assert api.connections == 3  # each probe connects as a new customer would


def test_a_forbidden_probe_fails_and_the_next_one_reads_the_key_anew(aws: Aws) -> None:
    aws.secret("old-key")
    aws.secret("new-key")
    aws.publication(times=3)
    with Loopback([reply(403, {"error": {"code": "forbidden"}}), reply(200, GOOD)]) as api:
        canary = aws.canary(api.url)
        assert [canary.run()["reason"] for _ in range(3)] == ["status", None, None]
    assert [request.headers["x-api-key"] for request in api.requests] == ["old-key", "new-key", "new-key"]


def unreadable(aws: Aws, problem: str) -> None:
    if problem == "denied":
        aws.of_secrets.add_client_error("get_secret_value", "AccessDeniedException")
    elif problem == "binary":
        aws.of_secrets.add_response("get_secret_value", {"SecretBinary": b"key"})
    else:
        aws.secret(problem)


NO_KEY = "Secrets Manager: what the secret holds cannot be an API key"
PROBLEMS = [
    ("denied", "Secrets Manager: AccessDeniedException"),
    ("binary", NO_KEY),
    (f"{API_KEY}\nX-Evil: 1", NO_KEY),
    (f"{API_KEY}\u20ac", NO_KEY),
    (f"two {API_KEY}", NO_KEY),
    ("x" * 129, NO_KEY),
    ("\n", NO_KEY),
]


@pytest.mark.parametrize(("problem", "detail"), PROBLEMS)
def test_a_key_that_cannot_be_read_is_a_failure_without_a_request_and_is_read_again(
    problem: str, detail: str, aws: Aws
) -> None:
    unreadable(aws, problem)
    aws.secret()
    aws.publication(times=2)
    with Loopback([reply(200, GOOD)]) as api:
        canary = aws.canary(api.url)
        result = canary.run()
        assert (result["reason"], result["detail"], len(api.requests)) == ("secret", detail, 0)
        assert canary.run()["ok"] is True
    assert aws.names()[0] == ["CanaryAttempts", "CanaryFailure", "CanaryFailure"]
    assert aws.published[0]["MetricData"][0]["Value"] == 0


@pytest.mark.parametrize("stored", [f"{API_KEY}\n", f" {API_KEY}\r\n", "x" * 128])
def test_blanks_around_the_key_are_no_part_of_it(stored: str, aws: Aws) -> None:
    aws.secret(stored)
    aws.publication()
    with Loopback([reply(200, GOOD)]) as api:
        assert aws.canary(api.url).run()["ok"] is True
    assert api.requests[0].headers["x-api-key"] == stored.strip()


def test_a_probe_that_cannot_be_signed_is_published_as_none_sent(aws: Aws) -> None:
    aws.secret()
    aws.publication()
    canary = aws.canary("http://127.0.0.1:1", credentials=lambda: None)  # as botocore gives it without a role
    assert canary.run()["reason"] == "secret"
    assert aws.published[0]["MetricData"][0]["Value"] == 0


def test_a_canary_that_cannot_publish_fails_loudly(aws: Aws) -> None:
    aws.secret()
    aws.of_metrics.add_client_error("put_metric_data", "AccessDenied")
    with Loopback([reply(200, GOOD)]) as api, pytest.raises(ClientError, match="AccessDenied"):
        aws.canary(api.url).run()


@pytest.mark.parametrize("answers", [[reply(200, GOOD)], [reply(403, {"error": {"code": API_KEY}})]])
def test_each_probe_is_one_log_line_that_never_holds_the_key(
    answers: Sequence[Answer], aws: Aws, caplog: pytest.LogCaptureFixture
) -> None:
    aws.secret()
    aws.publication()
    with Loopback(answers) as api, caplog.at_level(logging.INFO):
        result = aws.canary(api.url).run()
    (record,) = [r for r in caplog.records if r.name.startswith("handlers")]
    assert (record.message, record.__dict__["fields"]) == ("probed", result)
    assert API_KEY not in json.dumps(record.__dict__, default=str)


def test_a_probe_has_one_deadline_and_is_published_at_its_beginning_with_its_time_to_the_microsecond(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadlines: list[tuple[float, float]] = []

    class Connected:
        def __init__(self, *_: object) -> None: ...

        def request(self, *_: object, connect_by: float, answer_by: float) -> Response:
            deadlines.append((connect_by, answer_by))
            return Response(status=200, headers={}, body=json.dumps(GOOD).encode())

        def close(self) -> None: ...

    monkeypatch.setattr("handlers.canary.probe.Connection", Connected)
    aws.secret()
    aws.publication()
    canary = Canary(
        settings=replace(SETTINGS, api_url="http://api.invalid/live"),
        secrets=Secrets(aws.secrets, SECRET_ARN, None),
        credentials=CREDENTIALS,
        metrics=aws.metrics,
        probes=[PROBE],
        clock=iter([10.0, 10.0, 10.0123456, 10.0123456]).__next__,
        now=iter([NOW, NOW + timedelta(hours=1)]).__next__,
    )
    assert canary.run()["latency_ms"] == 12.346
    assert deadlines == [(10.2, 10.2)]
    assert {datum["Timestamp"] for datum in aws.published[0]["MetricData"]} == {NOW}


@pytest.mark.parametrize(
    ("answer", "outcome"), [(reply(200, GOOD), "ok"), (reply(503, {}), "status")], ids=["ok", "status"]
)
def test_a_trace_of_the_probe_says_what_came_of_it(
    answer: Answer, outcome: str, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: dict[str, object] = {}
    monkeypatch.setattr("handlers.canary.canary.tracing.annotate", said.__setitem__)
    aws.secret()
    aws.publication()
    with Loopback([answer]) as api:
        aws.canary(api.url).run()
    assert said == {"outcome": outcome}


def test_several_probes_go_out_at_once_and_each_is_published_and_logged(
    aws: Aws, caplog: pytest.LogCaptureFixture
) -> None:
    gone = Probe(name="gone", method="GET", target="/v1/items/a%20b?top=3", status=404)
    image = Probe(name="image", method="POST", target="/v1/images", content_type="image/png", body=b"\x89PNG")
    aws.secret()
    aws.publication()
    with Loopback([reply(404, {}, after_s=0.1)]) as api, caplog.at_level(logging.INFO):
        started = time.monotonic()
        result = aws.canary(api.url, gone, image).run()
        elapsed_s = time.monotonic() - started
    assert elapsed_s < 0.19  # not one after the other
    assert (result["probe"], result["reason"], result["detail"]) == ("image", "status", "HTTP 404")
    sent = {request.path: request for request in api.requests}
    assert sent.keys() == {"/live/v1/items/a%20b?top=3", "/live/v1/images"}
    assert sent["/live/v1/images"].body == b"\x89PNG"
    assert sent["/live/v1/images"].headers["content-type"] == "image/png"
    assert "content-type" not in sent["/live/v1/items/a%20b?top=3"].headers
    logged = [r.__dict__["fields"] for r in caplog.records if r.name.startswith("handlers")]
    assert [(line["probe"], line["ok"]) for line in logged] == [("gone", True), ("image", False)]
    named = [
        next((d["Value"] for d in datum["Dimensions"] if d["Name"] == "Probe"), None)
        for datum in aws.published[0]["MetricData"]
    ]
    assert named == [None] * 3 + ["gone"] * 3 + ["image"] * 3
