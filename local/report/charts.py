"""Inline SVG for the report: latency over time, its distribution, and the canary's timeline.

Pure functions from numbers to SVG text. Colours come from the page's CSS classes, so that one picture serves
light and dark; widths are in CSS pixels, so that text keeps its size when a page is narrow. Deliberately no
chart library and no script: the page must open from a file, forever.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from local.report.chart_frame import (
    BOTTOM,
    LABEL_PX,
    LEFT,
    RIGHT,
    TOP,
    Frame,
    bounds,
    label,
    log,
    nice_ticks,
    since_fault,
    svg,
    tick,
    time_axis,
    y_axis,
)
from local.run.client import Sample
from local.run.observe import Probe
from local.summary import percentile

MAX_DOTS = 3000  # of right answers, and as many of failures; more are thinned out evenly
BUCKETS = 30  # points of a percentile line over the width of the chart
BINS_PER_DOUBLING = 5
TICK_PX = 50  # from one latency below the distribution to the next


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """The requests of a stretch of time that begins `from_s` after the first request."""

    from_s: float
    count: int
    p50_ms: float
    p90_ms: float
    max_ms: float


def buckets(samples: Sequence[Sample], count: int) -> list[Bucket]:
    """The time of `samples` (ordered) cut into `count` equal stretches, those without a request left out."""
    start, step = samples[0].at, _span(samples) / count
    found: dict[int, list[float]] = {}
    for sample in samples:
        index = min(int((sample.at - start) / step), count - 1)
        found.setdefault(index, []).append(sample.latency_ms)
    return [
        Bucket(
            from_s=index * step,
            count=len(values),
            p50_ms=percentile(sorted(values), 50),
            p90_ms=percentile(sorted(values), 90),
            max_ms=max(values),
        )
        for index, values in sorted(found.items())
    ]


def latency(
    samples: Sequence[Sample], *, target_ms: float, fault_at: float | None, width: int, height: int = 280
) -> str:
    """Each request as a dot, p50 and p90 as lines, the target as a dashed line; y is logarithmic."""
    start, span = samples[0].at, _span(samples)
    low, high = bounds([sample.latency_ms for sample in samples] + [target_ms])
    frame = Frame(
        width=width,
        height=height,
        x=lambda at: LEFT + (at - start) / span * (width - LEFT - RIGHT),
        y=log(low, high, height - BOTTOM, TOP),
    )
    parts = [y_axis(frame, low, high), time_axis(frame, start, span)]
    if fault_at is not None:
        parts.append(since_fault(frame, max(fault_at, start)))
    for css, ok in (("dot", True), ("dot bad", False)):
        dots = _thin([sample for sample in samples if sample.ok is ok], MAX_DOTS)
        path = "".join(f"M{frame.x(dot.at):.1f} {frame.y(dot.latency_ms):.1f}h0" for dot in dots)
        if path:
            parts.append(f'<path class="{css}" d="{path}"/>')
    found = buckets(samples, BUCKETS)
    for css, values in (("line p50", [b.p50_ms for b in found]), ("line p90", [b.p90_ms for b in found])):
        middles = [start + bucket.from_s + span / BUCKETS / 2 for bucket in found]
        path = "L".join(
            f"{frame.x(at):.1f} {frame.y(ms):.1f}" for at, ms in zip(middles, values, strict=True)
        )
        parts.append(f'<path class="{css}" d="M{path}h0"/>')  # which makes a dot of the only point
    y = frame.y(target_ms)
    parts.append(f'<path class="target" d="M{LEFT} {y:.1f}H{width - RIGHT}"/>')
    parts.append(label(width - RIGHT, y - 5, f"target p90 {target_ms:g} ms", "label target-label", "end"))
    return svg(frame, "Latency of each request over time", parts)


def distribution(samples: Sequence[Sample], *, target_ms: float, width: int, height: int = 200) -> str:
    """A histogram of latencies in bins that are equally wide on a logarithmic axis, with its percentiles."""
    values = sorted(sample.latency_ms for sample in samples)
    low, high = bounds([*values, target_ms])
    step = 1 / BINS_PER_DOUBLING
    first = math.log2(low)
    counts = [0] * max(math.ceil((math.log2(high) - first) / step), 1)
    for value in values:
        counts[min(int((math.log2(max(value, low)) - first) / step), len(counts) - 1)] += 1
    top = max(counts)
    frame = Frame(
        width=width,
        height=height,
        x=log(low, low * 2 ** (len(counts) * step), LEFT, width - RIGHT),
        y=lambda count: height - BOTTOM - count / top * (height - BOTTOM - TOP - 14),
    )
    parts = []
    for index, count in enumerate(counts):
        if not count:
            continue
        from_ms, to_ms = low * 2 ** (index * step), low * 2 ** ((index + 1) * step)
        x, right, y = frame.x(from_ms), frame.x(to_ms), frame.y(count)
        requests = "1 request" if count == 1 else f"{count} requests"
        css = "bar over" if from_ms >= target_ms else "bar"
        parts.append(
            f'<rect class="{css}" x="{x + 0.5:.1f}" y="{y:.1f}" width="{max(right - x - 1, 1):.1f}" '
            f'height="{frame.floor - y:.1f}">'
            f"<title>{from_ms:.0f} to {to_ms:.0f} ms: {requests}</title></rect>"
        )
    parts.append(f'<path class="axis" d="M{LEFT} {frame.floor}H{width - RIGHT}"/>')
    marks = [(f"p{pct}", percentile(values, pct), "mark") for pct in (50, 90, 99)]
    for _, at, css in [*marks, ("target", target_ms, "target")]:
        parts.append(f'<path class="{css}" d="M{frame.x(at):.1f} {TOP + 4}V{frame.floor}"/>')
    parts += _labels_apart(frame, [*marks, ("target", target_ms, "target-label")])
    free = 0.0
    for ms in nice_ticks(low, high):
        if frame.x(ms) >= free:
            parts.append(tick(frame, frame.x(ms), f"{ms:g} ms"))
            free = frame.x(ms) + TICK_PX
    return svg(frame, "Distribution of latencies", parts)


def canary(
    probes: Sequence[Probe],
    *,
    start: float,
    end: float,
    traffic: tuple[float, float],
    fault_at: float | None,
    width: int,
) -> str:
    """The canary's probes on a time line, the clients' traffic as a band, the fault from its beginning on."""
    height = 104
    span = max(end - start, 1.0)
    frame = Frame(
        width=width,
        height=height,
        x=lambda at: LEFT + (min(max(at, start), end) - start) / span * (width - LEFT - RIGHT),
        y=lambda _: 52.0,
    )
    y = frame.y(0)
    left, right = frame.x(traffic[0]), frame.x(traffic[1])
    parts = [time_axis(frame, start, span)]
    if fault_at is not None:
        parts.append(since_fault(frame, fault_at))
    wide = max(right - left, 2)
    parts.append(f'<rect class="band" x="{left:.1f}" y="{y - 4}" width="{wide:.1f}" height="8" rx="4"/>')
    for probe in probes:
        x = frame.x(probe.at)
        took = "" if probe.latency_ms is None else f", {probe.latency_ms:.0f} ms"
        title = (
            f"<title>{'success' if probe.succeeded else f'failed: {escape(str(probe.reason))}'}{took}</title>"
        )
        if probe.succeeded:
            parts.append(f'<circle class="probe ok" cx="{x:.1f}" cy="{y}" r="7">{title}</circle>')
        else:
            cross = f"M{x - 6:.1f} {y - 6}l12 12m0 -12l-12 12"
            parts.append(f'<path class="probe bad" d="{cross}">{title}</path>')
        if len(probes) * LABEL_PX < width:
            anchor = "end" if x > width - LABEL_PX else "middle"
            parts.append(label(x, y - 14, "ok" if probe.succeeded else str(probe.reason), "label", anchor))
    return svg(frame, "Probes of the canary over time", parts)


def _span(samples: Sequence[Sample]) -> float:
    return max(samples[-1].at - samples[0].at, 1.0)


def _labels_apart(frame: Frame, marks: Sequence[tuple[str, float, str]]) -> list[str]:
    """Labels above their marks, pushed right where they would overlap."""
    parts, free = [], float(LEFT)
    for name, at, css in sorted(marks, key=lambda mark: mark[1]):
        half = 4.0 * len(name)
        x = min(max(frame.x(at), free + half), frame.width - half)
        free = x + half + 6
        parts.append(label(x, TOP, name, f"label {css}", "middle"))
    return parts


def _thin(samples: Sequence[Sample], most: int) -> Sequence[Sample]:
    step = -(-len(samples) // most)
    return samples[:: max(step, 1)]
