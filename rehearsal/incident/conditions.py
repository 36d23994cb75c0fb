"""What holds in each minute of an incident: everything a fault can change, as arrays over minutes; and the
changes, each in the minutes of a slice and with the numbers that it was given.
"""

import fnmatch
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rehearsal.cloudwatch.series import MetricSeries

Floats = NDArray[np.float64]
Value = float | str  # what a fault is given
DISK_PCT, MEMORY_PCT, CPU_PCT = 35.0, 45.0, 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricEffect:
    """A fault of the reporting: metrics whose `Namespace Metric` matches `pattern` are late or missing."""

    pattern: str
    when: slice
    late_minutes: int | None = None  # None: missing

    def touches(self, name: str) -> bool:
        """Whether the metric `Namespace Metric` is meant."""
        return fnmatch.fnmatchcase(name, self.pattern)


@dataclass(frozen=True, kw_only=True, slots=True)
class KpiLevel:
    """A fault of KPIs: those whose key matches `pattern` are at so many times their limit."""

    pattern: str
    when: slice
    times: float

    def touches(self, key: str) -> bool:
        """Whether the KPI is meant."""
        return fnmatch.fnmatchcase(key, self.pattern)


@dataclass(kw_only=True, slots=True, eq=False)
class Conditions:
    """Arrays of shape (minutes,). Shares are of requests, 0 to 1; factors multiply; percentages are 0 to 100.

    `cpu_pct`, NaN unless a fault sets it, replaces what the load would give. `usage_pct` is the highest key's
    percentage of its quota, NaN where the ordinary growth holds.
    """

    minutes: int
    traffic: Floats = field(init=False)
    unreachable: Floats = field(init=False)
    client_errors: Floats = field(init=False)
    throttled: Floats = field(init=False)
    errors: Floats = field(init=False)
    slow_failures: Floats = field(init=False)
    slow_failure_s: Floats = field(init=False)
    table_throttled: Floats = field(init=False)
    table_errors: Floats = field(init=False)
    table_slow: Floats = field(init=False)
    model_refuses: Floats = field(init=False)
    overhead_slow: Floats = field(init=False)
    model_errors: Floats = field(init=False)
    model_slow: Floats = field(init=False)
    tail_share: Floats = field(init=False)
    tail_slow: Floats = field(init=False)
    canary_runs: Floats = field(init=False)
    canary_equipped: Floats = field(init=False)
    canary_fails: Floats = field(init=False)
    reporter_runs: Floats = field(init=False)
    cpu_pct: Floats = field(init=False)
    memory_pct: Floats = field(init=False)
    disk_pct: Floats = field(init=False)
    usage_pct: Floats = field(init=False)
    effects: list[MetricEffect] = field(default_factory=list)
    kpis: list[KpiLevel] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Everything as it is on a good day."""
        for name in (
            "traffic",
            "table_slow",
            "model_slow",
            "tail_slow",
            "overhead_slow",
            "canary_runs",
            "canary_equipped",
            "reporter_runs",
        ):
            setattr(self, name, np.ones(self.minutes))
        for name in ("cpu_pct", "usage_pct"):
            setattr(self, name, np.full(self.minutes, np.nan))
        for name in (
            *("unreachable", "throttled", "errors", "slow_failures", "slow_failure_s"),
            *(
                "table_throttled",
                "table_errors",
                "model_errors",
                "model_refuses",
                "tail_share",
                "canary_fails",
            ),
        ):
            setattr(self, name, np.zeros(self.minutes))
        self.client_errors = np.full(self.minutes, 0.002)
        self.memory_pct = np.full(self.minutes, MEMORY_PCT)
        self.disk_pct = np.full(self.minutes, DISK_PCT)

    def reported(self, metric: MetricSeries, name: str) -> MetricSeries:
        """The metric `Namespace Metric` as faults of the reporting leave it: later than usual, or missing."""
        delay = np.zeros(self.minutes, dtype=np.int64) + metric.delay
        kept = np.ones(len(metric.minute), dtype=bool)
        for effect in self.effects:
            if effect.touches(name) and effect.late_minutes is not None:
                delay[effect.when] += effect.late_minutes
            elif effect.touches(name):
                kept &= (metric.minute < effect.when.start) | (metric.minute >= effect.when.stop)
        return MetricSeries(
            minute=metric.minute[kept], value=metric.value[kept], weight=metric.weight[kept], delay=delay
        )


Apply = Callable[[Conditions, slice, Mapping[str, Value]], None]


def share(field: str) -> Apply:
    """At least the given `share` of what the field counts."""

    def apply(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
        array = getattr(conditions, field)
        array[when] = np.maximum(array[when], float(given["share"]))

    return apply


def factor(field: str, parameter: str = "factor") -> Apply:
    """The field times what is given."""

    def apply(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
        getattr(conditions, field)[when] *= float(given[parameter])

    return apply


def ramp(field: str, start: float) -> Apply:
    """From `start` to `to` over the fault's time; the level stays until the end."""

    def apply(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
        array = getattr(conditions, field)
        first, last = when.start, min(when.stop, conditions.minutes)
        array[first:last] = np.linspace(start, float(given["to"]), last - first)
        array[last:] = float(given["to"])

    return apply


def level(field: str) -> Apply:
    """The field at `to`."""

    def apply(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
        getattr(conditions, field)[when] = float(given["to"])

    return apply


def stop(field: str) -> Apply:
    """The field at nothing."""

    def apply(conditions: Conditions, when: slice, _given: Mapping[str, Value]) -> None:
        getattr(conditions, field)[when] = 0.0

    return apply


def slow_failures(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
    """Invocations fail late."""
    conditions.slow_failures[when] = float(given["share"])
    conditions.slow_failure_s[when] = float(given["seconds"])


def model_tail(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
    """A share of the model's calls is slow."""
    conditions.tail_share[when] = float(given["share"])
    conditions.tail_slow[when] = float(given["factor"])


def region_down(conditions: Conditions, when: slice, _given: Mapping[str, Value]) -> None:
    """Nothing is reached, runs or reports."""
    conditions.unreachable[when] = 1.0
    conditions.canary_runs[when] = 0.0
    conditions.effects.append(MetricEffect(pattern="*", when=when))


def metric_late(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
    """Metrics arrive later."""
    effect = MetricEffect(pattern=str(given["metrics"]), when=when, late_minutes=int(float(given["minutes"])))
    conditions.effects.append(effect)


def metric_missing(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
    """Metrics do not arrive."""
    conditions.effects.append(MetricEffect(pattern=str(given["metrics"]), when=when))


def kpi_at(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
    """A KPI is at so many times its limit."""
    conditions.kpis.append(KpiLevel(pattern=str(given["kpi"]), when=when, times=float(given["times"])))
