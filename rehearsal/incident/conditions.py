"""What holds in each minute of an incident: everything a fault can change, as arrays over minutes."""

import fnmatch
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rehearsal.cloudwatch.series import MetricSeries

Floats = NDArray[np.float64]
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
