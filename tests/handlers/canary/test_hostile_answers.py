"""Whatever an API answers: one clear word within the probe's time, and no other probe pays for it."""

import gzip
import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from bench.stand_ins.loopback import Answer, Loopback, raw, reply
from handlers.canary import patterns
from handlers.canary.canary import Canary
from handlers.canary.outcome import Outcome, judge
from handlers.canary.probes import Probe
from handlers.canary.secrets import Secrets
from handlers.transport import Response
from tests.handlers.canary.sending import NAMED_ARN, Store, probes, sender, sent
from tests.handlers.canary.sending import probe as one
from tests.handlers.canary.test_canary import NOW

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SLOW, MATCHED_SLOWLY = "^(a|aa)+$", "a" * 60 + "!"  # 2^41 ways to read it
HUGE = "1" + "0" * 400


def body(content: bytes, head: bytes = b"") -> Answer:
    return raw(OK + head + b"Content-Length: %d\r\n\r\n%b" % (len(content), content))


ANSWERS: dict[str, tuple[Answer, dict[str, Any], str]] = {
    "gzip that was not asked for": (
        body(gzip.compress(b" " * 10_000_000 + b"{}"), b"Content-Encoding: gzip\r\n"),
        {"schema": {}},
        "schema",
    ),
    "JSON as deep as can be read": (
        body(b"[" * 900 + b"]" * 900),
        {"schema": {"type": "array", "uniqueItems": True}},
        "schema",
    ),
    "JSON deeper than that": (body(b"[" * 500_000), {"values": [{"pointer": "/0", "equals": 1}]}, "schema"),
    "no number": (body(b'{"n": NaN}'), {"values": [{"pointer": "/n", "equals": 1}]}, "schema"),
    "a number of 5,000 digits": (
        body(b'{"n": %b}' % (b"9" * 5000)),
        {"values": [{"pointer": "/n", "equals": 1, "tolerance": 1}]},
        "schema",
    ),
    "a number beyond any float": (
        body(f'{{"n": {HUGE}}}'.encode()),
        {"values": [{"pointer": "/n", "equals": 1, "tolerance": 1}]},
        "value",
    ),
    "a number beyond any float by a schema": (
        body(f'{{"n": {HUGE}}}'.encode()),
        {"schema": {"properties": {"n": {"multipleOf": 0.1}}}},
        "schema",
    ),
    "infinity by an exponent": (
        body(b'{"n": 1e999}'),
        {"values": [{"pointer": "/n", "equals": 1, "tolerance": 1}]},
        "value",
    ),
    "two of one name, the last of which counts": (
        body(b'{"n": 1, "n": 2}'),
        {"values": [{"pointer": "/n", "equals": 1}]},
        "value",
    ),
    "two bytes of half a character": (body(b'{"n": "\xff\xfe"}'), {"schema": {}, "status": 200}, "schema"),
    "chunks that end in the middle": (
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{}"),
        {},
        "connect",
    ),
    "more than a million bytes": (body(b" " * 1_000_001), {}, "connect"),
    "interim answers alone": (raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50), {}, "connect"),
    "another protocol": (raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"), {}, "status"),
    "a header that is matched slowly": (
        reply(200, {}, headers={"X-A": MATCHED_SLOWLY}),
        {"headers": [{"name": "X-A", "matches": SLOW}]},
        "canary",
    ),
    "a text that is matched slowly": (
        reply(200, {"a": MATCHED_SLOWLY}),
        {"schema": {"properties": {"a": {"pattern": SLOW}}}},
        "canary",
    ),
    "a name that is matched slowly": (
        reply(200, {MATCHED_SLOWLY: 1}),
        {"schema": {"patternProperties": {SLOW: {"type": "integer"}}}},
        "canary",
    ),
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "PATIENCE_S", 0.02)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("answer", "expect", "reason"), ANSWERS.values(), ids=ANSWERS.keys())
def test_a_hostile_answer_is_one_word(
    answer: Answer, expect: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with Loopback([answer]) as api:
        outcome = sent(sender(api.url, timeout_ms=5000), one(tmp_path, expect=expect))
    assert outcome.reason == reason
    assert (reason == "canary") is not outcome.sent
    assert "aaaa" not in outcome.detail
    assert len(api.requests) == 1


@pytest.mark.usefixtures("impatient")
def test_a_value_that_is_looked_for_slowly_is_not_taken(tmp_path: Path) -> None:
    login = {"name": "login", "path": "/in", "take": {"x": {"header": "X-A", "matches": SLOW}}}
    known = one(tmp_path, before=[login], request={"headers": {"X-B": "${x}"}})
    with Loopback([reply(200, {}, headers={"X-A": MATCHED_SLOWLY})]) as api:
        outcome = sent(sender(api.url), known)
    assert (outcome.reason, outcome.step, outcome.sent) == ("canary", "login", False)
    assert outcome.detail == f"the pattern {SLOW} takes too long to match"


def test_all_patterns_of_an_answer_share_the_time_and_the_next_answer_has_it_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used_s, asked = [7.0], []

    class Matching:
        groups = 0

        def search(self, _text: str, *, timeout: float, concurrent: bool) -> bool:
            assert concurrent
            asked.append(round(timeout, 3))
            used_s[0] += 0.15
            return True

    monkeypatch.setattr("regex.compile", lambda _: Matching())
    known = one(tmp_path, expect={"schema": {"items": {"pattern": "^shared by all of an answer$"}}})
    monkeypatch.setattr(time, "thread_time", lambda: used_s[0])
    answer = Response(status=200, headers={}, body=b'["a", "b", "c"]')
    assert [judge(answer, known)[0] for _ in range(2)] == [None, None]
    assert asked == [0.2, 0.05, 0.001, 0.2, 0.05, 0.001]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_no_credential_goes_along(status: int, tmp_path: Path) -> None:
    known = one(tmp_path, authorization={"bearer": "crm"})
    with Loopback([reply(200, {})]) as other:
        with Loopback([reply(status, b"", headers={"Location": f"{other.url}/live/orders"})]) as api:
            outcome = sent(sender(api.url, {"crm": "t0ken"}), known)
        assert other.requests == []
    assert (outcome.reason, outcome.detail) == ("status", f"HTTP {status}")


class Metrics:
    """Stands in for CloudWatch."""

    def __init__(self) -> None:
        self.data: list[dict[str, Any]] = []

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> None:  # noqa: N803
        assert Namespace == "InferenceWatch"
        self.data += MetricData


def run(folder: Path, url: str, *named: dict[str, Any]) -> tuple[dict[str, Any], Metrics]:
    """A canary's run with these probes; what it returns, and what it published."""
    secrets, metrics = Secrets(Store({}), None, NAMED_ARN), Metrics()
    settings = sender(url, timeout_ms=2000).settings
    canary = Canary(
        settings=settings,
        secrets=secrets,
        credentials=lambda: None,
        metrics=metrics,
        probes=probes(folder, {"authorization": "none", "probes": [*named]}),
        clock=time.monotonic,
        now=lambda: NOW,
    )
    return canary.run(), metrics


def published(metrics: Metrics, name: str) -> dict[str, float]:
    """What was published of one probe; failures by their reason."""
    found = {}
    for datum in metrics.data:
        dimensions = {each["Name"]: each["Value"] for each in datum["Dimensions"]}
        if dimensions.get("Probe") == name and datum["MetricName"] != "CanaryLatency":
            found[datum["MetricName"] + dimensions.get("Reason", "")] = datum["Value"]
    return found


@pytest.mark.usefixtures("impatient")
def test_a_pattern_that_would_never_end_costs_its_own_probe_and_no_other(tmp_path: Path) -> None:
    slow = {"name": "slow", "path": "/a", "expect": {"schema": {"items": {"pattern": SLOW}}}}
    with Loopback([reply(200, [MATCHED_SLOWLY] * 100)]) as api:
        result, metrics = run(tmp_path, api.url, slow, {"name": "good", "path": "/b"})
    assert published(metrics, "good") == {"CanaryAttempts": 1, "CanarySuccess": 1}
    failed = {"CanaryAttempts": 0, "CanaryFailure": 1, "CanaryFailurecanary": 1}
    assert published(metrics, "slow") == failed
    assert (result["probe"], result["reason"]) == ("slow", "canary")


def test_a_slip_in_the_canarys_own_code_costs_its_own_probe_and_its_text_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_sender: Any, known: Probe, _clock: Any) -> Outcome:
        if known.name == "bad":
            raise KeyError("t0ken-that-nobody-may-see")
        return Outcome(reason=None, detail="as known", status=200, latency_ms=1)

    monkeypatch.setattr("handlers.canary.canary.send", failing)
    with caplog.at_level(logging.DEBUG):
        result, metrics = run(
            tmp_path, "http://127.0.0.1:9", {"name": "bad", "path": "/a"}, {"name": "good", "path": "/b"}
        )
    assert published(metrics, "good") == {"CanaryAttempts": 1, "CanarySuccess": 1}
    assert published(metrics, "bad")["CanaryFailurecanary"] == 1
    assert result["detail"].startswith("the canary itself failed: KeyError in test_hostile_answers.py:")
    told = json.dumps([result, metrics.data], default=str) + "".join(str(r.__dict__) for r in caplog.records)
    assert "t0ken" not in told
