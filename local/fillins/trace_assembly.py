"""Puts a trace together from its documents, as `BatchGetTraces` and `GetTraceSummaries` show it.

Subsegments that were sent on their own are embedded in their parent, wherever in the tree it is; one
whose parent never came stays a document of its own. Segments that X-Ray infers for the downstream of a
subsegment are not made up here.
"""

import copy
from dataclasses import dataclass
from typing import Any

from local.fillins.trace_store import Segment


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """One trace: top-level documents in order of their start."""

    id: str
    segments: tuple[Segment, ...]

    @property
    def start(self) -> float:
        """Epoch seconds."""
        return min(float(segment["start_time"]) for segment in self.segments)

    @property
    def end(self) -> float:
        """Epoch seconds."""
        return max(ended(segment) for segment in self.segments)

    @property
    def root(self) -> Segment:
        """The segment without a parent in the trace, the earliest if there are several."""
        known = {segment["id"] for segment in _every(self.segments)}
        tops = [segment for segment in self.segments if segment.get("parent_id") not in known]
        return (tops or list(self.segments))[0]


def ended(segment: Segment) -> float:
    """When the segment ended, in epoch seconds; one still in progress, when it started."""
    return float(segment["end_time"] if "end_time" in segment else segment["start_time"])


def assemble(documents: list[Segment]) -> list[Trace]:
    """Traces by the start of their first document, oldest first."""
    by_trace: dict[str, list[Segment]] = {}
    for document in documents:
        by_trace.setdefault(document["trace_id"], []).append(document)
    traces = [Trace(id=name, segments=_embedded(parts)) for name, parts in by_trace.items()]
    return sorted(traces, key=lambda trace: trace.start)


def _embedded(parts: list[Segment]) -> tuple[Segment, ...]:
    latest = {part["id"]: copy.deepcopy(part) for part in parts}  # a later document replaces one in progress
    nodes = {node["id"]: node for part in latest.values() for node in _every((part,))}
    tops = []
    for part in latest.values():
        parent = nodes.get(part.get("parent_id", "")) if part.get("type") == "subsegment" else None
        if parent is None or parent is part:
            tops.append(part)
        else:
            parent.setdefault("subsegments", []).append(part)
    return tuple(sorted(tops, key=lambda part: float(part["start_time"])))


def _every(segments: tuple[Segment, ...] | list[Segment]) -> list[Segment]:
    found: list[Segment] = []
    for segment in segments:
        found.append(segment)
        found.extend(_every([part for part in segment.get("subsegments", ()) if isinstance(part, dict)]))
    return found


def nodes(trace: Trace) -> list[Segment]:
    """Every segment and subsegment of the trace."""
    return _every(trace.segments)


def flag(trace: Trace, name: str) -> bool:
    """Whether any segment of the trace has `error`, `fault` or `throttle`."""
    return any(segment.get(name) for segment in trace.segments)


def annotations(trace: Trace) -> dict[str, list[Any]]:
    """Annotation key to its distinct values in the trace."""
    found: dict[str, list[Any]] = {}
    for node in nodes(trace):
        for key, value in node.get("annotations", {}).items():
            values = found.setdefault(key, [])
            if value not in values:
                values.append(value)
    return found
