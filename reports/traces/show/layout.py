"""A service map -> places on a page: layers by distance from the callers, few crossings, smooth lines.

The usual way for layered graphs (Sugiyama): longest-path layers, stand-ins where a line passes a layer,
barycentre ordering. Two directions, for wide pages and narrow ones. It knows sizes and nothing of colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from reports.traces.pictures import MapEdge, MapNode, ServiceMap

Direction = Literal["right", "down"]
NODE_WIDTH, NODE_HEIGHT = 204.0, 84.0
GAP = {"right": (84.0, 28.0), "down": (56.0, 14.0)}  # between layers, and within one
MARGIN = 8.0
SWEEPS = 8
LABEL_AT = {"right": (0.658, 0.784), "down": (0.784, 0.658)}  # x and y of a line's curve at 0.7 of its way


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """A node and its upper left corner."""

    node: MapNode
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class PlacedEdge:
    """An edge as the path data of an SVG line, and where its words go."""

    edge: MapEdge
    line: str
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A laid-out map; sizes in SVG user units (CSS pixels at scale 1)."""

    width: float
    height: float
    nodes: tuple[PlacedNode, ...]
    edges: tuple[PlacedEdge, ...]


def layout(service_map: ServiceMap, direction: Direction) -> Drawing:
    """Place every node and edge of a map."""
    edges = [(edge.source, edge.target) for edge in service_map.edges if edge.source != edge.target]
    forward = _without_cycles(len(service_map.nodes), edges)
    layer = _layers(len(service_map.nodes), forward)
    ranks, routes = _with_stand_ins(layer, forward)
    _order(ranks, routes)
    along = (NODE_WIDTH if direction == "right" else NODE_HEIGHT) + GAP[direction][0]
    across = (NODE_HEIGHT if direction == "right" else NODE_WIDTH) + GAP[direction][1]
    widest = max(len(rank) for rank in ranks)
    centre: dict[int, tuple[float, float]] = {}
    for depth, rank in enumerate(ranks):
        for place, item in enumerate(rank):
            main = depth * along + (NODE_WIDTH if direction == "right" else NODE_HEIGHT) / 2
            cross = (place + (widest - len(rank)) / 2 + 0.5) * across - GAP[direction][1] / 2
            x, y = (main, cross) if direction == "right" else (cross, main)
            centre[item] = (x + MARGIN, y + MARGIN)
    nodes = [
        PlacedNode(node, centre[node.id][0] - NODE_WIDTH / 2, centre[node.id][1] - NODE_HEIGHT / 2)
        for node in service_map.nodes
    ]
    route = {(chain[0], chain[-1]): chain for chain in routes}
    placed = [
        _edge(edge, [centre[item] for item in _chain(route, edge)], direction)
        for edge in service_map.edges
        if edge.source != edge.target
    ]
    return Drawing(
        width=max(x for x, _ in centre.values()) + NODE_WIDTH / 2 + MARGIN,
        height=max(y for _, y in centre.values()) + NODE_HEIGHT / 2 + MARGIN,
        nodes=tuple(nodes),
        edges=tuple(placed),
    )


def _without_cycles(count: int, edges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The edges with those that close a cycle turned round (depth first, from the callers)."""
    targets: dict[int, list[int]] = {node: [] for node in range(count)}
    for source, target in edges:
        targets[source].append(target)
    state = [0] * count  # 0 unseen, 1 on the way, 2 done
    forward: set[tuple[int, int]] = set()
    for first in range(count):
        stack = [(first, iter(targets[first]))] if not state[first] else []
        state[first] = state[first] or 1
        while stack:
            node, rest = stack[-1]
            target = next(rest, -1)
            if target < 0:
                state[node] = 2
                stack.pop()
            elif state[target] == 1:
                forward.add((target, node))
            else:
                forward.add((node, target))
                if not state[target]:
                    state[target] = 1
                    stack.append((target, iter(targets[target])))
    return sorted(forward)


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Longest path from any source; `edges` have no cycle, so `count` rounds settle it."""
    layer = [0] * count
    for _ in range(count):
        changed = False
        for source, target in edges:
            if layer[target] <= layer[source]:
                layer[target] = layer[source] + 1
                changed = True
        if not changed:
            break
    return layer


def _with_stand_ins(
    layer: Sequence[int], edges: Sequence[tuple[int, int]]
) -> tuple[list[list[int]], list[list[int]]]:
    """The layers' members, and each edge as a chain that has one member in every layer it passes."""
    ranks: list[list[int]] = [[] for _ in range(max(layer) + 1)]
    for node, depth in enumerate(layer):
        ranks[depth].append(node)
    routes: list[list[int]] = []
    stand_in = len(layer)
    for source, target in edges:
        chain = [source]
        for depth in range(layer[source] + 1, layer[target]):
            ranks[depth].append(stand_in)
            chain.append(stand_in)
            stand_in += 1
        routes.append([*chain, target])
    return ranks, routes


def _order(ranks: list[list[int]], routes: Sequence[Sequence[int]]) -> None:
    """Order each layer by the mean place of its neighbours, sweeping forth and back."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for chain in routes:
        for upper, lower in pairwise(chain):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        for depth in range(1, len(ranks)) if forth else range(len(ranks) - 2, -1, -1):
            fixed = ranks[depth - 1 if forth else depth + 1]
            ranks[depth] = _by_mean_place(ranks[depth], above if forth else below, fixed)


def _by_mean_place(rank: list[int], neighbours: dict[int, list[int]], fixed: Sequence[int]) -> list[int]:
    places = {item: place / max(len(fixed) - 1, 1) for place, item in enumerate(fixed)}
    means: dict[int, float] = {}
    for place, item in enumerate(rank):
        near = [places[other] for other in neighbours.get(item, ())]
        means[item] = sum(near) / len(near) if near else place / max(len(rank), 1)
    return sorted(rank, key=lambda item: means[item])


def _chain(route: dict[tuple[int, int], list[int]], edge: MapEdge) -> list[int]:
    forward = route.get((edge.source, edge.target))
    return forward if forward is not None else route[edge.target, edge.source][::-1]


def _edge(edge: MapEdge, centres: list[tuple[float, float]], direction: Direction) -> PlacedEdge:
    """A smooth line from border to border through the stand-ins."""
    half = (NODE_WIDTH if direction == "right" else NODE_HEIGHT) / 2
    (x1, y1), (x2, y2) = centres[0], centres[-1]
    sign = 1 if (x2 > x1 if direction == "right" else y2 > y1) else -1
    first = (x1 + sign * half, y1) if direction == "right" else (x1, y1 + sign * half)
    last = (x2 - sign * half, y2) if direction == "right" else (x2, y2 - sign * half)
    points = [first, *centres[1:-1], last]
    line = f"M{first[0]:.1f} {first[1]:.1f}"
    for (ax, ay), (bx, by) in pairwise(points):
        if direction == "right":
            middle = (ax + bx) / 2
            line += f" C{middle:.1f} {ay:.1f} {middle:.1f} {by:.1f} {bx:.1f} {by:.1f}"
        else:
            middle = (ay + by) / 2
            line += f" C{ax:.1f} {middle:.1f} {bx:.1f} {middle:.1f} {bx:.1f} {by:.1f}"
    x, y = (
        near * (1 - share) + far * share
        for near, far, share in zip(points[-2], points[-1], LABEL_AT[direction], strict=True)
    )
    return PlacedEdge(edge, line, x, y)
