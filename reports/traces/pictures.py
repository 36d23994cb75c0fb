"""What the pictures of a trace report show, as frozen data: paths, waterfalls and the service map.

Times are milliseconds, instants ISO 8601 in UTC, shares 0 to 1. Nothing here is computed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.traces.distribution import Latency
from reports.traces.read.segments import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class PathStep:
    """A stretch of a critical path: `label` held the request up for `ms`, from `start_ms` after its start."""

    label: str
    kind: Kind
    start_ms: float
    ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A span in a waterfall; `offset_ms` counts from the root's start.

    `path` are its stretches on the critical path: offset and length in milliseconds.
    """

    depth: int
    kind: Kind
    label: str
    offset_ms: float
    duration_ms: float
    path: tuple[tuple[float, float], ...]
    failures: tuple[str, ...]
    status: int | None
    finished: bool
    annotations: Mapping[str, str | float | bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Waterfall:
    """One trace drawn over time. `titles` say why it was chosen; `hidden` spans share a row with others."""

    titles: tuple[str, ...]
    trace_id: str
    url: str | None
    start: str
    total_ms: float
    cold: bool
    defects: tuple[str, ...]
    rows: tuple[Row, ...]
    hidden: int
    path: tuple[PathStep, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MapNode:
    """A service, or what a call without a segment behind it went to. `id` is its place in the map."""

    id: int
    name: str
    origin: str
    latency: Latency | None
    failed: int
    faults: int
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class MapEdge:
    """Calls from one node to another, timed at the caller."""

    source: int
    target: int
    latency: Latency
    failed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceMap:
    """Who calls whom. Node 0 is the callers of the traces, who are not measured."""

    nodes: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...]
