"""How many requests customers send in each minute: a daily shape with seeded noise."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

DAY_MINUTES = 1440


@dataclass(frozen=True, kw_only=True, slots=True)
class Traffic:
    """`per_minute` is the mean over a day; it swings by `swing` (0 to 1) around it and peaks at `peak_hour`.

    `noise` is the relative standard deviation of the rate from minute to minute; arrivals are Poisson.
    """

    per_minute: float = 300.0
    swing: float = 0.6
    peak_hour: float = 14.0
    noise: float = 0.08

    def requests(
        self, start: datetime, factor: NDArray[np.float64], rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Requests a minute from `start` on, shape of `factor`, which multiplies the rate."""
        first = start.hour * 60 + start.minute
        phase = (first + np.arange(len(factor)) - self.peak_hour * 60) / DAY_MINUTES
        shape = 1 + self.swing * np.cos(2 * np.pi * phase)
        wobble = np.maximum(0.0, 1 + self.noise * rng.standard_normal(len(factor)))
        return rng.poisson(self.per_minute * shape * wobble * factor)
