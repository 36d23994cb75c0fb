"""What a number of probes can prove: the exact binomial interval of Clopper and Pearson (1934).

A probe asks once a minute, so it is a sample of what customers got. With `n` probes of which `k` failed, the
interval holds every failure rate under which so few, or so many, failures are not rarer than one in 40 on
either side: 95 % in all. The binomial sums are the regularised incomplete beta function (NIST DLMF 8.17.5).
"""

import math
from collections.abc import Callable
from functools import lru_cache

CONFIDENCE = 0.95
TAIL = (1 - CONFIDENCE) / 2
TINY, PRECISE, STEPS = 1e-300, 1e-15, 100_000


def incomplete_beta(x: float, a: float, b: float) -> float:
    """I_x(a, b) for a, b above 0, by its continued fraction (DLMF 8.17.22, evaluated after Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, STEPS):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            c, d = _not_zero(1 + step / c), 1 / _not_zero(1 + step * d)
            fraction *= c * d
        if abs(c * d - 1) < PRECISE:
            break
    return front * fraction / a


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY


def at_most(k: int, n: int, rate: float) -> float:
    """The chance of at most `k` failures of `n` at this failure rate."""
    return 1.0 if k >= n else 1 - incomplete_beta(rate, k + 1, n - k)


def at_least(k: int, n: int, rate: float) -> float:
    """The chance of at least `k` failures of `n` at this failure rate."""
    return 1.0 if k <= 0 else incomplete_beta(rate, k, n - k + 1)


@lru_cache(maxsize=4096)
def interval(k: int, n: int) -> tuple[float, float]:
    """The failure rates between which the truth lies, by Clopper and Pearson; (0, 1) for no probe."""
    if n == 0:
        return 0.0, 1.0
    low = 0.0 if k == 0 else _rate(lambda rate: at_least(k, n, rate) < TAIL)
    high = 1.0 if k == n else _rate(lambda rate: at_most(k, n, rate) >= TAIL)
    return low, high


def _rate(below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if below(middle) else (low, middle)
    return middle


@lru_cache(maxsize=4096)
def provable(n: int, budget: float) -> tuple[int | None, int | None]:
    """Up to how many failures of `n` prove a rate within `budget`, and from how many on one above it.

    None where no number of failures does.
    """
    kept = _first(n, lambda k: at_most(k, n, budget) > TAIL) - 1
    broken = _first(n, lambda k: at_least(k, n, budget) < TAIL)
    return (kept if kept >= 0 else None), (broken if broken <= n else None)


def _first(n: int, holds: Callable[[int], bool]) -> int:
    """The first number of 0 to n for which it holds, n + 1 if there is none; it holds for all after it."""
    low, high = 0, n + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
