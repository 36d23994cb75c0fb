"""Trees -> the service map: who calls whom, how long it takes, how often it fails. `layout` places it."""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from reports.traces.measure.analysis import distribution, latency
from reports.traces.measure.path import critical_path
from reports.traces.measure.stats import Floats
from reports.traces.measure.trees import Tree
from reports.traces.pictures import MapEdge, MapNode, ServiceMap
from reports.traces.read.segments import FAULT, Span

CALLERS = "callers"


class Place(NamedTuple):
    """A node's identity: a segment's name and origin, or a call's name and namespace."""

    name: str
    origin: str


CALLER_PLACE = Place(CALLERS, "")


@dataclass(slots=True)
class _Times:
    durations_ms: "array[float]" = field(default_factory=lambda: array("d"))
    failed: int = 0
    faults: int = 0

    def add(self, span: Span) -> None:
        self.durations_ms.append((span.end - span.start) * 1000)
        self.failed += bool(span.failed)
        self.faults += bool(span.failed & FAULT)

    def values(self) -> Floats:
        return np.frombuffer(self.durations_ms, dtype=np.float64)


def service_map(trees: Iterable[Tree], band: Iterable[Tree]) -> ServiceMap:
    """The map of all `trees`; the shares of the nodes are of the time of `band`, the traces around the p90.

    A call with a segment behind it is an edge; one without is an edge and a node, timed at the caller.
    """
    nodes: defaultdict[Place, _Times] = defaultdict(_Times, {CALLER_PLACE: _Times()})
    edges: defaultdict[tuple[Place, Place], _Times] = defaultdict(_Times)
    for tree in trees:
        _collect(tree.top, nodes, edges)
    shares = _shares(band)
    ids = {place: index for index, place in enumerate(nodes)}
    return ServiceMap(
        nodes=tuple(
            MapNode(
                id=ids[place],
                name=place.name,
                origin=place.origin,
                latency=latency(times.values()),
                failed=times.failed,
                faults=times.faults,
                share=shares.get(place, 0.0),
            )
            for place, times in nodes.items()
        ),
        edges=tuple(
            MapEdge(
                source=ids[source],
                target=ids[target],
                latency=distribution(times.values()),
                failed=times.failed,
            )
            for (source, target), times in edges.items()
        ),
    )


def _collect(
    root: Span, nodes: defaultdict[Place, _Times], edges: defaultdict[tuple[Place, Place], _Times]
) -> None:
    stack: list[tuple[Span, Span | None, Place]] = [(root, None, CALLER_PLACE)]
    while stack:
        span, parent, owner = stack.pop()
        place = _place(span)
        if place is not None:
            nodes[place].add(span)
            call = parent if parent is not None and parent.hop.kind in ("aws", "remote") else span
            edges[owner, place].add(call)
            owner = place if span.hop.kind == "service" else owner
        if span.children:
            stack += [(child, span, owner) for child in span.children]


def _place(span: Span) -> Place | None:
    """Where a span is on the map: a segment, or a call with no segment directly behind it."""
    hop = span.hop
    if hop.kind == "service":
        return Place(hop.name, hop.detail)
    if hop.kind in ("aws", "remote") and not any(child.hop.kind == "service" for child in span.children):
        return Place(hop.name, hop.kind)
    return None


def _shares(band: Iterable[Tree]) -> dict[Place, float]:
    """Each node's part of the time of the traces in `band`: its own spans' critical-path time."""
    sums: dict[Place, float] = {}
    total = 0.0
    for tree in band:
        homes = _homes(tree.top)
        for piece in critical_path(tree.top):
            home = homes[piece.span.id]
            sums[home] = sums.get(home, 0.0) + piece.end - piece.start
        total += tree.total_s
    return {place: spent / total for place, spent in sums.items()} if total else {}


def _homes(root: Span) -> dict[str, Place]:
    homes: dict[str, Place] = {}
    stack: list[tuple[Span, Place]] = [(root, CALLER_PLACE)]
    while stack:
        span, owner = stack.pop()
        home = homes[span.id] = _place(span) or owner
        stack.extend((child, home if span.hop.kind == "service" else owner) for child in span.children)
    return homes
