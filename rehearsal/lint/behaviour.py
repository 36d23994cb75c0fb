"""What an alarm does, by the rehearsal's own evaluator, on the few inputs that the rules ask about."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from monitoring.spec import MetricAlarm, MetricStat, State
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS, state_at
from rehearsal.cloudwatch.math.evaluation import Evaluation, Frame
from rehearsal.cloudwatch.math.values import as_series
from rehearsal.cloudwatch.points import compared_query
from rehearsal.errors import RehearsalError
from rehearsal.lint.alarms import Alarm

FOR_EVER: Mapping[State | None, str] = {
    "OK": "it watches nothing and shows OK for ever",
    "ALARM": "it watches nothing and is in ALARM for ever",
    "INSUFFICIENT_DATA": "it watches nothing and stays in INSUFFICIENT_DATA",
    None: "it watches nothing",
}


@lru_cache(maxsize=4096)
def silent(alarm: Alarm, before: State = "OK") -> State | None:
    """The state after a long silence of all its metrics; None where it cannot be evaluated."""
    return steady(alarm, {}, before)


def watches_nothing(alarm: Alarm) -> str:
    """What people see of an alarm whose metric nobody publishes."""
    return FOR_EVER[silent(alarm, "INSUFFICIENT_DATA")]


def steady(alarm: Alarm, values: Mapping[str, float], before: State = "OK") -> State | None:
    """The state once each metric has had its value (by query id; missing where there is none) for long."""
    spec = alarm.spec
    if spec is None:
        return None
    size = spec.evaluation_periods + EXTRA_POINTS
    if spec.band_id is not None:
        return state_at([None] * size, spec, before, bounds=[None] * size) if not values else None
    try:
        points = _points(spec, values, size)
    except RehearsalError:
        return None
    return state_at(points, spec, before)


def _points(spec: MetricAlarm, values: Mapping[str, float], size: int) -> list[float | None]:
    metrics = {
        query.id: np.full(size, values.get(query.id, np.nan))
        for query in spec.queries
        if isinstance(query, MetricStat)
    }
    frame = Frame(starts=np.arange(size, dtype=np.float64) * spec.period_s)
    compared = compared_query(spec)
    found = as_series(
        Evaluation(spec.queries, metrics, spec.period_s, {}, frame).value(compared.id), compared.id, (size,)
    )
    return [None if np.isnan(value) else float(value) for value in found]
