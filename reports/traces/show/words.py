"""Figures -> words, the same on the terminal and the page."""

from reports.traces.measure.change import Comparison


def milliseconds(value: float) -> str:
    """A duration with three or so meaning digits, without its unit."""
    if abs(value) < 1:
        return f"{value:.2f}"
    return f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"  # noqa: PLR2004  # three digits


def percent(share: float) -> str:
    """A share as a percentage, with one digit below ten; a small one is never written as none."""
    value = share * 100
    if 0 < value < 0.05:  # noqa: PLR2004  # what would be rounded to nothing
        return "< 0.1 %"
    return f"{value:.1f} %" if 0 < value < 10 else f"{value:.0f} %"  # noqa: PLR2004  # two digits are enough


def seen(comparison: Comparison) -> str:
    """What "nothing got slower" is worth, in words that go on with it."""
    least = comparison.request.detectable_ms
    if least is None:
        return ", and no slowdown could have been seen in so few requests"
    return f"; a slowdown of every request by {milliseconds(least)} ms would have been seen nine times in ten"
