"""The grid: which incidents are asked about, and what each of them spends of the error budget.

An incident is one kind of trouble of one size for so many minutes, at so many requests a minute. It is heard
of at its worst: over every second of a minute it may begin in (`PHASES_S`), every place in a period of the
clock where an alarm looks at one, and however late AWS's metrics arrive (`LATE_MINUTES`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from settings.slo import Slo

KindName = Literal["failing", "slow"]
MILLION = 1_000_000
SHARES_PPM = (
    *(100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000),
    *(100_000, 200_000, 500_000, MILLION),
)
"""0.01 % to 100 % of the requests, in millionths, so that counts are exact."""
SLOW_SHARES_PPM = (10_000, 50_000, 100_000, 200_000, 500_000, MILLION)
TIMES_PROMISED = (1.1, 5.0)
DURATIONS = (1, 2, 3, 5, 10, 15, 30, 60, 120, 360, 720, 1440, 2880, 4320)
REQUESTS_PER_MINUTE = (10, 100, 1000)
"""A quiet night, an ordinary hour, a peak."""
PHASES_S = (0, 30)
LATE_MINUTES = (1, 2)
"""Of AWS's own metrics, which arrive "one to several minutes" late; others are there at once."""
PROMISED_SHARE = 0.9  # of the requests that are answered within the promised p90


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """What befalls the requests: `share_ppm` millionths of them fail, or take `latency_ms`."""

    kind: KindName
    share_ppm: int
    latency_ms: float = 0.0

    def budget_per_minute(self, slo: Slo) -> float:
        """The share of the SLO window's error budget that a minute of it spends, at even traffic.

        Of requests that are slow, as many may be as the promised percentile leaves.
        """
        allowed = 1 - slo.availability_pct / 100 if self.kind == "failing" else 1 - PROMISED_SHARE
        harmed = self.kind == "failing" or self.latency_ms > slo.latency_p90_ms
        return self.share_ppm / MILLION * harmed / (allowed * slo.window_days * 1440)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """What is asked: every size x duration (minutes) x traffic (requests a minute)."""

    sizes: Sequence[Size]
    durations: Sequence[int] = DURATIONS
    traffic: Sequence[int] = REQUESTS_PER_MINUTE
    phases_s: Sequence[int] = PHASES_S
    late_minutes: Sequence[int] = LATE_MINUTES

    @property
    def kinds(self) -> list[KindName]:
        """The kinds of incident that are asked about."""
        return list(dict.fromkeys(size.kind for size in self.sizes))


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """One point of the grid."""

    size: Size
    minutes: int
    requests: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What comes of an incident at its worst, in minutes; None is never.

    `warn`, `critical` and `told` (either) count from its beginning to the first notification, `ok` from its
    end until no alarm that notifies is in ALARM on its account.
    """

    warn: float | None
    critical: float | None
    told: float | None
    ok: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """An incident, what comes of it, and the share of the budget spent by its end and until it is heard."""

    incident: Incident
    heard: Heard
    spent: float
    spent_until_told: float | None


def grid_for(slo: Slo, traffic: Sequence[int] = REQUESTS_PER_MINUTE) -> Grid:
    """The whole grid for a promise."""
    failing = [Size(kind="failing", share_ppm=share) for share in SHARES_PPM]
    slow = [
        Size(kind="slow", share_ppm=share, latency_ms=round(times * slo.latency_p90_ms, 3))
        for times in TIMES_PROMISED
        for share in SLOW_SHARES_PPM
    ]
    return Grid(sizes=[*failing, *slow], traffic=traffic)
