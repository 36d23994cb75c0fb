"""A KPI: one figure that a customer would feel, its limit, and who notices when it is no longer reported.

KPIs are the only source of alarms, dashboards, documentation and rehearsals. Nothing here chooses a
threshold: levels and tuning are applied in `thresholds`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from monitoring.spec import Expression, MetricQuery, MetricStat

Component = Literal["api", "function", "table", "endpoint", "usage", "canary", "slo"]
COMPONENTS: tuple[str, ...] = get_args(Component)
Signal = Literal["traffic", "errors", "latency", "saturation"]
Unit = Literal["Count", "Percent", "Milliseconds"]
Direction = Literal["above", "below"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A CloudWatch metric; `account_id` only when an alarm of another account watches it."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    account_id: str | None = None

    def stat(self, query_id: str, statistic: str, period_s: int, *, label: str | None = None) -> MetricStat:
        """The query for one statistic of it. It names no unit, so that it finds whatever is there."""
        return MetricStat(
            id=query_id,
            namespace=self.namespace,
            metric=self.name,
            dimensions=self.dimensions,
            statistic=statistic,
            period_s=period_s,
            account_id=self.account_id,
            label=label,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """What a share is a share of: `statistic` of `metric`, plus the failures unless it counts them."""

    metric: Metric
    statistic: str = "Sum"
    counts_failures: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Kpi:
    """One KPI.

    `meaning` says what a customer notices when it is beyond its limit. The value is `statistic` of `metric`
    divided by `divisor` (which turns `metric_unit` into `unit`), or its percentage of `share_of`. With fewer
    than `min_samples` samples in a period the value counts as 0: low traffic does not page. A `sparse`
    metric is published only when there is something to tell, so a share counts its gaps as zeros. `limit` is
    in `unit` and `limit_source` says where it comes from. `silence_owner` is the key of the one alarm that
    breaches when the metric stops; `anchor` is the runbook section where it is not named like the key.
    """

    key: str
    component: Component
    signal: Signal
    title: str
    meaning: str
    metric: Metric
    statistic: str
    metric_unit: str
    unit: Unit
    limit: float
    limit_source: str
    silence_owner: str
    anchor: str = ""
    direction: Direction = "above"
    divisor: float = 1
    share_of: Whole | None = None
    min_samples: int = 0
    sparse: bool = False
    period_s: int = 300
    evaluation_periods: int = 3
    datapoints_to_alarm: int = 2

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Every metric it reads."""
        return (self.metric, self.share_of.metric) if self.share_of else (self.metric,)


def percentile_min_samples(statistic: str) -> int:
    """How many samples a percentile needs to mean something: 10 / (1 - p), for p of at least 0.5.

    CloudWatch's own rule, "Percentile-based alarms and low data samples" in its user guide.
    """
    share = float(statistic.removeprefix("p")) / 100
    return round(10 / (1 - share))


def value_queries(
    kpi: Kpi, *, min_samples: int | None = None, period_s: int | None = None
) -> tuple[MetricQuery, ...]:
    """The queries whose last one returns the KPI's value in its unit.

    `min_samples` and `period_s` replace the KPI's own. A KPI that is a bare metric gives a single query.
    """
    period = period_s or kpi.period_s
    least = kpi.min_samples if min_samples is None else min_samples
    part = kpi.metric.stat("m", kpi.statistic, period)
    number = "FILL(m, 0)" if kpi.sparse and kpi.share_of else "m"
    queries: list[MetricQuery] = [part]
    if kpi.share_of:
        queries.append(kpi.share_of.metric.stat("n", kpi.share_of.statistic, period))
        count = "n" if kpi.share_of.counts_failures else f"({number} + n)"
        value = f"100 * {number} / {count}"
    else:
        count = "n"
        value = number if kpi.divisor == 1 else f"{number} / {kpi.divisor:g}"
        if least:
            queries.append(kpi.metric.stat("n", "SampleCount", period))
    if least:
        value = f"IF({count} >= {least}, {value}, 0)"
    return watched_last(queries, value, kpi.title)


def watched_last(queries: list[MetricQuery], expression: str, label: str) -> tuple[MetricQuery, ...]:
    """The queries, and `expression` as the one an alarm watches; a bare `m` watches the metric itself."""
    if expression == "m" and len(queries) == 1 and isinstance(queries[0], MetricStat):
        return (replace(queries[0], label=label, return_data=True),)
    return (*queries, Expression(id="value", expression=expression, label=label, return_data=True))
