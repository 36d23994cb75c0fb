"""The metrics of KPIs that no part of the simulated service is behind: well within limits on a good day.

Nothing that happens to the service moves them, only a fault of theirs; but a KPI on one of the service's own
metrics is moved like any other. Sparse metrics, and those that are added to the service's own, come with a
fault alone. A share is one of `WHOLE` events a minute where its whole is not simulated either; a quota of
AWS's is `QUOTA`, unless the scenario says.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.kpi import Kpi, Metric
from rehearsal.cloudwatch.series import MetricKey, MetricSeries
from rehearsal.incident.conditions import Conditions
from rehearsal.incident.kpis import APART

Floats = NDArray[np.float64]
Simulated = Callable[[Metric], MetricSeries | None]
WELL = 0.5  # of the limit, on a good day
WHOLE = 1000.0
QUOTA = 1000.0
ALL_PCT, MOST_PCT = 100.0, 99.9
AWS_DELAY = 1  # minutes; what a team publishes itself is there at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Apart:
    """What such KPIs read, where that is not as the simulated service has it; AWS's quotas for it; and those
    of them that nothing moves.
    """

    metrics: Mapping[MetricKey, MetricSeries]
    quotas: Mapping[MetricKey, float]
    idle: Sequence[Kpi]


def apart(kpis: Sequence[Kpi], conditions: Conditions, simulated: Simulated) -> Apart:
    """The metrics of those among the KPIs of a stack."""
    served = {_place(metric) for kpi in kpis if kpi.component not in APART for metric in kpi.metrics}
    made = _Made(conditions, lambda metric: simulated(metric) if _place(metric) in served else None)
    idle = [kpi for kpi in kpis if kpi.component in APART and not made.moved(kpi)]
    quotas = {_key(kpi.quota_of): QUOTA for kpi in kpis if kpi.quota_of}
    return Apart(metrics=made.metrics, quotas=quotas, idle=idle)


class _Made:
    """Collects the metrics, KPI by KPI: of those that share one, the last that is driven decides."""

    def __init__(self, conditions: Conditions, usual: Simulated) -> None:
        self._conditions, self._usual = conditions, usual
        self.metrics: dict[MetricKey, MetricSeries] = {}

    def moved(self, kpi: Kpi) -> bool:
        """Makes what the KPI reads; whether anything moves it."""
        times, base = _times(kpi, self._conditions), self._usual(kpi.metric)
        driven = ~np.isnan(times)
        for metric in kpi.plus:
            self._add(metric, _added(kpi, times, metric))
        if base is not None and (kpi.plus or not driven.any()):
            return True
        made = self._reported(kpi.metric, _level(kpi, times, self._whole(kpi)))
        if driven.any():
            self.metrics[_key(kpi.metric)] = made if base is None else _over(base, made, driven)
        self.metrics.setdefault(_key(kpi.metric), made)
        if kpi.quota_of:
            self.metrics.setdefault(_key(kpi.quota_of), made)  # of which only the quota is asked for
        return bool(driven.any())

    def _whole(self, kpi: Kpi) -> MetricSeries | None:
        """What the KPI is a share of, if it is one."""
        if kpi.share_of is None:
            return None
        metric = kpi.share_of.metric
        if (simulated := self._usual(metric)) is not None:
            return simulated
        self._add(metric, whole := _whole(kpi, metric, self._conditions.minutes))
        return whole

    def _add(self, metric: Metric, made: MetricSeries) -> None:
        self.metrics.setdefault(_key(metric), self._reported(metric, made))

    def _reported(self, metric: Metric, made: MetricSeries) -> MetricSeries:
        return self._conditions.reported(made, f"{metric.namespace} {metric.name}")


def _times(kpi: Kpi, conditions: Conditions) -> Floats:
    """How many times its limit the faults take it to, minute by minute; NaN where none does."""
    times = np.full(conditions.minutes, np.nan)
    for level in conditions.kpis:
        if level.touches(kpi.key):
            times[level.when] = level.times
    return times


def _level(kpi: Kpi, times: Floats, whole: MetricSeries | None) -> MetricSeries:
    """The KPI's metric; a share of `whole`."""
    well = 0.0 if kpi.sparse else WELL
    level = kpi.limit * np.where(np.isnan(times), well, times)
    if kpi.direction == "below":
        level = kpi.limit / np.where(np.isnan(times), WELL, np.maximum(times, 1e-3))
    if kpi.share_of is not None and whole is not None:
        every = np.bincount(whole.minute, whole.value * whole.weight, minlength=len(times))
        share = np.minimum(level, ALL_PCT if kpi.share_of.counts_failures else MOST_PCT) / ALL_PCT
        return _counted(kpi, every * (share if kpi.share_of.counts_failures else share / (1 - share)))
    if kpi.unit == "Percent":
        level = np.minimum(level, max(ALL_PCT, kpi.limit))
    raw = level * (QUOTA / ALL_PCT if kpi.quota_of else kpi.divisor)
    if kpi.statistic in ("Sum", "SampleCount"):
        return _counted(kpi, raw * 60 / kpi.window.period_s)
    present = np.flatnonzero(raw > 0) if kpi.sparse else np.arange(len(raw))
    weight = np.full(len(present), _samples(kpi), dtype=np.int64)
    return MetricSeries(minute=present, value=raw[present], weight=weight, delay=_delay(kpi.metric))


def _counted(kpi: Kpi, a_minute: Floats) -> MetricSeries:
    """So much of the metric in each minute: as a sum of enough samples, or as a number of them."""
    if kpi.statistic == "SampleCount":
        whole = np.floor(np.cumsum(a_minute) + 1e-9)
        weight = np.diff(whole, prepend=0).astype(np.int64)
        minute = np.flatnonzero(weight)
        value = np.ones(len(minute))
        return MetricSeries(minute=minute, value=value, weight=weight[minute], delay=_delay(kpi.metric))
    minute = np.flatnonzero(a_minute > 0) if kpi.sparse else np.arange(len(a_minute))
    samples = _samples(kpi)
    return MetricSeries(
        minute=minute,
        value=a_minute[minute] / samples,
        weight=np.full(len(minute), samples, dtype=np.int64),
        delay=_delay(kpi.metric),
    )


def _added(kpi: Kpi, times: Floats, metric: Metric) -> MetricSeries:
    """One of the metrics that are added to the KPI's: together they bring a fault's whole level."""
    minute = np.flatnonzero(~np.isnan(times))
    a_minute = kpi.limit * times[minute] * 60 / kpi.window.period_s / len(kpi.plus)
    weight = np.maximum(np.round(a_minute), 1).astype(np.int64)
    return MetricSeries(minute=minute, value=np.ones(len(minute)), weight=weight, delay=_delay(metric))


def _whole(kpi: Kpi, metric: Metric, minutes: int) -> MetricSeries:
    """What a share is one of: as many a minute as make the KPI's minimum, and at least `WHOLE`."""
    weight = np.full(minutes, max(WHOLE, _samples(kpi)), dtype=np.int64)
    return MetricSeries(
        minute=np.arange(minutes), value=np.ones(minutes), weight=weight, delay=_delay(metric)
    )


def _samples(kpi: Kpi) -> int:
    """A minute, so that the KPI's minimum of a period is reached twice over: the latest come late."""
    return max(1, math.ceil(2 * kpi.min_samples * 60 / kpi.window.period_s))


def _over(base: MetricSeries, own: MetricSeries, there: NDArray[np.bool_]) -> MetricSeries:
    """The simulated service's metric with the fault's own in the minutes that it drives."""
    kept, driven = ~there[base.minute], there[own.minute]
    return MetricSeries(
        minute=np.concatenate([base.minute[kept], own.minute[driven]]),
        value=np.concatenate([base.value[kept], own.value[driven]]),
        weight=np.concatenate([base.weight[kept], own.weight[driven]]),
        delay=base.delay,
    )


def _place(metric: Metric) -> tuple[str, tuple[tuple[str, str], ...]]:
    return metric.namespace, metric.identity.dimensions


def _key(metric: Metric) -> MetricKey:
    return MetricKey.of(metric.namespace, metric.name, metric.dimensions)


def _delay(metric: Metric) -> int:
    return AWS_DELAY if metric.namespace.lower().startswith(("aws/", "/aws/")) else 0
