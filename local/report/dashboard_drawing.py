"""The shapes of a dashboard: SVG graphs, numbers, alarm states and a little Markdown. Decides no values."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

import numpy as np

from local.report.dashboard_data import Floats, Shown, Span

LEFT, RIGHT, TOP, BOTTOM = 44, 8, 8, 20
TICKS = 4
SPARK_PX = 58
LABEL_PX, LABEL_GAP_PX = 8, 3  # the height of a label's letters, and from its line to them
LINK = re.compile(r"\[([^]]+)]\(((?:[^()\s]|\((?:[^()\s]|\([^()\s]*\))*\))+)\)")
THOUSAND, MILLION = 1_000, 1_000_000
ORDER = ("ALARM", "INSUFFICIENT_DATA", "OK")
WORDS = {"ALARM": "in alarm", "INSUFFICIENT_DATA": "no data yet", "OK": "ok"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """From values to the y of a plot that is `height` pixels high."""

    low: float
    high: float
    top: float
    bottom: float

    def y(self, value: float) -> float:
        """The pixel of a value; what is off the scale stays on its edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)


def graph(
    shown: Sequence[Shown], span: Span, properties: Mapping[str, Any], *, width: int, height: int
) -> str:
    """Lines over time with the widget's horizontal annotations; both axes labelled."""
    limits = properties.get("annotations", {}).get("horizontal", [])
    axis = properties.get("yAxis", {}).get("left", {})
    scale = _scale(shown, [limit["value"] for limit in limits], axis.get("min"), height)
    parts = [*_value_axis(scale, axis.get("label", ""), width), *_time_axis(span, width, height)]
    parts += [_limit(limit, scale, width) for limit in limits]
    parts += _limit_labels(limits, scale, width)
    parts += [_line(line.values, scale, LEFT, width - RIGHT, line.color) for line in shown]
    if all(line.latest is None for line in shown):
        parts.append(f'<text x="{width / 2:g}" y="{height / 2:g}" text-anchor="middle">no data</text>')
    latest = ", ".join(f"{line.label}: {compact(line.latest)}" for line in shown)
    return _svg(f"{properties['title']}. Now {latest}.", parts, width, height)


def numbers(shown: Sequence[Shown], *, width: int) -> str:
    """The newest value of each in large type over its history, side by side."""
    return "".join(f"<div>{_number(one, width // len(shown))}</div>" for one in shown)


def _number(shown: Shown, width: int) -> str:
    scale = _scale([shown], [], None, SPARK_PX, margins=(2, 2))
    spark = _svg(shown.label, [_line(shown.values, scale, 0, width, shown.color)], width, SPARK_PX)
    return f"<b>{compact(shown.latest)} <small>{escape(shown.label)}</small></b>{spark}"


def alarm_list(alarms: Sequence[tuple[str, str]], every: Sequence[str] = ()) -> str:
    """Names, without what they and `every` other one begin with, and states; what needs a look comes first.

    The state also stands in words, for those who do not see the colour.
    """
    if not alarms:
        return "<p>none</p>"
    shared = _shared_words([name.split("-") for name in (*every, *(name for name, _ in alarms))])
    shown = sorted(alarms, key=lambda alarm: ORDER.index(alarm[1]))
    items = "".join(
        f'<li class="{state}" title="{escape(name)}">'
        f"{escape('-'.join(name.split('-')[shared:]))} <small>{WORDS[state]}</small></li>"
        for name, state in shown
    )
    return f"<ul>{items}</ul>"


def markdown(text: str) -> str:
    """Headings, lists, links and paragraphs."""
    parts: list[str] = []
    for block in re.split(r"\n\s*\n|\n(?=#)|(?<=\n)(?=- )|(?<=[^\n])\n(?=- )", text):
        lines = block.strip().splitlines()
        if not lines:
            continue
        if heading := re.match(r"(#{1,3}) (.*)", lines[0]):
            level = len(heading[1])
            parts.append(f'<h4 class="level-{level}">{_inline(heading[2])}</h4>')  # below the page's own
            lines = lines[1:]
        items = [line.removeprefix("- ") for line in lines if line.startswith("- ")]
        if items:
            parts.append("<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>")
        elif lines:
            parts.append(f"<p>{_inline(' '.join(lines))}</p>")
    return "".join(parts).replace("</ul><ul>", "")


def compact(value: float | None) -> str:
    """A value short enough for an axis: `12k`, `99.95`, `0.4`."""
    if value is None:
        return "-"
    size = abs(value)
    for unit, letter in ((MILLION, "M"), (THOUSAND, "k")):
        if size >= 10 * unit or (size >= unit and value % unit == 0):
            return f"{value / unit:.3g}{letter}"
    if size >= THOUSAND:
        return f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if size >= 1 else f"{value:.3g}"


def _shared_words(names: Sequence[Sequence[str]]) -> int:
    """How many first words all names share; each keeps at least its last."""
    first = names[0] if names else ()
    most = min((len(name) - 1 for name in names), default=0)
    return next((n for n in range(most) if any(name[n] != first[n] for name in names)), most)


def _inline(text: str) -> str:
    """Escaped, with its links; an address may hold parentheses two deep, as the console's do."""
    return LINK.sub(r'<a href="\2">\1</a>', escape(text))


def _scale(
    shown: Sequence[Shown],
    others: Sequence[float],
    low: float | None,
    height: int,
    margins: tuple[int, int] = (TOP, BOTTOM),
) -> Scale:
    values = [float(v) for line in shown for v in line.values[~np.isnan(line.values)]] + list(others)
    least = min(values, default=0.0) if low is None else low
    most = max(values, default=1.0)
    if most <= least:
        most = least + (abs(least) * 0.01 or 1.0)
    room = (most - least) * 0.06
    return Scale(
        low=least - (room if low is None else 0),
        high=most + room,
        top=margins[0],
        bottom=height - margins[1],
    )


def _value_axis(scale: Scale, label: str, width: int) -> list[str]:
    raw = (scale.high - scale.low) / TICKS
    size = 10 ** math.floor(math.log10(raw))
    step = next(nice * size for nice in (1, 2, 2.5, 5, 10) if nice * size >= raw)
    parts = []
    tick = math.ceil(scale.low / step) * step
    while tick <= scale.high:
        y = scale.y(tick)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{width - RIGHT}"/>')
        parts.append(
            f'<text x="{LEFT - 4}" y="{y + 3:.1f}" text-anchor="end">{compact(round(tick, 9))}</text>'
        )
        tick += step
    parts.append(f'<text x="0" y="{scale.bottom + 14:.0f}">{escape(label)}</text>')
    return parts


def _time_axis(span: Span, width: int, height: int) -> list[str]:
    parts = []
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        when = datetime.fromtimestamp(span.start + share * (span.end - span.start), UTC)
        x = LEFT + share * (width - LEFT - RIGHT)
        parts.append(f'<text x="{x:.0f}" y="{height - 5}" text-anchor="{anchor}">{when:%H:%M:%S}</text>')
    return parts


def _limit(limit: Mapping[str, Any], scale: Scale, width: int) -> str:
    y = scale.y(limit["value"])
    color = escape(limit["color"])
    return f'<path class="limit" stroke="{color}" d="M{LEFT} {y:.1f}H{width - RIGHT}"/>'


def _limit_labels(limits: Sequence[Mapping[str, Any]], scale: Scale, width: int) -> list[str]:
    """A label below each line; above it where the next one, or the axis, would go through the label."""
    ordered = sorted(limits, key=lambda limit: -limit["value"])
    lines = [scale.y(limit["value"]) for limit in ordered]
    parts, taken = [], 0.0
    for limit, line, end in zip(ordered, lines, [*lines[1:], scale.bottom], strict=False):
        below, above = line + LABEL_GAP_PX + LABEL_PX, line - LABEL_GAP_PX
        if below > end and above - LABEL_PX >= taken:
            y = above
        else:
            y = min(max(below, taken + LABEL_GAP_PX + LABEL_PX), scale.bottom - LABEL_GAP_PX)
        taken = max(y, line)
        parts.append(
            f'<text x="{width - RIGHT - 2}" y="{y:.1f}" text-anchor="end"'
            f' style="--of:{escape(limit["color"])}">{escape(limit["label"])}</text>'
        )
    return parts


def _line(values: Floats, scale: Scale, left: float, right: float, color: str) -> str:
    """Broken where there is nothing; a lone point is a dot."""
    lines: list[str] = []
    dots: list[str] = []
    run: list[str] = []
    for at, value in enumerate([*values, math.nan], 1):
        if not math.isnan(value):
            run.append(f"{left + at / len(values) * (right - left):.1f} {scale.y(float(value)):.1f}")
        elif run:
            (lines if len(run) > 1 else dots).append(f"M{'L'.join(run)}h0")
            run = []
    drawn = {"line": lines, "line point": dots}
    return "".join(
        f'<path class="{css}" stroke="{escape(color)}" d="{"".join(path)}"/>'
        for css, path in drawn.items()
        if path
    )


def _svg(title: str, parts: Sequence[str], width: int, height: int) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )
