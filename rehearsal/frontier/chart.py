"""The heat map: share of the requests x duration, both on logarithmic axes, with lines of spent budget.

Each cell is the worst over all traffic: what nobody hears of by how much of the budget it spends, what is
heard by how long that takes.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitoring.alarms.burn import windows
from rehearsal.frontier.answers import after, minutes, percent, size
from rehearsal.frontier.grid import MILLION, KindName, Point, Size
from rehearsal.frontier.sweep import Frontier
from rehearsal.incident import durations
from settings.slo import Slo

WIDTH, LEFT, TOP, RIGHT, BOTTOM = 900, 62, 22, 64, 40
ROW = 28  # the mean height of a row
SAID = 0.01  # of the budget: of what spends less, the map says nothing
QUICK = (10, 60, 360, 1440)  # minutes; the steps of the scale
SPENT = (0.01, 0.05, 0.2)  # of the budget
LINES = (0.02, 0.05, 0.1, 1.0)
"""Spent budget: what the SRE workbook's three pairs of windows stand for, and all of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A rectangle of the map: `style` is its class, `text` what stands in it, `title` the whole sentence."""

    x: float
    y: float
    width: float
    height: float
    style: str
    text: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A straight line with a label at its end."""

    x1: float
    y1: float
    x2: float
    y2: float
    label: str
    style: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatMap:
    """One map: its title, cells, lines, and the labels (position, text) of its axes."""

    title: str
    height: int
    cells: Sequence[Cell]
    lines: Sequence[Line]
    columns: Sequence[tuple[float, str]]
    rows: Sequence[tuple[float, str]]


class _Axis:
    """A logarithmic axis from pixel `low` to pixel `high` on which each value has a stretch of its own."""

    def __init__(self, values: Sequence[float], low: float, high: float) -> None:
        self.values = sorted(values)
        middles = [math.sqrt(a * b) for a, b in zip(self.values, self.values[1:], strict=False)]
        step = self.values[1] / self.values[0] if len(self.values) > 1 else 10.0
        self.edges = [self.values[0] / math.sqrt(step), *middles]
        step = self.values[-1] / self.values[-2] if len(self.values) > 1 else 10.0
        self.edges.append(self.values[-1] * math.sqrt(step))
        self._low, self._high = low, high

    def at(self, value: float) -> float:
        whole = math.log(self.edges[-1] / self.edges[0])
        return self._low + (self._high - self._low) * math.log(value / self.edges[0]) / whole

    def stretch(self, value: float) -> tuple[float, float]:
        place = self.values.index(value)
        ends = sorted((self.at(self.edges[place]), self.at(self.edges[place + 1])))
        return ends[0], ends[1]


def maps(frontier: Frontier) -> Iterator[HeatMap]:
    """A map for failing requests, and one for each latency of slow ones."""
    slo = frontier.alarm_set.slo
    by_kind: dict[tuple[KindName, float], list[Point]] = {}
    for point in frontier.points:
        asked = point.incident.size
        by_kind.setdefault((asked.kind, asked.latency_ms), []).append(point)
    for (kind, latency_ms), points in by_kind.items():
        what = "failing" if kind == "failing" else f"answered in {latency_ms:g} ms"
        yield _map(f"Requests {what}", worst_by_traffic(points), slo)


def worst_by_traffic(points: Sequence[Point]) -> list[Point]:
    """Of each size and duration the point of the traffic at which it is heard last."""
    found: dict[tuple[Size, int], Point] = {}
    for point in points:
        key = (point.incident.size, point.incident.minutes)
        known = found.get(key)
        if known is None or _told(point) > _told(known):
            found[key] = point
    return list(found.values())


def _told(point: Point) -> float:
    return math.inf if point.heard.told is None else point.heard.told


def _map(title: str, points: Sequence[Point], slo: Slo) -> HeatMap:
    x = _Axis(sorted({float(p.incident.minutes) for p in points}), LEFT, WIDTH - RIGHT)
    shares = sorted({p.incident.size.share_ppm / MILLION for p in points})
    bottom = TOP + ROW * len(shares)
    y = _Axis(shares, bottom, TOP)
    return HeatMap(
        title=title,
        height=bottom + BOTTOM,
        cells=[_cell(point, x, y) for point in points],
        lines=[*_spent(points[0].incident.size, x, y, slo), *_burn(points[0].incident.size, y, slo)],
        columns=[(x.at(value), durations.text(round(value))) for value in x.values],
        rows=[(y.at(value), f"{100 * value:g} %") for value in y.values],
    )


def _cell(point: Point, x: _Axis, y: _Axis) -> Cell:
    left, right = x.stretch(float(point.incident.minutes))
    top, bottom = y.stretch(point.incident.size.share_ppm / MILLION)
    told, heard = point.heard.told, point.heard
    if told is None:
        style, text = (
            f"unseen{sum(point.spent > step for step in SPENT)}",
            percent(point.spent) if point.spent >= SAID else "",
        )
    else:
        style = f"{'page' if heard.critical is not None else 'ticket'}{sum(told > step for step in QUICK)}"
        text = _short(told)
    return Cell(
        x=left,
        y=top,
        width=right - left,
        height=bottom - top,
        style=style,
        text=text,
        title=(
            f"{size(point.incident.size)} for {durations.text(point.incident.minutes)}: {after(told)} at "
            f"{point.incident.requests:,} requests a minute; {percent(point.spent)} of the budget"
        ),
    )


def _short(told: float) -> str:
    """A time in the room of a cell: minutes, or hours."""
    whole = math.ceil(told)
    return minutes(whole) if whole <= 90 else f"{whole / 60:.2g}h"  # noqa: PLR2004  # reads better


def _spent(example: Size, x: _Axis, y: _Axis, slo: Slo) -> Iterator[Line]:
    """Where so much of the budget is spent: a share falls as the time grows."""
    a_minute = Size(kind=example.kind, share_ppm=MILLION, latency_ms=example.latency_ms).budget_per_minute(
        slo
    )
    for share in LINES if a_minute else ():
        total = share / a_minute  # minutes x share of the requests
        left = max(x.edges[0], total / y.edges[-1])
        right = min(x.edges[-1], total / y.edges[0])
        if left < right:
            yield Line(
                x1=x.at(left),
                y1=y.at(total / left),
                x2=x.at(right),
                y2=y.at(total / right),
                label=percent(share),
                style="spent",
            )


def _burn(example: Size, y: _Axis, slo: Slo) -> Iterator[Line]:
    """The SRE workbook's burn rates: so many times faster than evenly."""
    if example.kind != "failing":
        return
    for factor in sorted({1.0, *(pair.factor(slo) for pair in windows().values())}):
        share = factor * (1 - slo.availability_pct / 100)
        if y.edges[0] < share < y.edges[-1]:
            at = y.at(share)
            yield Line(x1=LEFT, y1=at, x2=WIDTH - RIGHT, y2=at, label=f"{factor:g} x", style="burn")
