import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bench.stand_ins.wine import SCHEMAS
from handlers.canary.outcome import LABELS, REASONS, Outcome, decide, no_answer, not_sent, schema_problem
from handlers.canary.settings import Probe
from handlers.transport import (
    BrokenOffError,
    InsecureError,
    Response,
    TimedOutError,
    TransportError,
    UnconnectedError,
    UnresolvedError,
)

SCHEMA = Draft202012Validator(SCHEMAS["Prediction"])
PROBE = Probe(id="lot-001", measurements={}, prediction="barolo")
GOOD = {
    "id": "lot-001",
    "prediction": "barolo",
    "probability": 0.98,
    "model_version": "7",
    "request_id": "r-1",
}
ODD = st.one_of(
    st.none(), st.booleans(), st.text(max_size=3), st.integers(), st.floats(), st.just([]), st.just({})
)
PROBABILITIES = st.one_of(st.floats(0, 1), st.sampled_from([0, 1, 1.0000001, -1e-9, 2, True, 10**400]))
GOOD_DOCUMENTS = st.fixed_dictionaries(
    {
        "id": st.text(max_size=5),
        "prediction": st.sampled_from(LABELS),
        "probability": st.floats(0, 1),
        "model_version": st.text(min_size=1, max_size=5),
        "request_id": st.text(min_size=1, max_size=5),
    }
)


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    document: dict[str, Any] = draw(GOOD_DOCUMENTS)
    name = draw(st.sampled_from(list(GOOD)))
    match draw(st.sampled_from(("replace", "probability", "drop", "add"))):
        case "replace":
            document[name] = draw(ODD)
        case "probability":
            document["probability"] = draw(PROBABILITIES)
        case "drop":
            del document[name]
        case "add":
            document[draw(st.text(max_size=3))] = draw(ODD)
    return document


@given(document=st.one_of(GOOD_DOCUMENTS, spoiled(), spoiled(), ODD))
def test_the_hand_written_check_is_the_contracts_schema(document: Any) -> None:
    values = document.values() if isinstance(document, dict) else [document]
    no_json = any(isinstance(value, float) and math.isnan(value) for value in values)
    assert (schema_problem(document) is None) == (SCHEMA.is_valid(document) and not no_json)


def response(status: int, body: Any) -> Response:
    return Response(
        status=status, headers={}, body=body if isinstance(body, bytes) else json.dumps(body).encode()
    )


@pytest.mark.parametrize("probability", [0, 0.98, 1])
def test_the_known_answer_is_a_success(probability: float) -> None:
    expected = Outcome(reason=None, detail="as known", status=200, latency_ms=12.5)
    assert decide(response(200, {**GOOD, "probability": probability}), 12.5, PROBE) == expected


FAILURES: dict[str, tuple[Response, str, str]] = {
    "forbidden": (response(403, {"error": {"code": "forbidden"}}), "status", "HTTP 403 forbidden"),
    "gateway's own error": (response(502, {"message": "Internal server error"}), "status", "HTTP 502"),
    "no JSON with an error": (response(500, b"<html>"), "status", "HTTP 500"),
    "redirect": (response(307, b""), "status", "HTTP 307"),
    "another success": (response(201, GOOD), "status", "HTTP 201"),
    "no JSON": (response(200, b"<html>"), "schema", "the answer is no prediction: it is no object"),
    "nested too deep": (
        response(200, b"[" * 100_000),
        "schema",
        "the answer is no prediction: it is no object",
    ),
    "NaN": (
        response(200, json.dumps({**GOOD, "probability": math.nan}).encode()),
        "schema",
        "the answer is no prediction: its probability is no number from 0 to 1",
    ),
    **{
        f"empty {name}": (
            response(200, {**GOOD, name: ""}),
            "schema",
            "the answer is no prediction: id, model_version or request_id is no text, or empty",
        )
        for name in ("model_version", "request_id")
    },
    "other fields": (
        response(200, {"ok": True}),
        "schema",
        "the answer is no prediction: it lacks "
        "['id', 'model_version', 'prediction', 'probability', 'request_id']",
    ),
    "another prediction": (
        response(200, {**GOOD, "prediction": "barbera"}),
        "value",
        "barbera for another lot or instead of barolo",
    ),
    "another lot": (
        response(200, {**GOOD, "id": "lot-002"}),
        "value",
        "barolo for another lot or instead of barolo",
    ),
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
