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
    """A metric query: metric math over the ids of its siblings."""

    id: str
    expression: str
    label: str | None = None
    return_data: bool = False


MetricQuery = MetricStat | Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricAlarm:
    """A metric alarm. Exactly one of `threshold` and `band_id` (the id of an anomaly band) is set.

    `key` is its stable name in the catalogue and in config; `name` is its physical name. `level` chooses
    the notification topic; None sends nothing itself (a composite speaks for it).
    `evaluate_low_samples` False ignores percentiles with too few samples. `warm_up_min` is for how many
    minutes after it is created or updated it is not evaluated.
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
    level: Level | None = None

    @property
    def period_s(self) -> int:
        """The one period, in seconds, of all its metrics."""
        return max(q.period_s for q in self.queries if isinstance(q, MetricStat))


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


Alarm = MetricAlarm | CompositeAlarm
