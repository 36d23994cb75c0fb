"""The metrics of a stack's own KPIs: on a good day well within their limits, unless a fault drives them.

The simulated service has no part that these come from, so nothing that happens to it moves them; but a KPI on
one of its own metrics is moved like any other. Sparse ones come with a fault only. A share is one of `WHOLE`
events a minute where its whole is not simulated either.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.catalogue.own import COMPONENT
from monitoring.kpi import Kpi, Metric
from rehearsal.cloudwatch.series import MetricKey, MetricSeries
from rehearsal.incident.conditions import Conditions

Floats = NDArray[np.float64]
Simulated = Callable[[Metric], MetricSeries | None]
WELL = 0.5  # of the limit, on a good day
WHOLE = 1000.0
ALL_PCT, MOST_PCT = 100.0, 99.9
AWS_DELAY = 1  # minutes; what a team publishes itself is there at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Own:
    """What own KPIs read, where that is not as the simulated service has it; and those that nothing moves."""

    metrics: Mapping[MetricKey, MetricSeries]
    idle: Sequence[Kpi]


def own(kpis: Sequence[Kpi], conditions: Conditions, simulated: Simulated) -> Own:
    """The metrics of the own KPIs among those of a stack."""
    served = {_place(metric) for kpi in kpis if kpi.component != COMPONENT for metric in kpi.metrics}
    found: dict[MetricKey, MetricSeries] = {}
    idle: list[Kpi] = []

    def usual(metric: Metric) -> MetricSeries | None:
        return simulated(metric) if _place(metric) in served else None

    def reported(metric: Metric, made: MetricSeries) -> MetricSeries:
        return conditions.reported(made, f"{metric.namespace} {metric.name}")

    for kpi in kpis:
        if kpi.component != COMPONENT:
            continue
        times, base, share = _times(kpi, conditions), usual(kpi.metric), kpi.share_of
        there = ~np.isnan(times)
        if not there.any():
            if base is not None:
                continue
            idle.append(kpi)
        whole = None
        if share:
            whole = usual(share.metric) or _whole(kpi, share.metric, conditions.minutes)
        made = reported(kpi.metric, _made(kpi, times, whole))
        if there.any():
            found[_key(kpi.metric)] = made if base is None else _over(base, made, there)
        found.setdefault(_key(kpi.metric), made)
        if share and whole and usual(share.metric) is None:
            found.setdefault(_key(share.metric), reported(share.metric, whole))
    return Own(metrics=found, idle=idle)


def _times(kpi: Kpi, conditions: Conditions) -> Floats:
    """How many times its limit the faults take it to, minute by minute; NaN where none does."""
    times = np.full(conditions.minutes, np.nan)
    for level in conditions.own:
        if level.touches(kpi.key):
            times[level.when] = level.times
    return times


def _made(kpi: Kpi, times: Floats, whole: MetricSeries | None) -> MetricSeries:
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
    raw = level * kpi.divisor
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
