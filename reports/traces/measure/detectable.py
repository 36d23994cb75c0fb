"""How small a slowdown a comparison would still have seen: what "nothing got slower" is worth."""

import math
from statistics import NormalDist

import numpy as np

from reports.traces.measure.stats import Floats, quantile_difference

POWER = 0.9  # the chance with which the stated slowdown would have been seen
MAX_POINTS = 1000  # of a sample: more change nothing in the third digit
STEPS = 40  # of the bisection: to a millionth of a millionth of the range
ONE_SIGMA = 0.6827


def detectable_ms(
    before: Floats, after: Floats, *, false_positive_rate: float, min_change_ms: float
) -> float | None:
    """The least slowdown of every request, in ms, that would be claimed with a chance of POWER; None if none.

    Both inputs in ascending order. Moving the distribution of `before` by d, the Mann-Whitney statistic is
    d's P(after > before); it is seen where that stands out of its spread by both quantiles (Noether, 1987,
    "Sample size determination for some common nonparametric tests"). `false_positive_rate` is that of the one
    test, already divided by the number of tests: the adjustment's worst case. A change is claimed only if it
    also measures `min_change_ms`, so that much and the noise of the measurement is the least of all.
    """
    n, m = len(before), len(after)
    normal = NormalDist()
    reach = normal.inv_cdf(1 - false_positive_rate / 2) + normal.inv_cdf(POWER)
    needed = 0.5 + reach * math.sqrt((n + m + 1) / (12 * n * m))
    if needed >= 1:
        return None
    noise_ms = min(_error_of_means(before, after), _error_of_medians(before, after))
    floor_ms = min_change_ms + normal.inv_cdf(POWER) * noise_ms
    points = before[np.linspace(0, n - 1, min(n, MAX_POINTS)).round().astype(int)]
    low, high = 0.0, float(points[-1] - points[0]) + floor_ms
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if _chance_larger(points, middle) >= needed else (middle, high)
    return max(high, floor_ms)


def _chance_larger(points: Floats, shift: float) -> float:
    """P(x + shift > y) with ties counted half, x and y from one distribution."""
    moved = points + shift
    below = np.searchsorted(points, moved, side="left") + np.searchsorted(points, moved, side="right")
    return float(below.mean()) / (2 * len(points))


def _error_of_means(before: Floats, after: Floats) -> float:
    return math.sqrt(float(before.var()) / len(before) + float(after.var()) / len(after))


def _error_of_medians(before: Floats, after: Floats) -> float:
    _, low, high = quantile_difference(before, after, 0.5, level=ONE_SIGMA)
    return (high - low) / 2
