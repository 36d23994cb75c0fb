"""The same evaluation, written plainly: minute by minute, sample by sample, without numpy's tricks.

The fast evaluator is tested against this one and timed against it (`bench/rehearsal.py`). It shares only
`state_at`, the expression evaluator (on one evaluation range at a time) and the anomaly band.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import ceil, floor

import numpy as np

from monitoring.spec import MetricAlarm, MetricStat, State
from rehearsal.cloudwatch import wall_clock
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS, MULTI_DAY_MINUTE, MULTI_DAY_S, state_at
from rehearsal.cloudwatch.math.evaluation import Bands, Evaluation, Frame
from rehearsal.cloudwatch.math.values import as_band, as_series
from rehearsal.cloudwatch.points import Points, compared_query
from rehearsal.cloudwatch.series import MetricSeries, Series
from rehearsal.cloudwatch.statistics import Trimmed, percentile_of, trimmed

WEEK_S = 604_800
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
    width = alarm.period_s // 60
    for now in range(series.minutes):
        if multi_day and (series.clock_minute + now + 1) % 60 != MULTI_DAY_MINUTE:
            result.append(state)
            continue
        newest = now - seen_after if alarm.wall_clock is None else _clock_end(alarm, series, now)
        if now < alarm.warm_up_min and (alarm.warm_up_whole or not _filled(alarm, metrics, now, newest)):
            result.append(state)
            continue
        ends = [newest - age * width for age in reversed(range(size))]
        seen = {name: [_window(metric, end, now, width) for end in ends] for name, metric in metrics.items()}
        values = {q.id: [statistic(window, q.statistic) for window in seen[q.id]] for q in queries}
        starts = [series.epoch_s + (end - width + 1) * 60 for end in ends]
        state = _state(
            alarm, state, values=values, seen=seen, bands=bands, ends=ends, starts=starts, extra=extra_points
        )
        result.append(state)
    return result


def _clock_end(alarm: MetricAlarm, series: Series, now: int) -> int:
    """The last minute of the newest period of the wall clock that is over at the end of minute `now`."""
    here = (series.start + timedelta(minutes=now + 1)).astimezone(wall_clock.zone(alarm))
    past = (here.hour * 60 + here.minute) % (min(alarm.period_s, 86_400) // 60)
    days = here.weekday() if alarm.period_s == WEEK_S else 0
    return now - past - days * 1440


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
    wanted = trimmed(name)
    if wanted is not None:
        return _trimmed(sorted(value for value, weight in samples for _ in range(weight)), wanted)
    return {
        "SampleCount": float(count),
        "Sum": total,
        "Average": total / count,
        "Minimum": min(value for value, _ in samples),
        "Maximum": max(value for value, _ in samples),
    }[name]


def _trimmed(ranked: list[float], wanted: Trimmed) -> float:
    """A trimmed statistic of samples in order."""
    if wanted.shares:
        below = floor(len(ranked) * wanted.low / 100 + 1e-9)
        above = floor(len(ranked) * (100 - wanted.high) / 100 + 1e-9)
        kept = ranked[below : len(ranked) - above]
        moved = [kept[0]] * below + kept + [kept[-1]] * above if kept else []
    else:
        kept = [value for value in ranked if wanted.low < value <= wanted.high]
        moved = [min(max(value, wanted.low), wanted.high) for value in ranked]
    return {
        "TM": sum(kept) / len(kept) if kept else np.nan,
        "TC": float(len(kept)),
        "TS": float(sum(kept)),
        "PR": 100 * len(kept) / len(ranked),
        "WM": sum(moved) / len(ranked),
    }[wanted.kind]


def _state(
    alarm: MetricAlarm,
    previous: State,
    *,
    values: dict[str, list[float]],
    seen: dict[str, list[Samples]],
    bands: Bands,
    ends: Sequence[int],
    starts: Sequence[float],
    extra: int,
) -> State:
    arrays = {name: np.array(series) for name, series in values.items()}
    at = np.array(ends)
    visible = {
        call: (np.where(at >= 0, low[at], np.nan), np.where(at >= 0, high[at], np.nan))
        for call, (low, high) in bands.items()
    }
    evaluation = Evaluation(alarm.queries, arrays, alarm.period_s, visible, Frame(starts=np.array(starts)))
    compared = compared_query(alarm)
    points = as_series(evaluation.value(compared.id), compared.id, at.shape)
    bounds = None
    if alarm.band_id is not None:
        upper, lower = as_band(evaluation.value(alarm.band_id), alarm.band_id)
        bounds = [None if np.isnan(a) else (float(a), float(b)) for a, b in zip(lower, upper, strict=True)]
    counts = None
    if isinstance(compared, MetricStat):
        counts = [float(sum(weight for _, weight in window)) for window in seen[compared.id]]
    real = [None if np.isnan(point) else float(point) for point in points]
    return state_at(real, alarm, previous, bounds=bounds, samples=counts, extra_points=extra)


def _filled(alarm: MetricAlarm, metrics: Mapping[str, Metric], now: int, newest: int) -> bool:
    """Whether one of the metrics has a datapoint in every period to be evaluated."""
    width = alarm.period_s // 60
    ends = [newest - age * width for age in range(alarm.evaluation_periods)]
    return not metrics or any(
        not any(np.isnan(statistic(_window(metrics[q.id], end, now, width), q.statistic)) for end in ends)
        for q in alarm.queries
        if isinstance(q, MetricStat)
    )


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
