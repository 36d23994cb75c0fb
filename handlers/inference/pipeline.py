"""One request through the service's functions: parse, look up, features, predict, format.

A list of items is one look-up and one call of the model; an item that fails is answered by its error, the
others as if it were not there.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from handlers import tracing
from handlers.inference.attempts import Budget
from handlers.inference.failure import FailureError, internal_error, model_failure
from handlers.inference.model import Model, Predicted
from handlers.inference.operations import Operation
from handlers.inference.references import References
from handlers.inference.requests import request_of

MAX_MESSAGE = 300  # characters of what a service's function says is wrong
T = TypeVar("T")
log = logging.getLogger(__name__)


class Pipeline:
    """Answers requests; `references` and `model` are there where an operation uses them."""

    def __init__(self, *, references: References | None, model: Model | None) -> None:
        self._references = references
        self._model = model

    def answer(self, operation: Operation, event: Mapping[str, Any], request_id: str, budget: Budget) -> Any:
        """The answer's body. Raises `FailureError`, or whatever `parse` or `gather` fails with."""
        with tracing.step("parse"):
            parsed = _parsed(operation, event)
        if operation.gather is None or not isinstance(parsed, list):
            results, _ = self._results(operation, [parsed], request_id, budget)
            if isinstance(results[0], FailureError):
                raise results[0]
            return results[0]
        tracing.annotate("items", len(parsed))
        results, meta = self._results(operation, parsed, request_id, budget)
        return operation.gather([_told(result) for result in results], meta)

    def _results(
        self, operation: Operation, items: list[Any], request_id: str, budget: Budget
    ) -> tuple[list[Any], Mapping[str, str]]:
        """For each item its answer, or the failure that it ended in; and what all answers are told."""
        instances = list(self._instances(operation, items, budget))
        ready = [instance for instance in instances if not isinstance(instance, FailureError)]
        predicted = Predicted(predictions=ready, version="")
        if operation.model and ready:
            predicted = _there(self._model).predict(ready, operation.wire, budget)
        meta = {"request_id": request_id, "model_version": predicted.version}
        predictions = iter(predicted.predictions)
        return [
            instance
            if isinstance(instance, FailureError)
            else _answer(operation, item, next(predictions), meta)
            for item, instance in zip(items, instances, strict=True)
        ], meta

    def _instances(self, operation: Operation, items: list[Any], budget: Budget) -> Iterator[Any]:
        """For each item what the model is asked, or the failure that it ended in."""
        features = operation.features
        if operation.reference is None:
            for item in items:
                yield None if features is None else _kept(features, item, None)
            return
        keys = [_kept(operation.reference, item) for item in items]
        asked = [key for key in keys if isinstance(key, str)]
        if len(items) == 1:
            tracing.annotate("reference_id", *asked)
        found = _there(self._references).get(asked, budget)
        for item, key in zip(items, keys, strict=True):
            if isinstance(key, FailureError):
                yield key
            elif key not in found:
                yield FailureError("unknown_reference", "There is no reference data for this id.")
            else:
                # A copy: what is cached is not a function's to change.
                yield dict(found[key]) if features is None else _kept(features, item, dict(found[key]))


def _parsed(operation: Operation, event: Mapping[str, Any]) -> Any:
    request = request_of(operation.inputs, event)
    try:
        return operation.parse(request)
    except ValueError as error:
        raise _invalid(error) from None


def _kept(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function gives for an item, or the item's failure: a ValueError is the request's."""
    try:
        return function(*arguments)
    except ValueError as error:
        return _invalid(error)
    except Exception:
        log.exception("an item failed", extra={"fields": {"function": function.__name__}})
        return internal_error()


def _answer(operation: Operation, item: Any, prediction: Any, meta: Mapping[str, str]) -> Any:
    """An item's answer; a prediction that `format` makes nothing of is the model's failure."""
    try:
        return operation.format(item, prediction, meta)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        if not operation.model:
            raise
        fields = {"operation": operation.id, "error": type(error).__name__, "at": _line(error)}
        log.warning("a prediction makes no sense", extra={"fields": fields})
        return model_failure("The model's answer makes no sense.")


def _line(error: BaseException) -> str:
    """The line that raised it: the text may repeat the prediction."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _told(result: Any) -> Any:
    if isinstance(result, FailureError):
        return {"error": {"code": result.code, "message": result.message}}
    return result


def _invalid(error: ValueError) -> FailureError:
    return FailureError("invalid_request", str(error)[:MAX_MESSAGE] or "The request is invalid.")


def _there(part: T | None) -> T:
    if part is None:
        raise LookupError("not wired, though an operation uses it")
    return part
