"""Incidents of one size one after the other, and the metrics that CloudWatch would have of them.

Nothing is left to chance: each minute brings the same requests, and which of them an incident befalls is
spread as evenly as can be without a rhythm (`STRIDE`); at random they would come in bunches, which alarms
hear sooner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rehearsal.cloudwatch.series import MetricSeries
from rehearsal.frontier.grid import MILLION, Size
from rehearsal.frontier.roles import PROBE, Shown
from rehearsal.incident import signals

Ints = NDArray[np.int64]
MINUTE_S = 60
STRIDE = 618_033
"""The j-th request of an incident fails if `STRIDE` x j mod 1,000,000 is below its share in millionths.

The multiples of the golden ratio: of every million requests exactly that many, never in step with a window.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Strip:
    """Where incidents stand on a timeline: the one of `durations[i]` begins in minute `begins[i]`.

    Before each of them there is so much ordinary time that nothing remembers the one before.
    """

    start: datetime
    begins: Sequence[int]
    durations: Sequence[int]
    minutes: int

    @classmethod
    def of(cls, durations: Sequence[int], *, first: datetime, lead: int, gap: int) -> "Strip":
        """The first incident begins in minute `first`, `lead` minutes after the start; `gap` minutes follow
        each.
        """
        begins, at = [], lead
        for duration in durations:
            begins.append(at)
            at += duration + 1 + gap
        return cls(
            start=first - timedelta(minutes=lead),
            begins=tuple(begins),
            durations=tuple(durations),
            minutes=at,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What the incidents of a strip are: their size, the traffic, the second they begin in, and how late
    AWS's metrics are.
    """

    size: Size
    requests: int
    phase_s: int
    late: int

    @lru_cache(maxsize=8)  # noqa: B019  # frozen, small, and asked for by several metrics in turn
    def befallen(self, strip: Strip, requests: int) -> Ints:
        """How many of `requests` a minute the incidents befall in each minute, shape (minutes,)."""
        out = np.zeros(strip.minutes, dtype=np.int64)
        part = _chosen(self.size.share_ppm)
        for begin, duration in zip(strip.begins, strip.durations, strict=True):
            edges = np.arange(duration + 2, dtype=np.int64) * MINUTE_S - self.phase_s
            came = np.clip(edges, 0, duration * MINUTE_S) * requests // MINUTE_S
            so_far = came // MILLION * self.size.share_ppm + part[came % MILLION]
            out[begin : begin + duration + 1] = np.diff(so_far)
        return out

    def metric(self, shown: Shown, strip: Strip, *, moved: bool, late: bool) -> MetricSeries:
        """A metric of the strip: one that the incident shows in if `moved`, and is late if `late`."""
        requests = 1 if shown.tier == PROBE else self.requests
        total = np.full(strip.minutes, requests, dtype=np.int64)
        none = np.zeros_like(total)
        befallen = self.befallen(strip, requests) if moved else none
        failed, slow = (befallen, none) if self.size.kind == "failing" else (none, befallen)
        minute, value, weight = _samples(shown, total, failed, slow, self.size.latency_ms)
        return MetricSeries(minute=minute, value=value, weight=weight, delay=self.late if late else 0)


@lru_cache(maxsize=32)
def _chosen(share_ppm: int) -> NDArray[np.int32]:
    """How many of the first 0, 1, 2, ... requests of an incident it befalls, and one; a million repeat."""
    return np.cumsum(np.arange(MILLION) * STRIDE % MILLION < share_ppm, dtype=np.int32)


def _samples(shown: Shown, total: Ints, failed: Ints, slow: Ints, slow_ms: float) -> signals.Columns:
    none = np.zeros_like(total)
    if shown.role == "latency":
        minute, is_slow, weight = signals.of_all(slow, total)
        return minute, np.where(is_slow > 0, slow_ms, shown.usual) * shown.per_ms, weight
    if shown.role == "level":
        return signals.level(np.full(len(total), shown.usual))
    if shown.role == "error-rate":
        return signals.level(100 * failed / total)
    events = {
        "requests": total,
        "probes": total,
        "answered": total - failed,
        "refused": failed,
        "errors": failed,
        "none": none,
    }[shown.role]
    of_each_request = shown.role in ("errors", "none") and not shown.sparse
    return signals.of_all(events, total) if of_each_request else signals.ones(events)
