"""A distribution of durations, as frozen data."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Latency:
    """A distribution of durations; nearest-rank percentiles, so each is a measured value."""

    count: int
    mean_ms: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
