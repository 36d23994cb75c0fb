"""Geometry of the charts, in the units of their viewBox; the template draws them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reports.sla.result import BurnPoint, DayFigures, Latency, ServiceReport
from reports.sla.words import number, share

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 28
FULL_PCT = 100
HEADROOM = 1.1
TICKS = 4
ROUND = (1, 2, 2.5, 5, 10)
MARGIN = 0.15  # by which a step may be smaller than wanted, and rounder for it
MAX_LABELS = 8  # on the axis of days


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line: `points` as SVG takes them. `kind` is what the style sheet colours.

    `dots` are the points that a line would not show, for it goes from one to the next.
    """

    kind: str
    label: str
    points: str
    dots: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """A stretch of the x axis, for example an incident."""

    x: float
    width: float
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Everything of one chart. `ticks_y` and `ticks_x` are positions and labels, `rule` the limit's line."""

    title: str
    lines: tuple[Line, ...]
    ticks_x: tuple[tuple[float, str], ...]
    ticks_y: tuple[tuple[float, str], ...]
    rule: tuple[float, str]
    bands: tuple[Band, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, kw_only=True, slots=True)
class _Axes:
    begins: datetime
    ends: datetime
    top: float

    def x(self, at: datetime) -> float:
        share_of = (at - self.begins) / (self.ends - self.begins)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(max(share_of, 0), 1), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(value / self.top, 1), 1)


def burn_chart(report: ServiceReport) -> Chart:
    """The error budget over the period by both sides; an even spending reaches 100 % at the end."""
    span = report.span
    used = [
        value
        for point in report.burn
        for value in (point.requests_pct, point.probes_pct)
        if value is not None
    ]
    axes = _Axes(begins=span.begins, ends=span.ends, top=HEADROOM * max([FULL_PCT, *used]))
    now = span.ends - timedelta(minutes=span.to_come_minutes)
    lines = [
        Line(kind=kind, label=label, points=_steps(axes, report.burn, field, now))
        for kind, label, field, there in (
            ("requests", "by requests", "requests_pct", report.requests.total),
            ("probes", "by the canary", "probes_pct", report.probes.total),
        )
        if there
    ]
    lines.append(
        Line(
            kind="even",
            label="evenly spent",
            points=f"{axes.x(span.begins)},{axes.y(0)} {axes.x(span.ends)},{axes.y(FULL_PCT)}",
        )
    )
    bands = tuple(
        Band(
            x=axes.x(incident.begins),
            width=max(1.5, axes.x(incident.ends) - axes.x(incident.begins)),
            label=f"incident of {number(incident.minutes)} min",
        )
        for incident in report.incidents
    )
    return Chart(
        title="Error budget spent, in percent of what the period allows",
        lines=tuple(lines),
        ticks_x=_days(axes, report),
        ticks_y=_ticks(axes, " %"),
        rule=(axes.y(FULL_PCT), "all of the budget"),
        bands=bands,
    )


def latency_chart(report: ServiceReport) -> Chart | None:
    """Percentiles of answered predictions by day against the limit; None where no log tells them."""
    days = [day for day in report.days if day.answered_ms]
    if not days:
        return None
    limit = report.promise.latency_ms
    highest = max(day.answered_ms.p99 for day in days if day.answered_ms)
    axes = _Axes(begins=report.span.begins, ends=report.span.ends, top=HEADROOM * max(limit, highest))
    labels = _labels(report)
    width = (axes.ends - axes.begins) / len(labels)
    lines = []
    for name in ("p50", "p90", "p99"):
        points = [
            (
                axes.x(axes.begins + width * (labels.index(day.day) + 0.5)),
                axes.y(getattr(day.answered_ms, name)),
            )
            for day in days
        ]
        lines.append(
            Line(
                kind=name,
                label=name,
                points=" ".join(f"{x},{y}" for x, y in points),
                dots=tuple(points) if len(points) == 1 else (),
            )
        )
    return Chart(
        title="Latency of answered predictions by day, in ms",
        lines=tuple(lines),
        ticks_x=_days(axes, report),
        ticks_y=_ticks(axes, ""),
        rule=(axes.y(limit), f"promised for p{report.promise.latency_share_pct:g}: {limit:g} ms"),
    )


def strip(report: ServiceReport) -> tuple[tuple[str, str], ...]:
    """A cell a day: how it was, and the words for it."""
    return tuple(_cell(day, report) for day in report.days)


def _cell(day: DayFigures, report: ServiceReport) -> tuple[str, str]:
    parts = [f"{number(day.down_minutes)} min down", f"{number(day.failed)} of {number(day.requests)} failed"]
    if day.gap_minutes:
        parts.append(f"{number(day.gap_minutes)} min without a probe")
    if day.maintenance_minutes:
        parts.append(f"{number(day.maintenance_minutes)} min maintenance")
    allowed = (FULL_PCT - report.promise.availability_pct) / FULL_PCT
    if day.failed > allowed * day.requests or day.down_minutes > allowed * day.minutes:
        kind = "bad"
    elif day.failed or day.down_minutes:
        kind = "some"
    else:
        kind = "gap" if day.gap_minutes else "good"
    return kind, f"{day.day}: {', '.join(parts)}"


def difference(latency: Latency) -> str:
    """How far the stage's own metric is from what was answered, in points."""
    if latency.share_pct is None or latency.stage_share_pct is None:
        return ""
    points = latency.stage_share_pct - latency.share_pct
    return f"{points:+.2f} points ({share(latency.stage_share_pct)} instead of {share(latency.share_pct)})"


def _steps(axes: _Axes, points: Iterable[BurnPoint], field: str, now: datetime) -> str:
    found, last = [f"{axes.x(axes.begins)},{axes.y(0)}"], 0.0
    for point in points:
        x = axes.x(point.at)
        found.append(f"{x},{axes.y(last)}")
        last = getattr(point, field) or 0.0
        found.append(f"{x},{axes.y(last)}")
    return " ".join([*found, f"{axes.x(now)},{axes.y(last)}"])


def _ticks(axes: _Axes, unit: str) -> tuple[tuple[float, str], ...]:
    """At round numbers, at most six of them."""
    least = axes.top / TICKS
    scale = 10.0 ** math.floor(math.log10(least))
    step = scale * next(round_ for round_ in ROUND if round_ * scale >= least * (1 - MARGIN))
    count = int(axes.top // step)
    return tuple((axes.y(step * i), f"{step * i:,g}{unit}") for i in range(count + 1))


def _labels(report: ServiceReport) -> Sequence[str]:
    days = (report.span.last - report.span.first).days + 1
    return [str(report.span.first + timedelta(days=number)) for number in range(days)]


def _days(axes: _Axes, report: ServiceReport) -> tuple[tuple[float, str], ...]:
    labels = _labels(report)
    step = -(-len(labels) // MAX_LABELS)
    width = (axes.ends - axes.begins) / len(labels)
    return tuple(
        (axes.x(axes.begins + width * number), labels[number][5:]) for number in range(0, len(labels), step)
    )
