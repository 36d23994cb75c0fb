"""One request from start to end: find its operation, answer, log. Everything it uses is passed in."""

import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from handlers import tracing
from handlers.inference.attempts import Budget
from handlers.inference.failure import FailureError, internal_error
from handlers.inference.operations import Operations
from handlers.inference.pipeline import Pipeline
from handlers.transport import Clock

MAX_RESPONSE = 6 * 1024 * 1024  # bytes that Lambda takes of a function ("Lambda quotas")
WRAPPING = 1024  # of them, for status and headers
_ID = re.compile(r"[\w.-]{1,128}", re.ASCII)
_HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store"}
log = logging.getLogger(__name__)


class Predictions:
    """Answers proxy events; whatever happens, the answer is one that the contract knows."""

    def __init__(self, *, operations: Operations, pipeline: Pipeline, budget_s: float, clock: Clock) -> None:
        self._operations = operations
        self._pipeline = pipeline
        self._budget_s = budget_s
        self._clock = clock

    def answer(self, event: Mapping[str, Any], fallback_id: str) -> dict[str, Any]:
        """The proxy response; `fallback_id` is the request id when the gateway gave none."""
        started = self._clock()
        with tracing.invocation("handle"):
            request_id = fallback_id
            try:
                known = _mapping(event)
                context = _mapping(known.get("requestContext"))
                request_id = _id(context.get("requestId")) or fallback_id
                _annotate_plan(context)
                budget = Budget(clock=self._clock, started=started, total_s=self._budget_s)
                response, outcome = self._answered(known, request_id, budget), "ok"
            except FailureError as failure:
                response, outcome = error(failure, request_id), failure.code
            except Exception:
                log.exception("an unexpected error", extra={"fields": {"request_id": request_id}})
                response, outcome = error(internal_error(), request_id), "internal_error"
            tracing.annotate("outcome", outcome)
        fields = {
            "request_id": request_id,
            "outcome": outcome,
            "status": response["statusCode"],
            "duration_ms": round((self._clock() - started) * 1000, 1),
        }
        log.info("answered", extra={"fields": fields})
        return response

    def _answered(self, event: Mapping[str, Any], request_id: str, budget: Budget) -> dict[str, Any]:
        operation = self._operations.of(event)
        if operation is None:
            raise FailureError("not_found", "There is no such operation.")
        answer = self._pipeline.answer(operation, event, request_id, budget)
        body = json.dumps(answer, allow_nan=False)
        if not fits(body):
            raise FailureError(
                "answer_too_large",
                "The answer has more than the 6 MB that can be sent; ask for less at once.",
            )
        return _response(200, body)


def fits(body: str) -> bool:
    """Whether Lambda takes the response: in it the body is JSON once more, so each quote and escape has
    two."""
    room = MAX_RESPONSE - WRAPPING
    return len(body) * 2 + 2 <= room or len(json.dumps(body)) <= room


def error(failure: FailureError, request_id: str) -> dict[str, Any]:
    """The error response to the gateway."""
    body = {"error": {"code": failure.code, "message": failure.message, "request_id": request_id}}
    return _response(failure.status, json.dumps(body))


def _response(status: int, body: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": dict(_HEADERS), "body": body, "isBase64Encoded": False}


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
