"""Synthetic traces: the service's own shape (gateway, Lambda, table, model) with latencies that are known."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

T0 = 1_790_000_000.0
Document = dict[str, Any]


def trace_id(number: int) -> str:
    return f"1-{int(T0) + number // 1000:08x}-{number:024x}"


def segment(
    name: str,
    start_ms: float,
    end_ms: float | None,
    *,
    span_id: str,
    parent: str | None = None,
    trace: str | None = None,
    subs: list[Document] | None = None,
    **more: Any,
) -> Document:
    """A segment, or with `namespace` or inside another a subsegment; times in ms after T0."""
    document: Document = {"name": name, "id": span_id, "start_time": T0 + start_ms / 1000, **more}
    if trace:
        document["trace_id"] = trace
    if parent:
        document["parent_id"] = parent
    if subs:
        document["subsegments"] = subs
    if end_ms is None:
        document["in_progress"] = True
    else:
        document["end_time"] = T0 + end_ms / 1000
    return document


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Mean milliseconds of each part of a request, drawn from log-normal distributions of spread `sigma`."""

    parts: Mapping[str, float] = field(
        default_factory=lambda: {
            "gateway": 3.0,
            "lambda": 4.0,
            "parse": 1.0,
            "table": 8.0,
            "call": 3.0,
            "preprocess": 1.0,
            "predict": 12.0,
            "postprocess": 0.5,
            "format": 0.7,
        }
    )
    sigma: float = 0.35
    lookups: int = 1
    cold_share: float = 0.0
    initialization_ms: float = 180.0
    model_skew_ms: float = 0.0
    fault_share: float = 0.0
    separate: bool = True

    def slower(self, part: str, extra_ms: float) -> "Shape":
        return replace(self, parts={**self.parts, part: self.parts[part] + extra_ms})


def request(shape: Shape, rng: np.random.Generator, number: int, start_ms: float) -> list[Document]:
    """The documents of one request; every time is a sum of its parts, so the total is known exactly."""
    spread = rng.lognormal(-(shape.sigma**2) / 2, shape.sigma, 16)
    part = {name: mean * spread[i] for i, (name, mean) in enumerate(shape.parts.items())}
    trace = trace_id(number)
    ids = iter(f"{number:010x}{i:06x}" for i in range(100))
    stage, invoke, service, function = (next(ids) for _ in range(4))
    cold = bool(rng.random() < shape.cold_share)
    fault = bool(rng.random() < shape.fault_share)
    flags: dict[str, Any] = {"fault": True} if fault else {}
    now = start_ms + part["gateway"] / 2
    called = now
    now += part["lambda"] / 2
    subs: list[Document] = []
    function_start = now
    if cold:
        subs.append(segment("Initialization", now, now + shape.initialization_ms, span_id=next(ids)))
        now += shape.initialization_ms
    now += part["parse"]
    lookup_start, lookups = now, []
    for _ in range(shape.lookups):
        lookups.append(
            segment(
                "dynamodb",
                now,
                now + part["table"],
                span_id=next(ids),
                namespace="aws",
                aws={"operation": "GetItem", "table_name": "reference-data"},
            )
        )
        now += part["table"]
    subs.append(segment("## lookup", lookup_start, now, span_id=next(ids), subs=lookups))
    predict_start = now
    runtime = next(ids)
    inside = now + part["call"] / 2
    skew, model_start = shape.model_skew_ms, inside
    steps = []
    for name in ("preprocess", "predict", "postprocess"):
        steps.append(segment(f"## {name}", inside + skew, inside + part[name] + skew, span_id=next(ids)))
        inside += part[name]
    model = segment(
        "model", model_start + skew, inside + skew, span_id=next(ids), parent=runtime, trace=trace, subs=steps
    )
    now = inside + part["call"] / 2
    call = segment(
        "runtime.sagemaker",
        predict_start,
        now,
        span_id=runtime,
        namespace="aws",
        aws={"operation": "InvokeEndpoint"},
        **flags,
    )
    subs.append(segment("## model", predict_start, now, span_id=next(ids), subs=[call]))
    now += part["format"]
    annotations = {"cold_start": cold, "outcome": "fault" if fault else "ok", "model_version": "3"}
    end = now + part["lambda"] / 2
    documents = [
        segment(
            "inference-dev-inference",
            function_start,
            now,
            span_id=function,
            parent=service,
            trace=trace,
            origin="AWS::Lambda::Function",
            annotations=annotations,
            subs=None if shape.separate else subs,
            **flags,
        ),
        model,
        segment(
            "inference-dev-inference",
            called,
            end,
            span_id=service,
            parent=invoke,
            trace=trace,
            origin="AWS::Lambda",
            **flags,
        ),
        segment(
            "inference-dev/live",
            start_ms,
            end + part["gateway"] / 2,
            span_id=stage,
            trace=trace,
            origin="AWS::ApiGateway::Stage",
            subs=[segment("Lambda", called, end, span_id=invoke, namespace="aws")],
            **flags,
        ),
    ]
    if shape.separate:
        documents += [{**sub, "type": "subsegment", "trace_id": trace, "parent_id": function} for sub in subs]
    return documents


def documents(shape: Shape, count: int, seed: int, *, first: int = 0) -> Iterator[Document]:
    """The documents of `count` requests, 50 ms apart, each request's own in a random order."""
    rng = np.random.default_rng(seed)
    for number in range(first, first + count):
        made = request(shape, rng, number, number * 50.0)
        for index in rng.permutation(len(made)):
            yield made[index]


def write_lines(path: Path, made: Iterator[Document]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for document in made:
            stream.write(json.dumps(document, separators=(",", ":")) + "\n")
