"""The WSGI application with SageMaker's container contract: `GET /ping` and `POST /invocations`.

Serves the predictor of one service. Answers are JSON unless it encodes them. A request's mistake is a 4XX
that names the place; anything unforeseen is a 500 whose cause stands in the log, never in the answer.
Deliberately no web framework: two routes.
Sources: "Custom inference code with hosting services", SageMaker developer guide.
"""

import contextlib
import json
import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from gunicorn.http.errors import ParseException

from model import artefact
from model.tracing import ATTRIBUTES, Steps, Tracer
from model.wire import JSON, MAX_BODY_BYTES, InvalidRequestError, parse_instances

DEFAULT_DIRECTORY: Final = "/opt/ml/model"  # where SageMaker unpacks model data
DISCARDED_BYTES: Final = 32_000_000  # more than SageMaker passes on: 25 MB
DEFAULT_SERVICE: Final = "wine"
_DISCARDED_AT_ONCE: Final = 1_000_000
_ROUTES: Final = {"/ping": "GET", "/invocations": "POST"}

_log = logging.getLogger("model.app")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: HTTPStatus
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


class Application:
    """One service's model over HTTP. `load` it before the first request; until then /ping says 503."""

    def __init__(self, service: str, directory: Path, tracer: Tracer) -> None:
        self.tracer = tracer
        self._service = service
        self._directory = directory
        self._loaded: artefact.Loaded | None = None

    def load(self) -> None:
        """Load the model. Raises `model.artefact.ArtefactError`."""
        self._loaded = artefact.load(self._service, self._directory)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        answer = self._answer(environ)
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            *answer.headers,
        ]
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [answer.body]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        allowed = _ROUTES.get(path)
        if allowed is None:
            return _error(HTTPStatus.NOT_FOUND, "there is only GET /ping and POST /invocations")
        if method != allowed:
            refusal = _error(HTTPStatus.METHOD_NOT_ALLOWED, f"{path} takes {allowed} only")
            return Answer(status=refusal.status, body=refusal.body, headers=(("Allow", allowed),))
        if self._loaded is None:
            return _error(HTTPStatus.SERVICE_UNAVAILABLE, "the model is not loaded")
        if path == "/ping":
            return _json(HTTPStatus.OK, {"status": "ok", "model_version": self._loaded.version})
        return self._invoke(environ, self._loaded)

    def _invoke(self, environ: dict[str, Any], loaded: artefact.Loaded) -> Answer:
        steps, cause = Steps(), None
        annotations: dict[str, str | int] = {"model_version": loaded.version}
        try:
            with steps.step("## preprocess"):
                instances = _instances(environ, loaded)
                annotations["instances"] = len(instances)
            with steps.step("## predict"):
                predictions = _predicted(instances, loaded)
            with steps.step("## postprocess"):
                answer = _answer(predictions, loaded)
        except BodyTooLargeError as error:
            answer = _error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error))
        except InvalidRequestError as error:
            answer = _error(HTTPStatus.BAD_REQUEST, str(error))
        except Exception as error:  # noqa: BLE001 - the outermost boundary: logged, and a clean 500 outside
            _log.exception("prediction failed")
            answer, cause = _error(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error"), type(error).__name__
        self.tracer.record(
            environ.get(ATTRIBUTES), steps=steps, status=answer.status, annotations=annotations, cause=cause
        )
        return answer


def _instances(environ: dict[str, Any], loaded: artefact.Loaded) -> list[Any]:
    body, content_type = _read_body(environ), environ.get("CONTENT_TYPE", JSON).partition(";")[0].strip()
    if content_type in ("", JSON):
        return parse_instances(body)
    if loaded.decode is None:
        raise InvalidRequestError(f"the body must be {JSON}")
    try:
        return list(loaded.decode(body, content_type))
    except ValueError as error:
        raise InvalidRequestError(str(error)) from error


def _predicted(instances: list[Any], loaded: artefact.Loaded) -> list[Any]:
    try:
        predictions = list(loaded.predictor.predict(instances))
    except ValueError as error:
        raise InvalidRequestError(str(error)) from error
    if len(predictions) != len(instances):
        raise RuntimeError(f"{len(predictions)} predictions for {len(instances)} instances")
    return predictions


def _answer(predictions: list[Any], loaded: artefact.Loaded) -> Answer:
    if loaded.encode is None:
        return _json(HTTPStatus.OK, {"model_version": loaded.version, "predictions": predictions})
    body, content_type = loaded.encode(predictions)
    return Answer(status=HTTPStatus.OK, body=body, content_type=content_type)


class BodyTooLargeError(InvalidRequestError):
    """The body has more than `MAX_BODY_BYTES`."""


def _read_body(environ: dict[str, Any]) -> bytes:
    """The whole body, of stated length or chunked; of a larger one, at most one byte more is kept."""
    try:
        body: bytes = environ["wsgi.input"].read(MAX_BODY_BYTES + 1)
    except (OSError, ParseException) as error:  # a client that went away; broken chunks
        raise InvalidRequestError("the body ended early or is badly chunked") from error
    if len(body) > MAX_BODY_BYTES:
        _discard(environ["wsgi.input"])
        raise BodyTooLargeError(f"the body has more than {MAX_BODY_BYTES:,} bytes")
    return body


def _discard(rest: Any) -> None:
    """Read what SageMaker may still be sending: a caller that is cut off while it sends sees no answer."""
    with contextlib.suppress(OSError, ParseException):
        for _ in range(DISCARDED_BYTES // _DISCARDED_AT_ONCE):
            if not rest.read(_DISCARDED_AT_ONCE):
                return


def _error(status: HTTPStatus, message: str) -> Answer:
    return _json(status, {"error": message})


def _json(status: HTTPStatus, document: dict[str, Any]) -> Answer:
    return Answer(status=status, body=json.dumps(document).encode())


application = Application(
    os.environ.get("MODEL_SERVICE") or DEFAULT_SERVICE,
    Path(os.environ.get("MODEL_DIR", DEFAULT_DIRECTORY)),
    Tracer.from_environ(os.environ),
)
