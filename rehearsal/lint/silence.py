"""Who hears of it when a metric stops: by the behaviour of every alarm that reads it."""

from collections.abc import Mapping
from functools import lru_cache

from rehearsal.lint import behaviour
from rehearsal.lint.alarms import Alarm, AlarmSet, Metric

Place = tuple[str, str, tuple[tuple[str, str], ...]]


def place(metric: Metric) -> Place:
    """The metric's identity."""
    return metric.namespace, metric.name, tuple(sorted(metric.dimensions))


def resource(metric: Metric) -> Place:
    """What it is a metric of."""
    return metric.namespace, "", tuple(sorted(metric.dimensions))


@lru_cache(maxsize=8)
def owners(given: AlarmSet) -> Mapping[Place, tuple[Alarm, ...]]:
    """The alarms that make themselves heard when all of their metrics stop, by metric and by resource."""
    found: dict[Place, tuple[Alarm, ...]] = {}
    for alarm in given.metric:
        if hears(alarm, given):
            for at in {key(metric) for metric in alarm.metrics for key in (place, resource)}:
                found[at] = (*found.get(at, ()), alarm)
    return found


def hears(alarm: Alarm, given: AlarmSet) -> bool:
    """Whether somebody is told when the alarm's metrics stop: by it, or by a composite above it."""
    after = behaviour.silent(alarm)
    if after == "ALARM":
        return alarm.name in given.parents or bool(alarm.acts and alarm.actions["AlarmActions"])
    return after == "INSUFFICIENT_DATA" and bool(alarm.acts and alarm.actions["InsufficientDataActions"])
