"""Where the time of a request goes, as distributions, and what a minute's samples of it look like.

Each part is log-normal, the parts are independent, and sums are taken sample by sample from `DRAWS` seeded
requests. A minute's samples are then drawn from the resulting distribution on a grid of values `GRID` apart,
which is all that CloudWatch needs to answer percentiles.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS = 4000
GRID = 1.05
SPREAD = 0.3  # of the model's latency; the other parts vary about as much
TABLE_MS, OWN_MS, OVERHEAD_MS, GATEWAY_MS = 4.0, 3.0, 6.0, 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """Medians in milliseconds of the parts that faults change, and the time budget of a request.

    A share of the model's calls, `tail_share`, takes `tail_slow` times as long.
    """

    model_ms: float
    tail_share: float
    tail_slow: float
    table_ms: float
    overhead_ms: float
    spread: float
    budget_ms: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Parts:
    """Samples in milliseconds; `timeout` is the share of requests over the budget."""

    table: Floats
    model: Floats
    overhead: Floats
    function: Floats
    api: Floats
    timeout: float


def parts(profile: Profile, seed: int) -> Parts:
    """`DRAWS` requests of this profile. What is over the budget ends there, as the handler does it."""
    rng = np.random.default_rng(seed)

    def part(median_ms: float) -> Floats:
        return rng.lognormal(np.log(median_ms), profile.spread, DRAWS)

    table, model, overhead, own, gateway = map(
        part, (profile.table_ms, profile.model_ms, profile.overhead_ms, OWN_MS, GATEWAY_MS)
    )
    model = model * np.where(rng.random(DRAWS) < profile.tail_share, profile.tail_slow, 1.0)
    whole = table + model + overhead + own
    function = np.minimum(whole, profile.budget_ms)
    late = float(np.mean(whole > profile.budget_ms))
    return Parts(
        table=table, model=model, overhead=overhead, function=function, api=function + gateway, timeout=late
    )


def draw(samples: Floats, counts: Ints, minutes: Ints, rng: np.random.Generator) -> tuple[Ints, Floats, Ints]:
    """For each of `minutes`, `counts` samples of the distribution of `samples`.

    Returns (minute, value, weight) columns as `MetricSeries` has them.
    """
    step = np.log(GRID)
    bins, share = np.unique(np.round(np.log(samples) / step), return_counts=True)
    table = rng.multinomial(counts, share / share.sum())
    row, column = np.nonzero(table)
    return minutes[row], np.exp(bins * step)[column], table[row, column].astype(np.int64)
