import json
from collections.abc import Mapping
from typing import Any

import pytest

from handlers.inference.aws.client import ServiceError
from handlers.inference.aws.credentials import CredentialsError
from handlers.inference.failure import FailureError
from handlers.inference.model import Predicted, Wire, decode, encode, judge
from handlers.transport import (
    BrokenOffError,
    InsecureError,
    Response,
    TimedOutError,
    TransportError,
    UnconnectedError,
)

GOOD: dict[str, Any] = {"model_version": "7", "predictions": [{"label": "barolo", "probability": 0.98}]}

VERDICTS: dict[str, tuple[ServiceError | TransportError, bool, str]] = {
    "throttled": (ServiceError(400, "ThrottlingException"), True, "throttled"),
    "too many": (ServiceError(429, ""), True, "throttled"),
    "not ready": (ServiceError(429, "ModelNotReadyException"), True, "model_failure"),
    "unavailable": (ServiceError(503, "ServiceUnavailable"), True, "model_failure"),
    "the container's answer": (ServiceError(424, "ModelError"), False, "model_failure"),
    "no endpoint": (ServiceError(400, "ValidationError"), False, "model_failure"),
    "internal": (ServiceError(500, "InternalFailure"), True, "model_failure"),
    "dependency": (ServiceError(530, "InternalDependencyException"), True, "model_failure"),
    "denied": (ServiceError(403, "AccessDeniedException"), False, "model_failure"),
    "499": (ServiceError(499, ""), False, "model_failure"),
    "no credentials": (CredentialsError(), True, "internal_error"),
    "not connected": (UnconnectedError(), True, "model_failure"),
    "no TLS": (InsecureError(), True, "model_failure"),
    "broken off": (BrokenOffError(), True, "model_failure"),
    "timed out": (TimedOutError(), False, "time_budget_exceeded"),
}


@pytest.mark.parametrize(("error", "retry", "code"), VERDICTS.values(), ids=VERDICTS.keys())
def test_what_each_error_of_the_endpoint_means(
    error: ServiceError | TransportError, *, retry: bool, code: str
) -> None:
    verdict = judge(error)
    assert (verdict.retry, verdict.failure.code) == (retry, code)


def answer(body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status=200, headers=headers or {}, body=body)


def test_one_prediction_is_read_for_each_instance() -> None:
    body = {"model_version": "7", "predictions": [{"label": "barolo"}, 3]}
    expected = Predicted(predictions=[{"label": "barolo"}, 3], version="7")
    assert decode(answer(json.dumps(body).encode()), Wire(), 2) == expected


def test_a_version_has_up_to_a_hundred_characters() -> None:
    body = json.dumps({**GOOD, "model_version": "x" * 100}).encode()
    assert decode(answer(body), Wire(), 1).version == "x" * 100


def test_a_model_with_a_wire_of_its_own_is_known_by_its_variant() -> None:
    wire = Wire(from_model=lambda body: body.decode().split(","))
    named = answer(b"a,b", {"x-amzn-invoked-production-variant": "main"})
    assert decode(named, wire, 2) == Predicted(predictions=["a", "b"], version="main")
    assert decode(answer(b"a"), wire, 1).version == "unknown"
    with pytest.raises(FailureError):
        decode(named, wire, 3)


INSTANCES: dict[str, tuple[list[Any], Wire, tuple[str, bytes]]] = {
    "JSON": ([{"a": 1}, [2]], Wire(), ("application/json", b'{"instances": [{"a": 1}, [2]]}')),
    "bytes": ([b"\x89PNG"], Wire(), ("application/octet-stream", b"\x89PNG")),
    "named bytes": ([b"\x89PNG"], Wire(content_type="image/png"), ("image/png", b"\x89PNG")),
    "own": ([1, 2], Wire(to_model=bytes, content_type="text/csv"), ("text/csv", b"\x01\x02")),
}


@pytest.mark.parametrize(("instances", "wire", "expected"), INSTANCES.values(), ids=INSTANCES.keys())
def test_instances_go_out_as_the_wire_has_it(
    instances: list[Any], wire: Wire, expected: tuple[str, bytes]
) -> None:
    assert encode(instances, wire) == expected


@pytest.mark.parametrize("instances", [[float("nan")], [b"a", b"b"], [{1, 2}]])
def test_what_no_wire_carries_never_goes_out(instances: list[Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        encode(instances, Wire())


NONSENSE = {
    "no JSON": b"<html>",
    "no UTF-8": b"\xff\xfe\xff",
    "JSON without end": b"[" * 200_000,
    "a version without end": json.dumps({**GOOD, "model_version": "x" * 101}).encode(),
    "no object": json.dumps([GOOD]).encode(),
    "no version": json.dumps({"predictions": GOOD["predictions"]}).encode(),
    "an empty version": json.dumps({**GOOD, "model_version": ""}).encode(),
    "a version that is no text": json.dumps({**GOOD, "model_version": 7}).encode(),
    "no predictions": json.dumps({**GOOD, "predictions": []}).encode(),
    "two predictions": json.dumps({**GOOD, "predictions": GOOD["predictions"] * 2}).encode(),
    "predictions that are no list": json.dumps({**GOOD, "predictions": 1}).encode(),
    "predictions that are text": json.dumps({**GOOD, "predictions": "x"}).encode(),
    "predictions that are an object": json.dumps({**GOOD, "predictions": {"a": 1}}).encode(),
}


@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE.keys())
def test_any_other_answer_is_a_failure_of_the_model(body: bytes) -> None:
    with pytest.raises(FailureError) as raised:
        decode(answer(body), Wire(), 1)
    assert raised.value.code == "model_failure"
