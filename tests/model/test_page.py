"""docs/model.md says what the code does."""

import json
import re
from pathlib import Path

from model import emitter, wire
from model.artefact import load
from model.push import SERVER
from services.wine.model.features import MAX_MAGNITUDE
from services.wine.model.train import ACCURACY_FLOOR
from tests.model.served import LOT_001, ROOT, TRACED
from tests.model.test_app import call
from tests.model.test_tracing import Recorder

PAGE = (ROOT / "docs" / "model.md").read_text()
PROSE = " ".join(PAGE.split())


def test_the_settings_table_names_exactly_what_is_read_from_the_environment() -> None:
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE))
    read = {
        name
        for path in SERVER.glob("*.py")
        for name in re.findall(r"environ\.get\(\s*\"([A-Z_]+)\"", path.read_text())
    }
    assert table == read - {"PATH_INFO", "CONTENT_TYPE"}  # that is WSGI's environ


def test_the_example_is_what_the_model_answers(artefact: Path) -> None:
    (version, label, probability) = re.search(
        r'"model_version": "(\w+)", "predictions": \[\{"label": "(\w+)", "probability": ([\d.]+)\}', PAGE
    ).groups()  # type: ignore[union-attr]  # a page without the example fails here, as it should
    served = load("wine", artefact)
    (found,) = served.predictor.predict([LOT_001])
    answer = (served.version, found["label"], round(found["probability"], 4))
    assert (version, label, float(probability)) == answer


def test_the_limits_are_the_ones_in_force() -> None:
    assert f"1 to {wire.MAX_INSTANCES:,} instances and at most {wire.MAX_BODY_BYTES / 1e6:g} MB" in PROSE
    assert f"within plus and minus {MAX_MAGNITUDE:,.0f}" in PROSE
    assert f"({ACCURACY_FLOOR} accuracy on the held-out quarter for `wine`)" in PROSE
    assert f"at most {emitter.BATCH} in a call. The queue holds {emitter.CAPACITY:,};" in PROSE
    assert f"up to {emitter.MAX_PAUSE_S:g} s. When a worker ends it has {emitter.FLUSH_S:g} s" in PROSE
    assert emitter.INTERVAL_S == 0.5
    assert "twice a second" in PROSE


def test_the_steps_and_annotations_are_the_recorded_ones(artefact: Path) -> None:
    traced = Recorder(artefact)
    body = json.dumps({"instances": [LOT_001]}).encode()
    (header,) = TRACED.values()
    call(traced.application, "POST", "/invocations", body, HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES=header)
    (segment,) = traced.segments()
    for name in [step["name"] for step in segment["subsegments"]] + list(segment["annotations"]):
        assert f"`{name}`" in PROSE
