"""The same invocation, recorded as X-Ray's segments and as OpenTelemetry's spans, gives the same report."""

import contextlib
import importlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bench.stand_ins.daemon import PARENT, ROOT, SAMPLED, flatten, nested
from handlers import tracing
from local.fillins.xray import spans
from reports.traces import report

SEGMENT = {"name": "f", "id": PARENT, "trace_id": ROOT, "origin": "AWS::Lambda::Function"}


class Refused(Exception):  # noqa: N818  # what a caller did wrong
    """The caller's error."""

    status = 404


@dataclass(frozen=True)
class Part:
    """A step or a call: what it is, how it ends, what is noted and what is inside."""

    kind: str
    name: str
    status: int
    raises: type[Exception] | None
    notes: dict[str, Any]
    inside: Sequence["Part"]


NAMES = st.sampled_from(["a", "b", "größe", "x y", "dynamodb", "api.example"])
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["x" * 1001, "ü" * 1001, "\ud800"]),
    st.booleans(),
    st.integers(),
    st.integers(min_value=2**63),
    st.floats(),
)


def parts(inside: st.SearchStrategy[Sequence[Part]]) -> st.SearchStrategy[Part]:
    return st.builds(
        Part,
        kind=st.sampled_from(["step", "aws", "http", "left open"]),
        name=NAMES,
        status=st.sampled_from([200, 204, 302, 400, 404, 429, 500, 503]),
        raises=st.sampled_from([None, None, ValueError, Refused]),
        notes=st.dictionaries(st.sampled_from(["plan", "items", "n"]), VALUES, max_size=3),
        inside=inside,
    )


PROGRAMS = st.lists(
    st.recursive(
        parts(st.just(())),
        lambda deeper: parts(st.lists(deeper, max_size=3)),
        max_leaves=8,
    ),
    max_size=4,
)


def run(part: Part) -> None:
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.suppress(ValueError, Refused))
        if part.kind == "aws":
            call = stack.enter_context(tracing.aws_call(part.name, "Get", "eu-west-1", table_name="t"))
            call.answered(part.status, "r")
        elif part.kind == "http":
            call = stack.enter_context(tracing.http_call(part.name, "POST", f"https://{part.name}/x"))
            call.answered(part.status)
        elif part.kind == "step":
            stack.enter_context(tracing.step(part.name))
        else:  # as a thread leaves it that is still at work when the answer is out
            steps = tracing._state.steps  # noqa: SLF001  # no way to leave one open is public
            assert steps is not None
            steps.open(f"## {part.name}", "local")
        for key, value in part.notes.items():
            tracing.annotate(key, value)
        for each in part.inside:
            run(each)
        if part.raises and part.kind != "left open":
            raise part.raises("hush")


def recorded(program: Sequence[Part]) -> None:
    with tracing.invocation("handle"):
        for part in program:
            run(part)


def told(documents: list[dict[str, Any]]) -> Any:
    """What the trace report says under Lambda's own segment, but for times, ids and its order."""
    flat = [part for document in documents for part in flatten(document)]
    begin = min(part["start_time"] for part in flat)
    made = report([{**SEGMENT, "start_time": begin, "end_time": begin + 60}, *documents])
    hops = sorted((h.kind, h.name, h.detail, h.errors, h.faults, h.throttles, h.failed) for h in made.hops)
    exceptions = sorted((e.type, e.message, e.label, e.count) for e in made.exceptions)
    counts = (made.counts.complete, made.counts.cold, made.counts.unfinished)
    notes = sorted((part["name"], json.dumps(part.get("annotations", {}), sort_keys=True)) for part in flat)
    return hops, exceptions, counts, dict(made.entries), notes


def test_whatever_an_invocation_does_both_forms_tell_the_same(lambda_: pytest.MonkeyPatch) -> None:
    lambda_.setenv("_X_AMZN_TRACE_ID", SAMPLED)
    # Of this environment, which is a new one.
    otlp, otlp_wire, steps = (
        importlib.import_module(f"handlers.{name}") for name in ("otlp", "otlp_wire", "steps")
    )

    sent: list[dict[str, Any]] = []
    as_segments = steps.install(())

    lambda_.setattr(
        steps.xray_recorder.emitter,
        "_send_data",
        lambda sending: sent.append(json.loads(sending.partition("\n")[2])),
    )
    as_spans = otlp.Steps(
        lambda made: sent.extend(nested(spans.documents(otlp_wire.request(made, {"service.name": "f"}))))
    )

    @settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(PROGRAMS)
    def holds(program: list[Part]) -> None:
        found = []
        for backend in (as_segments, as_spans):
            state = tracing._state  # noqa: SLF001  # which of them records is decided once an environment
            state.steps, state.started = backend, False
            sent.clear()
            recorded(program)
            found.append(told(sent))
        assert found[0] == found[1]

    holds()
