"""One request from start to end: parse, look up, predict, format. Everything it uses is passed in."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from handlers import tracing
from handlers.inference import contract
from handlers.inference.attempts import Budget
from handlers.inference.contract import ModelAnswer, PredictionRequest
from handlers.inference.failure import FailureError, internal_error
from handlers.inference.model import Model
from handlers.inference.references import References
from handlers.transport import Clock

_ID = re.compile(r"[\w.-]{1,128}", re.ASCII)
log = logging.getLogger(__name__)


class Predictions:
    """Answers proxy events; whatever happens, the answer is one that the contract knows."""

    def __init__(self, *, references: References, model: Model, budget_s: float, clock: Clock) -> None:
        self._references = references
        self._model = model
        self._budget_s = budget_s
        self._clock = clock

    def answer(self, event: Mapping[str, Any], fallback_id: str) -> dict[str, Any]:
        """The proxy response; `fallback_id` is the request id when the gateway gave none."""
        started = self._clock()
        with tracing.invocation("handle"):
            request_id = fallback_id
            try:
                context = _mapping(_mapping(event).get("requestContext"))
                request_id = _id(context.get("requestId")) or fallback_id
                _annotate_plan(context)
                budget = Budget(clock=self._clock, started=started, total_s=self._budget_s)
                request, answer = self._predict(event, budget)
                response, outcome = contract.prediction(request, answer, request_id), "ok"
            except FailureError as failure:
                response, outcome = contract.error(failure, request_id), failure.code
            except Exception:
                log.exception("an unexpected error", extra={"fields": {"request_id": request_id}})
                response, outcome = contract.error(internal_error(), request_id), "internal_error"
            tracing.annotate("outcome", outcome)
        fields = {
            "request_id": request_id,
            "outcome": outcome,
            "status": response["statusCode"],
            "duration_ms": round((self._clock() - started) * 1000, 1),
        }
        log.info("answered", extra={"fields": fields})
        return response

    def _predict(self, event: Mapping[str, Any], budget: Budget) -> tuple[PredictionRequest, ModelAnswer]:
        with tracing.step("parse"):
            request = contract.parse(event)
        tracing.annotate("reference_id", request.id)
        reference = self._references.get(request.id, budget)
        return request, self._model.predict({**reference, **request.measurements}, budget)


def _annotate_plan(context: Mapping[str, Any]) -> None:
    # The gateway names the key's id, which is no secret; its value, in the same place, is one.
    key_id = _id(_mapping(context.get("identity")).get("apiKeyId"))
    if key_id:
        tracing.annotate("plan", key_id)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _id(value: object) -> str:
    """An id as the gateway makes them: nothing else from an event goes into answers, logs and traces."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""
