"""What the report's charts share: a frame with its two scales, axes, labels and the mark of a fault."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

NICE = (1, 2, 5)
TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
LABEL_PX = 60  # room that a label needs
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 14, 30  # margins around the plot


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A chart's size and the two scales from values to pixels."""

    width: int
    height: int
    x: Callable[[float], float]
    y: Callable[[float], float]

    @property
    def floor(self) -> int:
        """The y of the x axis."""
        return self.height - BOTTOM


def svg(frame: Frame, title: str, parts: Sequence[str]) -> str:
    """The chart as one element, titled for those who cannot see it."""
    return (
        f'<svg role="img" aria-label="{escape(title)}" width="{frame.width}" height="{frame.height}" '
        f'viewBox="0 0 {frame.width} {frame.height}">{"".join(parts)}</svg>'
    )


def label(x: float, y: float, text: str, css: str, anchor: str) -> str:
    """A label; `anchor` is SVG's start, middle or end."""
    return f'<text class="{css}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def tick(frame: Frame, x: float, text: str) -> str:
    """A label below the x axis at `x`, within the chart at its right end too."""
    at_end = x > frame.width - LABEL_PX / 2
    return label(frame.width if at_end else x, frame.floor + 18, text, "label", "end" if at_end else "middle")


def y_axis(frame: Frame, low: float, high: float) -> str:
    """Grid lines and labels in milliseconds."""
    lines = []
    for ms in nice_ticks(low, high):
        y = frame.y(ms)
        lines.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{frame.width - RIGHT}"/>')
        lines.append(label(LEFT - 8, y + 4, f"{ms:g}", "label", "end"))
    lines.append(label(LEFT - 8, TOP - 3, "ms", "label", "end"))
    return "".join(lines)


def time_axis(frame: Frame, start: float, span: float) -> str:
    """The x axis from `start` (epoch seconds) on, in seconds or minutes since then."""
    every = next((step for step in TIME_STEPS_S if span / step * LABEL_PX <= frame.width), TIME_STEPS_S[-1])
    parts = [f'<path class="axis" d="M{LEFT} {frame.floor}H{frame.width - RIGHT}"/>']
    for second in range(0, int(span) + 1, every):
        text = f"{second} s" if every % 60 else f"{second // 60} min"
        parts.append(tick(frame, frame.x(start + second), text))
    return "".join(parts)


def since_fault(frame: Frame, at: float) -> str:
    """The time since the fault began, shaded to the end of the plot."""
    x = frame.x(at)
    width = frame.width - RIGHT - x
    anchor, shift = ("start", 6) if width > LABEL_PX else ("end", -6)
    return (
        f'<rect class="fault" x="{x:.1f}" y="{TOP - 10}" width="{max(width, 1):.1f}" '
        f'height="{frame.floor - TOP + 10}"/><path class="fault-edge" d="M{x:.1f} {TOP - 10}V{frame.floor}"/>'
        + label(x + shift, TOP + 2, "fault", "label fault-label", anchor)
    )


def bounds(values: Sequence[float]) -> tuple[float, float]:
    """Round limits around `values` (above 0), at least a factor of two apart."""
    low, high = max(min(values), 0.1) / 1.15, max(values) * 1.15
    return low, max(high, 2 * low)


def log(low: float, high: float, from_px: float, to_px: float) -> Callable[[float], float]:
    """A logarithmic scale from [low, high] to [from_px, to_px]; lower values stay at `low`."""
    ratio = (to_px - from_px) / math.log(high / low)
    return lambda value: from_px + math.log(max(value, low) / low) * ratio


def nice_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten within the limits."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    ticks = [nice * 10.0**power for power in range(first, last + 1) for nice in NICE]
    return [tick for tick in ticks if low <= tick <= high]
