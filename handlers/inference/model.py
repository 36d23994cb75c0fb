"""The model behind the SageMaker endpoint: thirteen features in, one prediction out.

The wire is the model server's: `{"instances": [{...}]}` in, `{"model_version", "predictions"}` out.
SageMaker passes no trace header to the container, so it travels in the custom attributes.
"""

import json
from collections.abc import Mapping
from typing import Any

from handlers import tracing
from handlers.inference.attempts import Budget, Verdict, attempt
from handlers.inference.aws import ServiceClient, ServiceError
from handlers.inference.contract import LABELS, ModelAnswer, is_number
from handlers.inference.credentials import CredentialsError
from handlers.inference.failure import FailureError, internal_error, out_of_time
from handlers.transport import TimedOutError, TransportError

NOT_READY = "ModelNotReadyException"
THROTTLES = frozenset(("ThrottlingException", "TooManyRequestsException"))
TOO_MANY_REQUESTS = 429
MAX_VERSION = 100  # characters: it goes into every answer and trace
SERVER_ERROR = 500
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


class Model:
    """Asks one endpoint."""

    def __init__(self, client: ServiceClient, endpoint_name: str) -> None:
        self._client = client
        self._endpoint_name = endpoint_name

    @tracing.step("predict")
    def predict(self, features: Mapping[str, float], budget: Budget) -> ModelAnswer:
        """The prediction for `features` (all thirteen by name), with all the time that is left.

        Raises `FailureError`: model_failure, throttled or time_budget_exceeded.
        """
        body = json.dumps({"instances": [dict(features)]}).encode()
        answer = attempt(lambda: self._invoke(body, budget), judge, budget)
        tracing.annotate("model_version", answer.model_version)
        return answer

    def _invoke(self, body: bytes, budget: Budget) -> ModelAnswer:
        response = self._client.call(
            "InvokeEndpoint",
            f"/endpoints/{self._endpoint_name}/invocations",
            _HEADERS,
            body,
            deadline=budget.deadline(),
            trace_in="X-Amzn-SageMaker-Custom-Attributes",
            endpoint_name=self._endpoint_name,
        )
        return decode(response.body)


def judge(error: ServiceError | TransportError) -> Verdict:
    """What an error of the endpoint means.

    A time-out is never retried: the attempt had all that was left. Nor is what the container itself
    answers (ModelError, 424): it would answer the same again. SageMaker's own 5XX (InternalFailure,
    ServiceUnavailable, InternalDependencyException) are transient and are.
    """
    if isinstance(error, TimedOutError):
        return Verdict(retry=False, failure=out_of_time())
    if isinstance(error, CredentialsError):
        return Verdict(retry=True, failure=internal_error())
    if isinstance(error, TransportError):
        return Verdict(retry=True, failure=_failure("The model cannot be reached."))
    if error.code == NOT_READY or error.status >= SERVER_ERROR:
        return Verdict(retry=True, failure=_failure("The model is not available."))
    if error.code in THROTTLES or error.status == TOO_MANY_REQUESTS:
        return Verdict(retry=True, failure=FailureError("throttled", "The model is throttled; try later."))
    return Verdict(retry=False, failure=_failure("The model failed."))


def decode(body: bytes) -> ModelAnswer:
    """The one prediction in the model's answer. Raises `FailureError` (model_failure) for anything else."""
    try:
        document: Any = json.loads(body)
        version = document["model_version"]
        (prediction,) = document["predictions"]
        label, probability = prediction["label"], prediction["probability"]
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise _failure("The model's answer cannot be read.") from problem
    known = isinstance(version, str) and 0 < len(version) <= MAX_VERSION and label in LABELS
    if not (known and is_number(probability) and 0 <= probability <= 1):
        raise _failure("The model's answer makes no sense.")
    return ModelAnswer(label=label, probability=float(probability), model_version=version)


def _failure(message: str) -> FailureError:
    return FailureError("model_failure", message)
