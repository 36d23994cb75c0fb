"""The statistics of the report: percentiles, tests and intervals, on numpy alone.

Pure functions over arrays of independent observations. They decide nothing: what counts as slower is in
`comparison`.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
QUANTILES = (0.5, 0.9, 0.99)


def percentile_index(count: int, share: float) -> int:
    """Index, in sorted order, of the nearest-rank percentile: the least value that `share` do not exceed.

    A percentile is thereby always a measured value, and p90 names a trace that can be looked at.
    `count` is at least 1 and 0 < share <= 1.
    """
    return max(0, math.ceil(share * count - 1e-9) - 1)


def percentile(ordered: Floats, share: float) -> float:
    """Nearest-rank percentile of values sorted in ascending order."""
    return float(ordered[percentile_index(len(ordered), share)])


def mann_whitney(before: Floats, after: Floats) -> tuple[float, float]:
    """Mann-Whitney U test: P(after > before) with ties counted half, and the two-sided p-value.

    Normal approximation with tie and continuity correction (Lehmann, "Nonparametrics", 1.2); good from
    some 20 observations on each side.
    """
    n, m = len(before), len(after)
    values, index, ties = np.unique(np.concatenate([before, after]), return_inverse=True, return_counts=True)
    if len(values) == 1:
        return 0.5, 1.0
    ends = np.cumsum(ties)
    ranks = (ends - (ties - 1) / 2)[index]
    u = float(ranks[n:].sum()) - m * (m + 1) / 2
    total = n + m
    spread = float((ties.astype(np.float64) ** 3 - ties).sum()) / (total * (total - 1))
    sigma = math.sqrt(n * m / 12 * (total + 1 - spread))
    z = max(0.0, abs(u - n * m / 2) - 0.5) / sigma
    return u / (n * m), math.erfc(z / math.sqrt(2))


def fisher_exact(hits_before: int, before: int, hits_after: int, after: int) -> float:
    """Two-sided p-value that two shares are equal: twice the smaller exact tail, at most 1.

    Conditions on the number of hits, so it holds for any sample size; doubling makes it conservative.
    """
    hits = hits_before + hits_after
    low, high = max(0, hits - before), min(hits, after)
    if low == high:
        return 1.0
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, before + after + 1)))])
    k = np.arange(low, high + 1)
    weights = -(logs[k] + logs[after - k] + logs[hits - k] + logs[before - hits + k])
    chances = np.exp(weights - weights.max())
    chances /= chances.sum()
    lower = float(chances[: hits_after - low + 1].sum())
    upper = float(chances[hits_after - low :].sum())
    return min(1.0, 2 * min(lower, upper))


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values. Claiming those below q keeps the expected share of false claims below q.

    Where nothing has changed at all, it is the chance of any claim that stays below q.
    Benjamini and Hochberg, 1995.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if not len(p):
        return []
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return [min(1.0, float(value)) for value in adjusted]


def mean_difference(before: Floats, after: Floats, *, level: float) -> tuple[float, float, float]:
    """Mean of `after` less mean of `before`, and its confidence interval (Welch, normal quantile)."""
    difference = float(after.mean() - before.mean())
    error = math.sqrt(_variance(before) / len(before) + _variance(after) / len(after))
    margin = NormalDist().inv_cdf(0.5 + level / 2) * error
    return difference, difference - margin, difference + margin


def quantile_difference(
    before: Floats, after: Floats, share: float, *, level: float
) -> tuple[float, float, float]:
    """Difference of two percentiles and its confidence interval; both inputs in ascending order.

    Each percentile's interval comes from order statistics, free of any distribution; the two are joined by
    MOVER (Zou and Donner, 2008).
    """
    at, low, high = _quantile_interval(before, share, level=level)
    at2, low2, high2 = _quantile_interval(after, share, level=level)
    difference = at2 - at
    return (
        difference,
        difference - math.hypot(at2 - low2, high - at),
        difference + math.hypot(high2 - at2, at - low),
    )


def _quantile_interval(ordered: Floats, share: float, *, level: float) -> tuple[float, float, float]:
    count = len(ordered)
    reach = NormalDist().inv_cdf(0.5 + level / 2) * math.sqrt(count * share * (1 - share))
    low = max(0, math.floor(count * share - reach) - 1)
    high = min(count - 1, math.ceil(count * share + reach))
    return percentile(ordered, share), float(ordered[low]), float(ordered[high])


def _variance(values: Floats) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0
