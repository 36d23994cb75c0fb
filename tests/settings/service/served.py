"""A service of any folder, answered in this process: its functions, its model behind the real application."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import services
from handlers.inference.attempts import Budget
from handlers.inference.model import Model
from handlers.inference.pipeline import Pipeline
from handlers.transport import Response
from model import artefact
from model.app import Application
from model.tracing import Tracer
from settings import service as shipped
from settings.probes.definition import Example
from settings.service.reading import Service
from settings.service.running import operations
from settings.service.sending import event_of, sent


class Endpoint:
    """Stands in for the client of an endpoint: hands each call to the model server's application."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def call(self, _: str, __: str, headers: Mapping[str, str], body: bytes, **___: object) -> Response:
        told: list[tuple[str, list[tuple[str, str]]]] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/invocations",
            "CONTENT_TYPE": headers["Content-Type"],
            "wsgi.input": io.BytesIO(body),
        }
        answer = b"".join(self._application(environ, lambda *said: told.append(said)))
        ((status, sent_back),) = told
        assert status.startswith("200 "), answer
        return Response(
            status=200,
            headers={
                **{name.lower(): value for name, value in sent_back},
                "x-amzn-invoked-production-variant": "main",
            },
            body=answer,
        )


class Served:
    """One service with its trained model."""

    def __init__(self, service: Service, directory: Path) -> None:
        self.service, self.directory = service, directory
        application = Application(service.name, directory, Tracer(name="model", make_emitter=None))
        application.load()
        self._operations = operations(service)
        endpoint: Any = Endpoint(application)
        self._pipeline = Pipeline(references=None, model=Model(endpoint, "endpoint"))

    def answer(self, example: Example) -> Any:
        """The body of the answer, as JSON has it."""
        event = event_of(self.service.operation(example), example, sent(self.service, example))
        operation = self._operations.of(event)
        assert operation is not None
        budget = Budget(clock=lambda: 0.0, started=0.0, total_s=1.5)
        return json.loads(json.dumps(self._pipeline.answer(operation, event, "request-1", budget)))


@contextmanager
def served(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The service of a folder `.../services/<name>`, checked and trained."""
    monkeypatch.setattr(artefact, "ROOT", folder.parent.parent)
    monkeypatch.setattr(services, "__path__", [str(folder.parent)])
    directory = folder.parent.parent / "build" / folder.name
    artefact.train(folder.name, directory)
    yield Served(shipped.checked(folder), directory)


def held(answer: Any, example: Example) -> list[str]:
    """What of the expected values does not hold."""
    wrong = []
    for value in example.expect.values:
        found = answer
        for part in value.pointer.split("/")[1:]:
            found = found[int(part)] if isinstance(found, list) else found[part]
        expected = (
            value.equals if value.tolerance is None else pytest.approx(value.equals, abs=value.tolerance)
        )
        if found != expected:
            wrong.append(f"{value.pointer}: {found!r} instead of {value.equals!r}")
    return wrong
