import json
from typing import Any

import pytest

from handlers.inference.aws import ServiceError
from handlers.inference.contract import ModelAnswer
from handlers.inference.credentials import CredentialsError
from handlers.inference.failure import FailureError
from handlers.inference.model import decode, judge
from handlers.transport import (
    BrokenOffError,
    InsecureError,
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


@pytest.mark.parametrize("probability", [0, 0.98, 1, 1.0])
def test_one_prediction_is_read(probability: float) -> None:
    body = {**GOOD, "predictions": [{"label": "barolo", "probability": probability}]}
    expected = ModelAnswer(label="barolo", probability=probability, model_version="7")
    assert decode(json.dumps(body).encode()) == expected


def test_a_version_has_up_to_a_hundred_characters() -> None:
    assert decode(json.dumps({**GOOD, "model_version": "x" * 100}).encode()).model_version == "x" * 100


def prediction(**changed: Any) -> dict[str, Any]:
    return {**GOOD, "predictions": [{**GOOD["predictions"][0], **changed}]}


NONSENSE = {
    "no JSON": b"<html>",
    "no UTF-8": b"\xff\xfe\xff",
    "JSON without end": b"[" * 200_000,
    "a version without end": json.dumps({**GOOD, "model_version": "x" * 101}).encode(),
    "NaN": b'{"model_version": "7", "predictions": [{"label": "barolo", "probability": NaN}]}',
    "no object": json.dumps([GOOD]).encode(),
    "no version": json.dumps({"predictions": GOOD["predictions"]}).encode(),
    "an empty version": json.dumps({**GOOD, "model_version": ""}).encode(),
    "a version that is no text": json.dumps({**GOOD, "model_version": 7}).encode(),
    "no predictions": json.dumps({**GOOD, "predictions": []}).encode(),
    "two predictions": json.dumps({**GOOD, "predictions": GOOD["predictions"] * 2}).encode(),
    "predictions that are no list": json.dumps({**GOOD, "predictions": 1}).encode(),
    "a prediction that is no object": json.dumps({**GOOD, "predictions": ["barolo"]}).encode(),
    "no label": json.dumps({**GOOD, "predictions": [{"probability": 1}]}).encode(),
    "an unknown label": json.dumps(prediction(label="merlot")).encode(),
    "a label that is a list": json.dumps(prediction(label=["barolo"])).encode(),
    "more than certain": json.dumps(prediction(probability=1.01)).encode(),
    "less than impossible": json.dumps(prediction(probability=-0.01)).encode(),
    "a probability that is true": json.dumps(prediction(probability=True)).encode(),
    "a probability that is text": json.dumps(prediction(probability="1")).encode(),
}


@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE.keys())
def test_any_other_answer_is_a_failure_of_the_model(body: bytes) -> None:
    with pytest.raises(FailureError) as raised:
        decode(body)
    assert raised.value.code == "model_failure"
