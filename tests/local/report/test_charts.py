"""The report's charts: the right marks at the right places, readable at any width."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.report import charts
from local.report.chart_frame import LABEL_PX, LEFT, RIGHT
from local.run.client import Sample
from tests.local.made import START, probe, sample

WIDTHS = [980, 388]


def spread(*latencies: float) -> list[Sample]:
    """One request a second."""
    return [sample(n, latency_ms=latency) for n, latency in enumerate(latencies)]


def labels(svg: str, css: str = "label") -> list[tuple[float, str]]:
    return [
        (float(x), text)
        for x, text in re.findall(rf'<text class="{css}" x="([\d.]+)"[^>]*>([^<]+)</text>', svg)
    ]


def dots(svg: str, css: str) -> list[tuple[float, float]]:
    found = re.search(rf'<path class="{css}" d="([^"]+)"', svg)
    return [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)h0", found[1])] if found else []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_request_is_a_dot_later_ones_to_the_right_and_slower_ones_higher(width: int) -> None:
    samples = [*spread(10, 100, 1000), sample(3, latency_ms=50, code="throttled", status=503)]
    svg = charts.latency(samples, target_ms=200, fault_at=None, width=width)
    right, failed = dots(svg, "dot"), dots(svg, "dot bad")
    assert (len(right), len(failed)) == (3, 1)
    assert right == sorted(right)
    assert [y for _, y in right] == sorted((y for _, y in right), reverse=True)
    assert right[0][1] - right[1][1] == pytest.approx(right[1][1] - right[2][1], abs=0.2)  # logarithmic
    assert all(0 <= x <= width for x, _ in right + failed)
    assert "fault" not in svg


def test_a_fault_is_shaded_from_its_beginning_to_the_end() -> None:
    svg = charts.latency(spread(10, 20, 30), target_ms=200, fault_at=START + 21, width=980)
    found = re.search(r'<rect class="fault" x="([\d.]+)" y="\d+" width="([\d.]+)"', svg)
    assert found is not None
    x, width = float(found[1]), float(found[2])
    assert x == dots(svg, "dot")[1][0]
    assert x + width == pytest.approx(980 - RIGHT)


def test_more_requests_than_can_be_seen_are_thinned_out_evenly() -> None:
    samples = [sample(n / 100) for n in range(10_000)]
    svg = charts.latency(samples, target_ms=200, fault_at=None, width=980)
    shown = dots(svg, "dot")
    assert len(shown) == 2500
    assert shown[0][0] == LEFT
    assert shown[-1][0] > 960


@given(st.lists(st.floats(min_value=0.1, max_value=60_000), min_size=1, max_size=60), st.sampled_from(WIDTHS))
def test_the_distribution_counts_every_request_and_its_labels_do_not_overlap(
    latencies: list[float], width: int
) -> None:
    svg = charts.distribution(spread(*latencies), target_ms=200, width=width)
    assert sum(int(n) for n in re.findall(r": (\d+) requests?</title>", svg)) == len(latencies)
    ticks = [x for x, text in labels(svg) if text.endswith(" ms")]
    assert all(later - earlier > charts.TICK_PX - 0.2 for earlier, later in itertools.pairwise(ticks))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_last_label_below_an_axis_ends_with_the_chart(width: int) -> None:
    seen = 0
    for slowest in range(1000, 4000, 50):
        timed = charts.latency(spread(10, *[20] * (slowest // 50)), target_ms=200, fault_at=None, width=width)
        for svg in (timed, charts.distribution(spread(10, slowest), target_ms=200, width=width)):
            for x, anchor, _ in re.findall(
                r'<text class="label" x="([\d.]+)"[^>]* text-anchor="(middle|end)">(\d+ (?:s|min|ms))<', svg
            ):
                seen += anchor == "end"
                assert float(x) == width if anchor == "end" else float(x) <= width - LABEL_PX / 2
    assert seen > 10


def test_bars_beyond_the_target_are_marked() -> None:
    svg = charts.distribution(spread(10, 20, 1000), target_ms=200, width=980)
    assert len(re.findall(r'class="bar over"', svg)) == 1
    assert {text for css in ("label mark", "label target-label") for _, text in labels(svg, css)} == {
        "p50",
        "p90",
        "p99",
        "target",
    }


@given(st.lists(st.floats(min_value=0, max_value=300), min_size=1, max_size=80).map(sorted))
def test_buckets_hold_every_request_once_in_order(times: list[float]) -> None:
    found = charts.buckets([sample(at, latency_ms=at + 1) for at in times], count=12)
    assert sum(bucket.count for bucket in found) == len(times)
    assert [bucket.from_s for bucket in found] == sorted({bucket.from_s for bucket in found})
    assert all(bucket.p50_ms <= bucket.p90_ms <= bucket.max_ms for bucket in found)


def test_probes_stand_on_the_time_line_as_what_they_were() -> None:
    svg = charts.canary(
        (probe(30), probe(60, "value")),
        start=START + 15,
        end=START + 80,
        traffic=(START + 20, START + 30),
        fault_at=None,
        width=980,
    )
    assert svg.count('<circle class="probe ok"') == 1
    assert svg.count('<path class="probe bad"') == 1
    assert "failed: value, 61 ms" in svg
    assert [text for _, text in labels(svg) if not text.endswith((" s", " min"))] == ["ok", "value"]
