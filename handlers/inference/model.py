"""The model behind the SageMaker endpoint: instances in, one prediction for each out.

The wire is the model server's, `{"instances": [...]}` in and `{"model_version", "predictions"}` out, or what
the service's functions make of it. SageMaker passes no trace header to the container, so it travels in the
custom attributes.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from handlers import tracing
from handlers.inference.attempts import Budget, Verdict, attempt
from handlers.inference.aws.client import ServiceClient, ServiceError
from handlers.inference.aws.credentials import CredentialsError
from handlers.inference.failure import FailureError, internal_error, model_failure, out_of_time
from handlers.transport import Response, TimedOutError, TransportError

NOT_READY = "ModelNotReadyException"
THROTTLES = frozenset(("ThrottlingException", "TooManyRequestsException"))
TOO_MANY_REQUESTS = 429
MAX_VERSION = 100  # characters: it goes into every answer and trace
SERVER_ERROR = 500
VARIANT = "x-amzn-invoked-production-variant"  # of SageMaker's answer
JSON, BYTES = "application/json", "application/octet-stream"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wire:
    """How a service's model is spoken to, where not as the model server is."""

    to_model: Callable[[list[Any]], bytes] | None = None
    from_model: Callable[[bytes], list[Any]] | None = None
    content_type: str | None = None
    accept: str = JSON


@dataclass(frozen=True, kw_only=True, slots=True)
class Predicted:
    """One prediction for each instance, in order, and what made them."""

    predictions: Sequence[Any]
    version: str


class Model:
    """Asks one endpoint."""

    def __init__(self, client: ServiceClient, endpoint_name: str) -> None:
        self._client = client
        self._endpoint_name = endpoint_name

    @tracing.step("predict")
    def predict(self, instances: list[Any], wire: Wire, budget: Budget) -> Predicted:
        """The predictions for `instances`, in one call, with all the time that is left.

        Raises `FailureError`: model_failure, throttled or time_budget_exceeded; and ValueError or TypeError
        for instances that the wire does not carry.
        """
        content_type, body = encode(instances, wire)
        headers = {"Content-Type": content_type, "Accept": wire.accept}
        answer = attempt(lambda: self._invoke(headers, body, budget), judge, budget)
        predicted = decode(answer, wire, len(instances))
        tracing.annotate("model_version", predicted.version)
        return predicted

    def _invoke(self, headers: dict[str, str], body: bytes, budget: Budget) -> Response:
        return self._client.call(
            "InvokeEndpoint",
            f"/endpoints/{self._endpoint_name}/invocations",
            headers,
            body,
            deadline=budget.deadline(),
            trace_in="X-Amzn-SageMaker-Custom-Attributes",
            endpoint_name=self._endpoint_name,
        )


def encode(instances: list[Any], wire: Wire) -> tuple[str, bytes]:
    """Content type and body. One instance of bytes goes as it is. Raises ValueError or TypeError."""
    if wire.to_model is not None:
        return wire.content_type or JSON, wire.to_model(instances)
    if len(instances) == 1 and isinstance(instances[0], bytes):
        return wire.content_type or BYTES, instances[0]
    return wire.content_type or JSON, json.dumps({"instances": instances}, allow_nan=False).encode()


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
        return Verdict(retry=True, failure=model_failure("The model cannot be reached."))
    if error.code == NOT_READY or error.status >= SERVER_ERROR:
        return Verdict(retry=True, failure=model_failure("The model is not available."))
    if error.code in THROTTLES or error.status == TOO_MANY_REQUESTS:
        return Verdict(retry=True, failure=FailureError("throttled", "The model is throttled; try later."))
    return Verdict(retry=False, failure=model_failure("The model failed."))


def decode(answer: Response, wire: Wire, count: int) -> Predicted:
    """The `count` predictions in the model's answer. Raises `FailureError` (model_failure) for anything else.

    Where `from_model` reads the answer, the endpoint's variant stands for the version.
    """
    try:
        if wire.from_model is not None:
            predictions: Any = wire.from_model(answer.body)
            version: Any = answer.headers.get(VARIANT, "unknown")
        else:
            document: Any = json.loads(answer.body)
            version, predictions = document["model_version"], document["predictions"]
        counted = isinstance(predictions, Sequence) and not isinstance(predictions, str | bytes)
        counted = counted and len(predictions) == count
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as problem:
        raise model_failure("The model's answer cannot be read.") from problem
    if not (counted and isinstance(version, str) and 0 < len(version) <= MAX_VERSION):
        raise model_failure("The model's answer makes no sense.")
    return Predicted(predictions=predictions, version=version)
