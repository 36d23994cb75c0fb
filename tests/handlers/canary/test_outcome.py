import json
from dataclasses import replace
from typing import Any

import pytest

from bench.stand_ins.wine import PROBE
from handlers.canary.outcome import REASONS, Outcome, Reason, decide, holds, no_answer, not_sent, worst
from handlers.canary.probes import Probe, Value
from handlers.transport import (
    BrokenOffError,
    InsecureError,
    Response,
    TimedOutError,
    TransportError,
    UnconnectedError,
    UnresolvedError,
)

GOOD = {
    "id": "lot-001",
    "prediction": "barolo",
    "probability": 0.98,
    "model_version": "7",
    "request_id": "r-1",
}


def response(status: int, body: Any) -> Response:
    return Response(
        status=status, headers={}, body=body if isinstance(body, bytes) else json.dumps(body).encode()
    )


@pytest.mark.parametrize("probability", [0, 0.98, 1])
def test_the_known_answer_is_a_success(probability: float) -> None:
    expected = Outcome(reason=None, detail="as known", status=200, latency_ms=12.5)
    assert decide(response(200, {**GOOD, "probability": probability}), 12.5, PROBE) == expected


UNFIT = "the answer does not fit the contract: "
FAILURES: dict[str, tuple[Response, str, str]] = {
    "forbidden": (response(403, {"error": {"code": "forbidden"}}), "status", "HTTP 403 forbidden"),
    "gateway's own error": (response(502, {"message": "Internal server error"}), "status", "HTTP 502"),
    "no JSON with an error": (response(500, b"<html>"), "status", "HTTP 500"),
    "redirect": (response(307, b""), "status", "HTTP 307"),
    "another success": (response(201, GOOD), "status", "HTTP 201"),
    "no JSON": (response(200, b"<html>"), "schema", "the answer is no JSON"),
    "nested too deep": (response(200, b"[" * 100_000), "schema", "the answer is no JSON"),
    "NaN": (response(200, b'{"probability": NaN}'), "schema", "the answer is no JSON"),
    "a list": (response(200, []), "schema", f"{UNFIT}must be an object"),
    "an empty version": (
        response(200, {**GOOD, "model_version": ""}),
        "schema",
        f"{UNFIT}model_version: must have at least 1 characters",
    ),
    "other fields": (
        response(200, {"ok": True}),
        "schema",
        f"{UNFIT}id, prediction, probability, model_version, request_id must be given",
    ),
    "another prediction": (
        response(200, {**GOOD, "prediction": "barbera"}),
        "value",
        "/prediction is not what is known",
    ),
    "another id": (response(200, {**GOOD, "id": "lot-002"}), "value", "/id is not what is known"),
}


@pytest.mark.parametrize(("answer", "reason", "detail"), FAILURES.values(), ids=FAILURES.keys())
def test_an_answer_fails_for_one_reason(answer: Response, reason: str, detail: str) -> None:
    outcome = decide(answer, 12.5, PROBE)
    assert (outcome.reason, outcome.detail) == (reason, detail)
    assert (outcome.status, outcome.latency_ms) == (answer.status, 12.5)


def test_what_looks_like_no_code_of_ours_stays_out_of_the_detail() -> None:
    for code in ("SECRET-KEY", "x" * 41, 7, None):
        assert decide(response(403, {"error": {"code": code}}), 1, PROBE).detail == "HTTP 403"


NO_ANSWERS: list[tuple[TransportError, str]] = [
    (UnresolvedError("a"), "dns"),
    (UnconnectedError("b"), "connect"),
    (BrokenOffError("c"), "connect"),
    (InsecureError("d"), "tls"),
    (TimedOutError("e"), "timeout"),
]


@pytest.mark.parametrize(("error", "reason"), NO_ANSWERS)
def test_each_kind_of_no_answer_has_its_reason(error: TransportError, reason: str) -> None:
    expected = Outcome(reason=reason, detail=str(error), latency_ms=5000.0)  # type: ignore[arg-type]  # listed
    assert no_answer(error, 5000.0) == expected


def test_every_transport_error_has_a_reason() -> None:
    own = {kind for kind in TransportError.__subclasses__() if kind.__module__ == TransportError.__module__}
    assert set(REASONS) == own


def test_without_a_key_the_reason_is_the_secret() -> None:
    assert not_sent("denied") == Outcome(reason="secret", detail="denied")


def test_an_answer_that_takes_longer_than_it_may_is_slow_unless_it_fails_by_itself() -> None:
    probe = replace(PROBE, max_ms=100)
    assert decide(response(200, GOOD), 100.0, probe).reason is None
    slow = decide(response(200, GOOD), 100.1, probe)
    assert (slow.reason, slow.detail) == ("slow", "it took more than 100 ms")
    assert decide(response(500, {}), 200.0, probe).reason == "status"


def test_a_probe_may_expect_any_status_and_look_at_nothing_else() -> None:
    probe = Probe(name="gone", method="GET", target="/v1/x", status=404)
    assert decide(response(404, b"<html>"), 1, probe).reason is None
    assert decide(response(200, {}), 1, probe).reason == "status"


ANSWER = {"a/b": [{"m~n": 1}, 0.5, True, None, "x"], "": 7}
HOLD: list[tuple[str, Any, float | None, bool]] = [
    ("/a~1b/0/m~0n", 1, None, True),
    ("/a~1b/0/m~0n", 1.0, None, True),
    ("/a~1b/0/m~0n", True, None, False),
    ("/a~1b/2", True, None, True),
    ("/a~1b/2", 1, None, False),
    ("/a~1b/2", 1, 5, False),
    ("/a~1b/3", None, None, True),
    ("/a~1b/1", 0.52, 0.02, True),
    ("/a~1b/1", 0.53, 0.02, False),
    ("/a~1b/1", 0.47, 0.02, False),
    ("/a~1b/4", 1, 0.1, False),
    ("/a~1b/5", None, None, False),
    ("/a~1b/-1", "x", None, False),
    ("/a~1b/01", 0.5, None, False),
    ("/a~1b/\u0661", 0.5, None, False),
    ("/a~1b/x", None, None, False),
    ("/", 7, None, True),
    ("/a~1b/0", {"m~n": 1.0}, None, True),
    ("/a~1b/0", {"m~n": True}, None, False),
    ("/a~1b/0", {}, None, False),
    ("", {"a/b": [{"m~n": 1}, 0.5, True, None, "x"], "": 7}, None, True),
    ("/a~1b", [{"m~n": 1}, 0.5, True, None], None, False),
]


@pytest.mark.parametrize(("pointer", "equals", "tolerance", "expected"), HOLD)
def test_a_value_is_known_by_its_pointer_within_its_tolerance(
    pointer: str, equals: Any, tolerance: float | None, *, expected: bool
) -> None:
    assert holds(ANSWER, Value(pointer=pointer, equals=equals, tolerance=tolerance)) == expected


def test_the_worst_is_the_first_failure_or_the_slowest_success() -> None:
    def outcome(reason: Reason | None, latency_ms: float) -> Outcome:
        return Outcome(reason=reason, detail="", latency_ms=latency_ms)

    fast, slow = outcome(None, 1), outcome(None, 9)
    assert worst([fast, slow]) is slow
    first, second = outcome("value", 1), outcome("status", 5)
    assert worst([slow, first, second]) is first
