"""Alarm specs: frozen data that a component renders and the rehearsal evaluates.

The fields are those of CloudWatch's `PutMetricAlarm` and `PutCompositeAlarm`; nothing here knows Pulumi
or boto3, and nothing here decides a threshold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["warn", "critical"]
Comparison = Literal[
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
]
MissingData = Literal["breaching", "notBreaching", "ignore", "missing"]
State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricStat:
    """A metric query: one statistic of one metric.

    `statistic` is CloudWatch's name (`Sum`, `Average`, `p90`, ...); `account_id` is set when the metric
    lives in another account than the alarm.
    """

    id: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    period_s: int
    unit: str | None = None
    account_id: str | None = None
    label: str | None = None
    return_data: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """A metric query: metric math over the ids of its siblings. `period_s` matters where there is no
    metric.
    """

    id: str
    expression: str
    label: str | None = None
    return_data: bool = False
    period_s: int | None = None


MetricQuery = MetricStat | Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class Actions:
    """The ARNs an alarm acts on when it enters each state, as an account has them."""

    alarm: tuple[str, ...] = ()
    ok: tuple[str, ...] = ()
    insufficient_data: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricAlarm:
    """A metric alarm. Exactly one of `threshold` and `band_id` (the id of an anomaly band) is set.

    `key` is its stable name in the catalogue and in config; `name` is its physical name. `level` chooses
    the notification topic; None sends nothing itself (a composite speaks for it).
    `evaluate_low_samples` False ignores percentiles with too few samples. `warm_up_min` is for how many
    minutes after it is created or updated it is not evaluated: all of them with `warm_up_whole`, else until
    its window is filled. `wall_clock` is the time zone of an alarm whose window is aligned to the clock.
    `actions` is known of alarms that exist in an account; the catalogue's own act by `level`.
    """

    key: str
    name: str
    description: str
    queries: tuple[MetricQuery, ...]
    comparison: Comparison
    evaluation_periods: int
    datapoints_to_alarm: int
    missing_data: MissingData
    threshold: float | None = None
    band_id: str | None = None
    evaluate_low_samples: bool = True
    warm_up_min: int = 0
    warm_up_whole: bool = False
    wall_clock: str | None = None
    level: Level | None = None
    actions: Actions | None = None

    @property
    def period_s(self) -> int:
        """The one period, in seconds, of all its metrics; its expressions' where it has no metric."""
        metrics = [q.period_s for q in self.queries if isinstance(q, MetricStat)]
        return max(metrics or [q.period_s or 0 for q in self.queries])


@dataclass(frozen=True, kw_only=True, slots=True)
class CompositeAlarm:
    """A composite alarm: `rule` over alarm names, muted while `suppressor` (an alarm name) is in ALARM.

    `wait_s` and `extension_s` are CloudWatch's ActionsSuppressorWaitPeriod and ExtensionPeriod.
    """

    key: str
    name: str
    description: str
    rule: str
    level: Level | None = None
    suppressor: str | None = None
    wait_s: int = 120
    extension_s: int = 120
    actions: Actions | None = None


Alarm = MetricAlarm | CompositeAlarm
