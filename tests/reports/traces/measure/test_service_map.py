"""The service map: who calls whom, how often it fails, and where it is drawn."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.traces import report
from reports.traces.distribution import Latency
from reports.traces.pictures import MapEdge, MapNode, ServiceMap
from reports.traces.show.layout import NODE_HEIGHT, NODE_WIDTH, Direction, layout
from tests.reports.traces.make import Shape, documents, segment, trace_id


def edges(found: ServiceMap) -> dict[tuple[str, str], tuple[int, int]]:
    def name(index: int) -> str:
        node = found.nodes[index]
        return f"{node.name} {node.origin}".strip()

    return {(name(e.source), name(e.target)): (e.latency.count, e.failed) for e in found.edges}


def test_the_map_of_the_service_has_each_part_once() -> None:
    found = edges(report(documents(Shape(lookups=2), 30, 1)).service_map)
    assert found == {
        ("callers", "inference-dev/live AWS::ApiGateway::Stage"): (30, 0),
        ("inference-dev/live AWS::ApiGateway::Stage", "inference-dev-inference AWS::Lambda"): (30, 0),
        ("inference-dev-inference AWS::Lambda", "inference-dev-inference AWS::Lambda::Function"): (30, 0),
        ("inference-dev-inference AWS::Lambda::Function", "dynamodb aws"): (60, 0),
        ("inference-dev-inference AWS::Lambda::Function", "model"): (30, 0),
    }


def test_an_edge_is_timed_at_the_caller_and_a_node_at_itself() -> None:
    call = segment("call", 10, 50, span_id="c", namespace="remote", error=True)
    found = report(
        [
            segment("web", 0, 100, span_id="a", trace=trace_id(1), subs=[call]),
            segment("back", 20, 45, span_id="b", parent="c", trace=trace_id(1)),
        ]
    ).service_map
    back = next(node for node in found.nodes if node.name == "back")
    assert back.latency is not None
    assert back.latency.p50_ms == pytest.approx(25, abs=0.01)
    assert back.failed == 0
    edge = next(edge for edge in found.edges if edge.target == back.id)
    assert edge.latency.p50_ms == pytest.approx(40, abs=0.01)
    assert edge.failed == 1


def test_a_call_within_a_call_is_the_services_that_makes_both() -> None:
    inner = segment("host", 20, 30, span_id="i", namespace="remote")
    outer = segment("s3", 10, 40, span_id="o", namespace="aws", subs=[inner])
    found = edges(report([segment("fn", 0, 50, span_id="a", trace=trace_id(1), subs=[outer])]).service_map)
    assert found == {("callers", "fn"): (1, 0), ("fn", "s3 aws"): (1, 0), ("fn", "host remote"): (1, 0)}


def test_failures_are_counted_at_nodes() -> None:
    found = report(documents(Shape(fault_share=0.5), 100, 1))
    stage = next(node for node in found.service_map.nodes if node.origin == "AWS::ApiGateway::Stage")
    assert stage.failed == stage.faults == found.counts.failed
    assert 30 < stage.failed < 70


LATENCY = Latency(count=1, mean_ms=1, p50_ms=1, p90_ms=1, p99_ms=1, max_ms=1)


def graph(count: int, pairs: list[tuple[int, int]]) -> ServiceMap:
    nodes = tuple(
        MapNode(id=i, name=f"n{i}", origin="", latency=LATENCY, failed=0, faults=0, share=0)
        for i in range(count)
    )
    lines = tuple(MapEdge(source=a, target=b, latency=LATENCY, failed=0) for a, b in dict.fromkeys(pairs))
    return ServiceMap(nodes=nodes, edges=lines)


graphs = st.integers(1, 14).flatmap(
    lambda n: st.builds(
        graph,
        st.just(n),
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=30),
    )
)


@pytest.mark.parametrize("direction", ["right", "down"])
@given(drawn=graphs)
@settings(max_examples=80, deadline=None)
def test_any_graph_is_laid_out_within_its_page_and_no_two_boxes_touch(
    direction: Direction, drawn: ServiceMap
) -> None:
    found = layout(drawn, direction)
    assert [placed.node for placed in found.nodes] == list(drawn.nodes)
    assert len(found.edges) == sum(edge.source != edge.target for edge in drawn.edges)
    for placed in found.nodes:
        assert placed.x >= 0
        assert placed.x + NODE_WIDTH <= found.width
        assert placed.y >= 0
        assert placed.y + NODE_HEIGHT <= found.height
    for one, other in combinations(found.nodes, 2):
        assert abs(one.x - other.x) >= NODE_WIDTH or abs(one.y - other.y) >= NODE_HEIGHT


@pytest.mark.parametrize("direction", ["right", "down"])
def test_calls_lead_away_from_the_callers(direction: Direction) -> None:
    found = layout(report(documents(Shape(), 5, 1)).service_map, direction)
    at = {placed.node.id: placed.x if direction == "right" else placed.y for placed in found.nodes}
    assert all(at[placed.edge.source] < at[placed.edge.target] for placed in found.edges)


def test_an_ordering_without_crossings_is_found_for_a_ladder() -> None:
    pairs = [(0, 1), (0, 2), (0, 3), (1, 6), (2, 5), (3, 4)]
    found = layout(graph(7, pairs), "right")
    y = {placed.node.id: placed.y for placed in found.nodes}
    middle, last = sorted((1, 2, 3), key=lambda i: y[i]), sorted((4, 5, 6), key=lambda i: y[i])
    assert [dict(pairs[3:])[i] for i in middle] == last


def test_a_map_without_traces_has_only_the_callers() -> None:
    found: Any = report([]).service_map
    assert [node.name for node in found.nodes] == ["callers"]
    assert layout(found, "down").edges == ()
