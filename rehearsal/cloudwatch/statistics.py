"""CloudWatch's statistics by name: what `Sum`, `p90`, `TM(10%:90%)` or `PR(:200)` ask of a period's samples.

Source: "CloudWatch statistics definitions" (Statistics-definitions.html). Boundaries are percentages of the
samples in order, or absolute values, "exclusive on the lower bound and inclusive on the upper bound". `IQM`
is `TM(25%:75%)`; `tm90` is `TM(:90%)`, and so are `wm`, `tc` and `ts`. AWS does not publish how many
samples a percentage is when it is no whole number: here a sample is cut off only if it lies outside as a
whole, as in the textbooks' trimmed mean.
"""

import re
from dataclasses import dataclass
from functools import cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from rehearsal.errors import RehearsalError

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

SIMPLE = ("SampleCount", "Sum", "Average", "Minimum", "Maximum")
TRIMMED = ("TM", "WM", "TC", "TS", "PR")
VALID = (
    f"{', '.join(SIMPLE)}, p90, tm90, tc90, ts90, wm90, IQM, "
    "or TM, TC, TS, WM and PR with a range such as TM(10%:90%)"
)
_SHARE = r"(?:\d{1,2}(?:\.\d{1,10})?|100(?:\.0{1,10})?)"
_VALUE = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_SHORT = re.compile(rf"(p|tm|wm|tc|ts)({_SHARE})", re.IGNORECASE)
_SHARES = re.compile(rf"(TM|WM|TC|TS)\((?:({_SHARE})%)?:(?:({_SHARE})%)?\)", re.IGNORECASE)
_VALUES = re.compile(rf"(TM|WM|TC|TS|PR)\(({_VALUE})?:({_VALUE})?\)", re.IGNORECASE)
_ROUNDING = 1e-9  # samples: 0.3 x 10 is 3
_FINITE = 1e308  # stands for an open boundary, beyond which no sample is


@dataclass(frozen=True, kw_only=True, slots=True)
class Trimmed:
    """A statistic between two boundaries. `kind` is one of `TRIMMED`; `shares`: they are percentages."""

    kind: str
    low: float
    high: float
    shares: bool


@cache
def percentile_of(statistic: str) -> float | None:
    """The percentile (0 to 100) that a statistic such as `p99.9` names; None for any other statistic.

    Raises `RehearsalError` for what is no statistic of CloudWatch.
    """
    match = _SHORT.fullmatch(statistic)
    if match and match[1].lower() == "p":
        return float(match[2])
    trimmed(statistic)
    return None


@cache
def trimmed(statistic: str) -> Trimmed | None:
    """What a statistic such as `tm90` or `PR(100:200)` asks for; None for simple ones and percentiles.

    Raises `RehearsalError` for what is no statistic of CloudWatch.
    """
    if statistic in SIMPLE:
        return None
    if statistic.upper() == "IQM":
        return Trimmed(kind="TM", low=25.0, high=75.0, shares=True)
    if match := _SHORT.fullmatch(statistic):
        if match[1].lower() == "p":
            return None
        return Trimmed(kind=match[1].upper(), low=0.0, high=float(match[2]), shares=True)
    found: Trimmed | None = None
    match = _SHARES.fullmatch(statistic)
    if match and (match[2] or match[3]):
        found = Trimmed(
            kind=match[1].upper(), low=float(match[2] or 0), high=float(match[3] or 100), shares=True
        )
    match = _VALUES.fullmatch(statistic)
    if match and (match[2] or match[3]):
        found = Trimmed(
            kind=match[1].upper(), low=float(match[2] or -inf), high=float(match[3] or inf), shares=False
        )
    if found is None or not found.low < found.high:
        raise RehearsalError(f"{statistic!r} is no statistic; valid: {VALID}")
    return found


def of_counts(wanted: Trimmed, support: Floats, at_or_below: NDArray[np.int64]) -> Floats:
    """The statistic for every row of `at_or_below`: how many samples are at or below each value of `support`.

    Shapes (values,) ascending, and (rows, values); at least one sample a row. A mean is NaN where no sample
    lies between the boundaries.
    """
    total = at_or_below[:, -1]
    low, high = _cut(wanted, support, at_or_below)
    within: Counts = np.clip(at_or_below, low[:, None], high[:, None])
    kept: Counts = within - np.concatenate([low[:, None], within[:, :-1]], axis=1)
    count = high - low
    match wanted.kind:
        case "TC":
            return count.astype(np.float64)
        case "PR":
            return np.asarray(100.0 * count / total)
        case "TS":
            return np.asarray(kept @ support)
        case "WM":
            edges = _edges(wanted, support, kept)
            return np.asarray((kept @ support + low * edges[0] + (total - high) * edges[1]) / total)
        case _:
            mean = np.full(len(count), np.nan)
            np.divide(kept @ support, count, out=mean, where=count > 0)
            return mean


def _cut(wanted: Trimmed, support: Floats, at_or_below: NDArray[np.int64]) -> tuple[Counts, Counts]:
    """Per row how many samples lie at or below the lower boundary, and how many at or below the upper one."""
    total = at_or_below[:, -1]
    if wanted.shares:
        low = np.floor(total * (wanted.low / 100) + _ROUNDING).astype(np.int64)
        high = total - np.floor(total * (1 - wanted.high / 100) + _ROUNDING).astype(np.int64)
        return low, high
    padded = np.concatenate([np.zeros((len(total), 1), dtype=np.int64), at_or_below], axis=1)
    first, last = np.searchsorted(support, [wanted.low, wanted.high], side="right")
    return padded[:, first], padded[:, last]


def _edges(
    wanted: Trimmed, support: Floats, kept: NDArray[np.int64]
) -> tuple[Floats | float, Floats | float]:
    """What samples beyond the boundaries count as: "equal to the value at the edge"."""
    if not wanted.shares:
        return max(wanted.low, -_FINITE), min(wanted.high, _FINITE)
    any_kept = kept > 0
    last = kept.shape[1] - 1 - any_kept[:, ::-1].argmax(axis=1)
    return support[any_kept.argmax(axis=1)], support[last]
