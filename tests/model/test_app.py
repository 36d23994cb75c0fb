import io
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gunicorn.http.errors import InvalidChunkSize
from hypothesis import given, settings
from hypothesis import strategies as st

from model.app import DISCARDED_BYTES, Application
from model.artefact import load
from model.tracing import Tracer
from model.wire import MAX_BODY_BYTES
from services.wine.model.predictor import Classifier
from tests.model.served import LOT_001
from tests.model.test_wire import JSON

OFF = Tracer(name="model", make_emitter=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    status: str
    headers: dict[str, str]
    json: Any


@pytest.fixture(scope="module")
def application(artefact: Path) -> Application:
    loaded = Application("wine", artefact, OFF)
    loaded.load()
    return loaded


def call(application: Application, method: str, path: str, stream: Any = b"", **environ: str) -> Reply:
    source = io.BytesIO(stream) if isinstance(stream, bytes) else stream
    started: list[tuple[str, list[tuple[str, str]]]] = []
    given = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": source} | environ
    content = b"".join(application(given, lambda status, headers: started.append((status, headers))))
    ((status, headers),) = started
    assert dict(headers)["Content-Length"] == str(len(content))
    assert dict(headers)["Content-Type"] == "application/json"
    return Reply(status=status, headers=dict(headers), json=json.loads(content))


def invoke(application: Application, *instances: Mapping[str, Any]) -> Reply:
    return call(application, "POST", "/invocations", json.dumps({"instances": instances}).encode())


def test_ping_is_200_only_when_the_model_is_loaded(artefact: Path) -> None:
    application = Application("wine", artefact, OFF)
    before = call(application, "GET", "/ping")
    assert (before.status, before.json) == ("503 Service Unavailable", {"error": "the model is not loaded"})
    assert invoke(application, LOT_001).status == "503 Service Unavailable"
    application.load()
    after = call(application, "GET", "/ping")
    version = load("wine", artefact).version
    assert (after.status, after.json) == ("200 OK", {"status": "ok", "model_version": version})


def test_a_known_lot_gets_its_known_prediction(application: Application, artefact: Path) -> None:
    reply = invoke(application, LOT_001)
    assert reply.status == "200 OK"
    assert reply.json["model_version"] == load("wine", artefact).version
    (prediction,) = reply.json["predictions"]
    assert prediction["label"] == "barolo"
    assert prediction["probability"] == pytest.approx(0.999585, abs=1e-6)


def test_a_batch_is_answered_in_order_and_as_each_instance_by_itself(application: Application) -> None:
    instances = [
        LOT_001 | {"proline": 100.0 * number, "flavanoids": 0.3 * number, "alcohol": 11.0}
        for number in range(1, 20)
    ]
    together = invoke(application, *instances).json["predictions"]
    alone = [invoke(application, instance).json["predictions"][0] for instance in instances]
    assert [found["probability"] for found in together] == pytest.approx(
        [found["probability"] for found in alone]
    )
    assert len({found["label"] for found in together}) > 1


def test_another_content_type_is_refused_where_the_service_decodes_none(application: Application) -> None:
    reply = call(application, "POST", "/invocations", b"a,b", CONTENT_TYPE="text/csv")
    assert (reply.status, reply.json) == ("400 Bad Request", {"error": "the body must be application/json"})


def test_json_with_a_character_set_is_json(application: Application) -> None:
    content = json.dumps({"instances": [LOT_001]}).encode()
    reply = call(application, "POST", "/invocations", content, CONTENT_TYPE="application/json; charset=utf-8")
    assert reply.status == "200 OK"


def test_a_predictor_that_loses_an_instance_is_a_clean_500(
    application: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Classifier, "predict", lambda _, instances: instances[1:])
    reply = invoke(application, LOT_001, LOT_001)
    assert (reply.status, reply.json) == ("500 Internal Server Error", {"error": "internal error"})
    assert "1 predictions for 2 instances" in caplog.text


@settings(deadline=None)
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_bad_input_is_400_with_a_json_error_and_never_5xx(application: Application, content: bytes) -> None:
    reply = call(application, "POST", "/invocations", content)
    assert reply.status == "400 Bad Request"
    assert set(reply.json) == {"error"}


def test_a_body_over_the_limit_is_413_and_read_as_far_as_sagemaker_sends(application: Application) -> None:
    stream = io.BytesIO(b" " * 40_000_000)
    reply = call(application, "POST", "/invocations", stream)
    assert reply.status == "413 Request Entity Too Large"
    assert reply.json == {"error": "the body has more than 6,000,000 bytes"}
    assert stream.tell() == MAX_BODY_BYTES + 1 + DISCARDED_BYTES


@pytest.mark.parametrize("raised", [ConnectionResetError(), InvalidChunkSize(b"zz")])
def test_a_body_that_cannot_be_read_is_400(application: Application, raised: Exception) -> None:
    class Broken:
        def read(self, _: int) -> bytes:
            raise raised

    reply = call(application, "POST", "/invocations", Broken())
    assert reply.status == "400 Bad Request"
    assert reply.json == {"error": "the body ended early or is badly chunked"}


def test_the_unforeseen_is_a_clean_500_with_its_trace_in_the_log(
    application: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object, rows: object) -> None:
        raise ZeroDivisionError(f"secret {rows}")

    monkeypatch.setattr(Classifier, "predict", broken)
    with caplog.at_level(logging.ERROR, logger="model.app"):
        reply = invoke(application, LOT_001)
    assert (reply.status, reply.json) == ("500 Internal Server Error", {"error": "internal error"})
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("POST", "/ping", "405 Method Not Allowed", "GET"),
        ("GET", "/invocations", "405 Method Not Allowed", "POST"),
        ("GET", "/", "404 Not Found", None),
        ("GET", "/ping/", "404 Not Found", None),
    ],
)
def test_other_methods_and_paths_are_refused(
    application: Application, method: str, path: str, status: str, allow: str | None
) -> None:
    reply = call(application, method, path)
    assert (reply.status, reply.headers.get("Allow")) == (status, allow)
    assert set(reply.json) == {"error"}
