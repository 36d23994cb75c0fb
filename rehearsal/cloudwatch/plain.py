"""The same evaluation, written plainly: minute by minute, sample by sample, without numpy's tricks.

The fast evaluator is tested against this one and timed against it (`bench/rehearsal.py`). It shares only
`state_at`, the expression evaluator (on one evaluation range at a time) and the anomaly band.
"""

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np

from monitoring.spec import MetricAlarm, MetricStat, State
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS, MULTI_DAY_MINUTE, MULTI_DAY_S, state_at
from rehearsal.cloudwatch.math import evaluation as metric_math
from rehearsal.cloudwatch.points import Points, compared_query
from rehearsal.cloudwatch.series import MetricSeries, Series
from rehearsal.cloudwatch.statistics import percentile_of

Samples = list[tuple[float, int]]
Metric = tuple[dict[int, Samples], Sequence[int]]


def states(
    alarm: MetricAlarm, series: Series, *, home: str | None = None, extra_points: int = EXTRA_POINTS
) -> list[State]:
    """The state of one metric alarm at the end of every minute."""
    multi_day = alarm.period_s * alarm.evaluation_periods > MULTI_DAY_S
    seen_after = MULTI_DAY_MINUTE if multi_day else 0
    size = alarm.evaluation_periods + extra_points
    bands = Points(alarm, series, home=home, size=size, seen_after=seen_after).bands
    queries = [q for q in alarm.queries if isinstance(q, MetricStat)]
    metrics = {q.id: _by_minute(series, q, home) for q in queries}
    state: State = "INSUFFICIENT_DATA"
    result: list[State] = []
    for now in range(series.minutes):
        if now < alarm.warm_up_min and not _filled(alarm, metrics, now, seen_after):
            result.append(state)
            continue
        if not multi_day or (series.clock_minute + now + 1) % 60 == MULTI_DAY_MINUTE:
            newest = now - seen_after
            ends = [newest - age * alarm.period_s // 60 for age in reversed(range(size))]
            width = alarm.period_s // 60
            seen = {
                name: [_window(metric, end, now, width) for end in ends] for name, metric in metrics.items()
            }
            values = {q.id: [statistic(window, q.statistic) for window in seen[q.id]] for q in queries}
            state = _state(
                alarm, state, values=values, seen=seen, bands=bands, ends=ends, extra_points=extra_points
            )
        result.append(state)
    return result


def statistic(samples: Samples, name: str) -> float:
    """A CloudWatch statistic of (value, count) pairs; NaN if there are none."""
    if not samples:
        return np.nan
    count = sum(weight for _, weight in samples)
    total = sum(value * weight for value, weight in samples)
    percentile = percentile_of(name)
    if percentile is not None:
        ranked = sorted(value for value, weight in samples for _ in range(weight))
        return ranked[max(1, ceil(count * percentile / 100 - 1e-9)) - 1]
    return {
        "SampleCount": float(count),
        "Sum": total,
        "Average": total / count,
        "Minimum": min(value for value, _ in samples),
        "Maximum": max(value for value, _ in samples),
    }[name]


def _state(
    alarm: MetricAlarm,
    previous: State,
    *,
    values: dict[str, list[float]],
    seen: dict[str, list[Samples]],
    bands: metric_math.Bands,
    ends: Sequence[int],
    extra_points: int,
) -> State:
    arrays = {name: np.array(series) for name, series in values.items()}
    at = np.array(ends)
    visible = {
        call: (np.where(at >= 0, low[at], np.nan), np.where(at >= 0, high[at], np.nan))
        for call, (low, high) in bands.items()
    }
    evaluation = metric_math.Evaluation(alarm.queries, arrays, alarm.period_s, visible)
    compared = compared_query(alarm)
    points = metric_math.as_series(evaluation.value(compared.id), compared.id, at.shape)
    bounds = None
    if alarm.band_id is not None:
        upper, lower = metric_math.as_band(evaluation.value(alarm.band_id), alarm.band_id)
        bounds = [None if np.isnan(a) else (float(a), float(b)) for a, b in zip(lower, upper, strict=True)]
    counts = None
    if isinstance(compared, MetricStat):
        counts = [float(sum(weight for _, weight in window)) for window in seen[compared.id]]
    real = [None if np.isnan(point) else float(point) for point in points]
    return state_at(real, alarm, previous, bounds=bounds, samples=counts, extra_points=extra_points)


def _filled(alarm: MetricAlarm, metrics: Mapping[str, Metric], now: int, seen_after: int) -> bool:
    """Whether one of the metrics has data in every period to be evaluated."""
    width = alarm.period_s // 60
    ends = [now - seen_after - age * width for age in range(alarm.evaluation_periods)]
    return any(all(_window(metric, end, now, width) for end in ends) for metric in metrics.values())


def _by_minute(series: Series, query: MetricStat, home: str | None) -> Metric:
    metric = series.published(query, home)
    by_minute: dict[int, Samples] = {}
    if metric is None:
        return by_minute, [0] * series.minutes
    for minute, value, weight in zip(metric.minute, metric.value, metric.weight, strict=True):
        by_minute.setdefault(int(minute), []).append((float(value), int(weight)))
    return by_minute, _delays(metric, series.minutes)


def _delays(metric: MetricSeries, minutes: int) -> Sequence[int]:
    if isinstance(metric.delay, int):
        return [metric.delay] * minutes
    return [int(delay) for delay in metric.delay]


def _window(metric: Metric, end: int, now: int, width: int) -> Samples:
    by_minute, delays = metric
    arrived = [m for m in range(max(0, end - width + 1), end + 1) if m + delays[m] <= now]
    return [sample for minute in arrived for sample in by_minute.get(minute, ())]
