import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import tracing
from model.app import Application
from model.artefact import load
from model.emitter import Emitter
from model.tracing import ATTRIBUTES, Caller, Steps, Tracer, caller_of, segment
from services.wine.model.predictor import Classifier
from tests.model.served import LOT_001, PARENT_ID, TRACE_ID, TRACED
from tests.model.test_app import call

HEADER = TRACED["X-Amzn-SageMaker-Custom-Attributes"]
ID = re.compile(r"[0-9a-f]{16}")


class Recorder:
    """A traced application whose segments end up in `sent`."""

    def __init__(self, artefact: Path, name: str = "model") -> None:
        self.sent: list[dict[str, Any]] = []
        self.tracer = Tracer(name=name, make_emitter=lambda: Emitter(lambda: self._send, interval_s=0.01))
        self.application = Application("wine", artefact, self.tracer)
        self.application.load()
        self.tracer.start()

    def _send(self, documents: Sequence[str]) -> int:
        self.sent.extend(json.loads(document) for document in documents)
        return 0

    def segments(self) -> list[dict[str, Any]]:
        self.tracer.stop()
        return self.sent


@pytest.fixture
def recorder(artefact: Path) -> Iterator[Recorder]:
    made = Recorder(artefact)
    yield made
    made.tracer.stop()


def body(*instances: object) -> bytes:
    return json.dumps({"instances": instances}).encode()


@pytest.mark.parametrize(
    "attributes",
    [
        f"Root={TRACE_ID};Parent={PARENT_ID};Sampled=1",
        f"Sampled=1;Parent={PARENT_ID};Root={TRACE_ID};Lineage=a87bd80c:0",
        f"Self=1-5759e988-ffffffffffffffffffffffff;Root={TRACE_ID};Parent={PARENT_ID};Sampled=1",
        f"customer=42, Root={TRACE_ID}; Parent={PARENT_ID}; Sampled=1, other=Root",
        f"Root={TRACE_ID};Parent={PARENT_ID};Sampled=1;Root=1-0-0;Parent={'0' * 16};Sampled=0",
        f"XRoot=1;NoParent=2;Root={TRACE_ID};Parent={PARENT_ID};Sampled=1",
    ],
)
def test_the_callers_trace_is_found_among_other_attributes(attributes: str) -> None:
    assert caller_of(attributes) == Caller(trace_id=TRACE_ID, parent_id=PARENT_ID)


@pytest.mark.parametrize(
    "attributes",
    [
        None,
        "",
        "customer=42",
        f"Root={TRACE_ID};Parent={PARENT_ID}",
        f"Root={TRACE_ID};Parent={PARENT_ID};Sampled=0",
        f"Root={TRACE_ID};Parent={PARENT_ID};Sampled=?",
        f"Parent={PARENT_ID};Sampled=1",
        f"Root=2-5759e988-bd862e3fe1be46a994272793;Parent={PARENT_ID};Sampled=1",
        f"Root={TRACE_ID}0;Parent={PARENT_ID};Sampled=1",
        f"XRoot={TRACE_ID};Parent={PARENT_ID};Sampled=1",
    ],
)
def test_without_a_sampled_trace_there_is_nothing_to_continue(attributes: str | None) -> None:
    assert caller_of(attributes) is None


def test_a_malformed_parent_makes_the_segment_the_traces_root() -> None:
    assert caller_of(f"Root={TRACE_ID};Parent=xyz;Sampled=1") == Caller(trace_id=TRACE_ID, parent_id=None)


def test_a_prediction_is_one_segment_under_the_caller_with_a_subsegment_for_each_step(
    recorder: Recorder, artefact: Path
) -> None:
    reply = call(recorder.application, "POST", "/invocations", body(LOT_001, LOT_001), **{ATTRIBUTES: HEADER})
    assert reply.status == "200 OK"
    (found,) = recorder.segments()
    assert (found["name"], found["trace_id"], found["parent_id"]) == ("model", TRACE_ID, PARENT_ID)
    assert found["http"] == {
        "request": {"method": "POST", "url": "/invocations"},
        "response": {"status": 200},
    }
    assert found["annotations"] == {"model_version": load("wine", artefact).version, "instances": 2}
    assert not {"error", "fault", "cause"} & found.keys()
    steps = found["subsegments"]
    assert [step["name"] for step in steps] == ["## preprocess", "## predict", "## postprocess"]
    assert all(step.keys() == {"name", "id", "start_time", "end_time"} for step in steps)
    times = [found["start_time"], *(step[key] for step in steps for key in ("start_time", "end_time"))]
    assert [*times, found["end_time"]] == sorted([*times, found["end_time"]])
    ids = [found["id"], *(step["id"] for step in steps)]
    assert all(ID.fullmatch(str(each)) for each in ids)
    assert len(set(ids)) == 4


def test_bad_input_is_the_callers_error_on_the_segment_and_on_the_step_that_refused_it(
    recorder: Recorder,
) -> None:
    call(recorder.application, "POST", "/invocations", b"{", **{ATTRIBUTES: HEADER})
    (found,) = recorder.segments()
    (step,) = found["subsegments"]
    assert (step["name"], step["error"], found["error"]) == ("## preprocess", True, True)
    assert not {"fault", "cause"} & found.keys()
    assert found["http"]["response"] == {"status": 400}


def test_a_failure_of_ours_is_a_fault_with_the_exceptions_type_and_not_its_message(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object, rows: object) -> None:
        raise ZeroDivisionError(f"with {rows}")

    monkeypatch.setattr(Classifier, "predict", broken)
    call(recorder.application, "POST", "/invocations", body(LOT_001), **{ATTRIBUTES: HEADER})
    (found,) = recorder.segments()
    first, second = found["subsegments"]
    assert (second["name"], second["fault"], found["fault"]) == ("## predict", True, True)
    assert not {"error", "fault"} & first.keys()
    assert found["cause"]["exceptions"][0]["type"] == "ZeroDivisionError"
    assert "14.23" not in json.dumps(found)


def test_requests_without_a_sampled_trace_and_pings_are_not_recorded(recorder: Recorder) -> None:
    unsampled = HEADER.replace("Sampled=1", "Sampled=0")
    assert call(recorder.application, "POST", "/invocations", body(LOT_001)).status == "200 OK"
    call(recorder.application, "POST", "/invocations", body(LOT_001), **{ATTRIBUTES: unsampled})
    call(recorder.application, "GET", "/ping", **{ATTRIBUTES: HEADER})
    assert recorder.segments() == []


@settings(deadline=None)
@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=200))
def test_no_header_changes_the_answer(artefact: Path, garbage: str) -> None:
    traced = Recorder(artefact)
    plain = call(traced.application, "POST", "/invocations", body(LOT_001))
    for attributes in (garbage, f"{garbage}{HEADER}", f"{HEADER}{garbage}"):
        assert (
            call(traced.application, "POST", "/invocations", body(LOT_001), **{ATTRIBUTES: attributes})
            == plain
        )
    assert all(found["trace_id"] == TRACE_ID for found in traced.segments())


def test_the_segments_name_holds_only_what_x_ray_allows(artefact: Path) -> None:
    traced = Recorder(artefact, name="inference-dev-model (é)" + "x" * 300)
    call(traced.application, "POST", "/invocations", body(LOT_001), **{ATTRIBUTES: HEADER})
    (found,) = traced.segments()
    assert found["name"] == ("inference-dev-model ___" + "x" * 300)[:200]


def test_the_largest_segment_is_far_below_the_64_kb_that_x_ray_takes() -> None:
    steps = Steps()
    for name in ("## preprocess", "## predict", "## postprocess"):
        with steps.step(name):
            pass
    document = segment(
        name="x" * 200,
        caller=Caller(trace_id=TRACE_ID, parent_id=PARENT_ID),
        steps=steps,
        status=500,
        annotations={"model_version": "0" * 12, "instances": 1000},
        cause="E" * 100,
    )
    assert len(json.dumps(document)) < 2_000


def test_the_environment_names_the_segment_and_can_turn_tracing_off(artefact: Path) -> None:
    assert Tracer.from_environ({}).name == "model"
    assert Tracer.from_environ({"MODEL_NAME": "inference-dev-model"}).name == "inference-dev-model"
    off = Tracer.from_environ({"AWS_XRAY_SDK_ENABLED": "False"})
    off.start()
    application = Application("wine", artefact, off)
    application.load()
    assert call(application, "POST", "/invocations", body(LOT_001), **{ATTRIBUTES: HEADER}).status == "200 OK"
    off.stop()


@pytest.mark.parametrize("word", [*tracing.OFF, "NO", "Off"])
def test_the_words_that_switch_tracing_off_are_those_of_the_functions(word: str) -> None:
    tracer = Tracer.from_environ({"AWS_XRAY_SDK_ENABLED": word})
    tracer.start()
    tracer.record(HEADER, steps=Steps(), status=200, annotations={})
    assert tracer._emitter is None  # noqa: SLF001  # nothing that could send


def test_a_daemon_address_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(ValueError, match="AWS_XRAY_DAEMON_ADDRESS is not host:port"):
        Tracer.from_environ({"AWS_XRAY_DAEMON_ADDRESS": "localhost"})
