"""Traces made by hand, as a local run collects them: the API's segment and the model's below it."""

from collections.abc import Sequence
from functools import cache
from typing import Any

Segments = tuple[dict[str, Any], ...]


@cache
def api_traces(count: int, first: float, *, entry: str = "inference-dev/live") -> Segments:
    """One complete trace every 10 ms from the epoch second `first` on."""
    return tuple(segment for number in range(count) for segment in one(number, first + number / 100, entry))


def one(number: int, start: float, entry: str) -> Segments:
    """A request of 50 ms, 5 of them inside the model."""
    trace, stage, call, model = f"1-69243a00-{number:024x}", *(f"{number:08x}{n:08x}" for n in range(3))
    integration = {"id": call, "name": "Lambda", "start_time": start + 0.002, "end_time": start + 0.048}
    stage_segment = {
        "id": stage,
        "trace_id": trace,
        "name": entry,
        "origin": "AWS::ApiGateway::Stage",
        "start_time": start,
        "end_time": start + 0.05,
        "subsegments": [{**integration, "namespace": "aws"}],
    }
    model_segment = {
        "id": model,
        "parent_id": call,
        "trace_id": trace,
        "name": "model",
        "start_time": start + 0.02,
        "end_time": start + 0.025,
    }
    return stage_segment, model_segment


def without(segments: Sequence[dict[str, Any]], name: str, count: int) -> Segments:
    """The same, but the first `count` segments of this name were lost."""
    lost = [segment for segment in segments if segment["name"] == name][:count]
    return tuple(segment for segment in segments if segment not in lost)
