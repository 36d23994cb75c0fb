"""Intervals of values, and those of a metric's statistics as the catalogue bounds them."""

from dataclasses import dataclass
from math import inf

from rehearsal.cloudwatch import statistics
from rehearsal.errors import RehearsalError
from rehearsal.lint import published
from rehearsal.lint.alarms import Metric


@dataclass(frozen=True, slots=True)
class Range:
    """Lowest and highest possible value; `series` False for a scalar."""

    low: float
    high: float
    series: bool = True

    def hull(self, other: "Range") -> "Range":
        """Both, and what lies between."""
        return Range(min(self.low, other.low), max(self.high, other.high), self.series or other.series)

    @property
    def text(self) -> str:
        """`0 to 100`, `at least 0`."""
        if self.low == self.high:
            return f"what always is {self.low:g}"
        if self.high == inf:
            return f"what is at least {self.low:g}"
        return (
            f"what is at most {self.high:g}" if self.low == -inf else f"what is {self.low:g} to {self.high:g}"
        )


ANY = Range(-inf, inf)
ZERO = Range(0, 0)


def of_metric(metric: Metric) -> Range:
    """What the statistic of the metric can be."""
    statistic = metric.statistic or ""
    facts = published.metric(metric.namespace, metric.name)
    low = -inf if facts is None or facts.minimum is None else facts.minimum
    high = inf if facts is None or facts.maximum is None else facts.maximum
    if statistic == "SampleCount":
        return Range(1, inf)
    if statistic == "Sum":
        return Range(low if low >= 0 else -inf, inf if high > 0 else high)
    try:
        trimmed = statistics.trimmed(statistic)
    except RehearsalError:
        return ANY
    kind = trimmed.kind if trimmed is not None else ""
    if kind in ("TC", "TS"):
        return Range(0 if kind == "TC" or low >= 0 else -inf, inf)
    return Range(0, 100) if kind == "PR" else Range(low, high)


def hull(ranges: list[Range]) -> Range:
    """All of them, and what lies between."""
    found = ranges[0]
    for other in ranges[1:]:
        found = found.hull(other)
    return found


def times(a: float, b: float) -> float:
    """A product of ends; nothing of what has no end is nothing."""
    return 0.0 if 0 in (a, b) else a * b


def over(a: float, b: float) -> float:
    """A quotient's end; a divisor of 0 drops the datapoint, one close to it makes it as large as may be."""
    if b == 0:
        return 0.0 if a == 0 else inf if a > 0 else -inf
    return 0.0 if abs(b) == inf else a / b
