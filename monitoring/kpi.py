"""A KPI: one figure that a customer would feel, its limit, and who notices when it is no longer reported.

KPIs are the only source of alarms, dashboards, documentation and rehearsals. Nothing here chooses a
threshold: levels and tuning are applied in `alarms`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

from monitoring.spec import Expression, MetricQuery, MetricStat
from settings.kpis import Direction, Signal, Unit

Component = Literal["api", "function", "table", "endpoint", "usage", "canary", "slo", "quota", "own"]
COMPONENTS: tuple[str, ...] = get_args(Component)
MINUTE_S, HOUR_S = 60, 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """How long a value has to be beyond its threshold: `datapoints_to_alarm` of the latest periods."""

    period_s: int
    evaluation_periods: int
    datapoints_to_alarm: int

    @property
    def minutes(self) -> int:
        """Its whole length, rounded up."""
        return -(-self.period_s * self.evaluation_periods // 60)

    @property
    def fires_after_min(self) -> int:
        """How long a value is beyond its threshold before the alarm goes off, rounded up."""
        return -(-self.period_s * self.datapoints_to_alarm // 60)

    def __str__(self) -> str:
        """As people say it: `15 minutes`, `3 of 6 periods of 5 minutes`."""
        if self.datapoints_to_alarm == self.evaluation_periods:
            return spelled(self.period_s * self.evaluation_periods)
        of = f"{self.datapoints_to_alarm} of {self.evaluation_periods}"
        return f"{of} minutes" if self.period_s == MINUTE_S else f"{of} periods of {spelled(self.period_s)}"


def spelled(seconds: int) -> str:
    """A length of time in whole minutes or, from two hours on, in whole hours."""
    if seconds % MINUTE_S:
        return f"{seconds} seconds"
    if seconds % HOUR_S or seconds == HOUR_S:
        return "1 minute" if seconds == MINUTE_S else f"{seconds // MINUTE_S} minutes"
    return f"{seconds // HOUR_S} hours"


class MetricId(NamedTuple):
    """A metric as such, whoever watches it. Its account follows from what it measures."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        where = ", ".join(f"{key}={value}" for key, value in self.dimensions)
        return f"{self.namespace} {self.name} ({where})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A CloudWatch metric; `account_id` only when an alarm of another account watches it."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    account_id: str | None = None

    @property
    def identity(self) -> MetricId:
        """What it is without its account."""
        return MetricId(self.namespace, self.name, tuple(sorted(self.dimensions.items())))

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
    divided by `divisor` (which turns `metric_unit` into `unit`), or its percentage of `share_of`, or of AWS's
    quota for the usage metric `quota_of`; the same of `plus` is added to it. With fewer
    than `min_samples` samples in a period the value counts as 0: low traffic does not page; `paced` samples
    come at a fixed pace, so a shorter period needs fewer. A share of fewer than `min_failures` counts as 0
    likewise: a failure alone is beyond no limit, however few requests there are, and few requests that all
    fail are noticed. A `sparse` metric is published only when there is something to tell, so a share counts
    its gaps as zeros. `limit` is in `unit` and `limit_source` says where it comes from. `silence_owner` is
    the key of the one alarm that breaches when the metric stops, empty where that is no fault; `anchor` is
    the runbook section where it is not named like the key. `of` is how the title ends that tells it from the
    same figure of other parts.
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
    of: str = ""
    direction: Direction = "above"
    divisor: float = 1
    share_of: Whole | None = None
    quota_of: Metric | None = None
    plus: tuple[Metric, ...] = ()
    min_samples: int = 0
    min_failures: int = 0
    paced: bool = False
    sparse: bool = False
    window: Window

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Every metric it reads, each once."""
        others = [self.share_of.metric if self.share_of else None, self.quota_of, *self.plus]
        every = (self.metric, *(metric for metric in others if metric))
        return tuple({metric.identity: metric for metric in every}.values())

    @property
    def counts(self) -> bool:
        """Whether its value is a number of events, which grows with the period."""
        return self.unit == "Count" and self.statistic == "Sum"

    def over(self, window: Window) -> "Kpi":
        """The same over another window: what counts the events of a period follows it, "at least one" not."""
        times = window.period_s / self.window.period_s
        grows = self.counts and self.direction == "above"
        return replace(
            self,
            window=window,
            limit=round(self.limit * times, 6) if grows else self.limit,
            min_samples=math.ceil(self.min_samples * times) if self.paced else self.min_samples,
        )


def percentile_min_samples(statistic: str) -> int:
    """How many samples a percentile between p0 and p100 needs to mean something: 10 / (1 - p) from p50.

    CloudWatch's own rule, "Percentile-based alarms and low data samples" in its user guide; below p50 it is
    10 / p.
    """
    share = float(statistic.removeprefix("p")) / 100
    return round(10 / min(share, 1 - share))


def value_queries(kpi: Kpi, *, gated: bool = True) -> tuple[MetricQuery, ...]:
    """The queries whose last one returns the KPI's value in its unit; ungated also where it means little.

    A KPI that is a bare metric gives a single query.
    """
    part = kpi.metric.stat("m", kpi.statistic, kpi.window.period_s)
    number = "FILL(m, 0)" if kpi.sparse and kpi.share_of else "m"
    least, count = kpi.min_samples if gated else 0, "n"
    queries: list[MetricQuery] = [part]
    if kpi.plus:
        queries += [m.stat(f"p{n}", kpi.statistic, kpi.window.period_s) for n, m in enumerate(kpi.plus)]
        number = f"SUM([{', '.join(query.id for query in queries)}])"  # what is missing beside others is 0
    if kpi.share_of:
        queries.append(kpi.share_of.metric.stat("n", kpi.share_of.statistic, kpi.window.period_s))
        count = "n" if kpi.share_of.counts_failures else f"({number} + n)"
        value = f"100 * {number} / {count}"
        if gated and kpi.min_failures:
            value = f"IF({number} >= {kpi.min_failures}, {value}, 0)"
    elif kpi.quota_of:
        own = kpi.quota_of.identity == kpi.metric.identity
        if not own:
            queries.append(kpi.quota_of.stat("q", kpi.statistic, kpi.window.period_s))
        value = f"100 * {number} / SERVICE_QUOTA({'m' if own else 'q'})"
    else:
        value = number if kpi.divisor == 1 else f"{number} / {_plain(kpi.divisor)}"
    if least and not kpi.share_of:
        queries.append(kpi.metric.stat("n", "SampleCount", kpi.window.period_s))
    enough = [f"{count} >= {least}"] if least else []
    if kpi.direction == "below" and kpi.share_of:
        enough.append("FILL(m, -1) >= 0")  # beside a whole that is there, what is missing would be 0
    if enough:
        # Few samples are no alarm: a value of 0 is never too high, and none at all is never too low.
        otherwise = ", 0" if kpi.direction == "above" else ""
        value = f"IF({' AND '.join(enough)}, {value}{otherwise})"
    return watched_last(queries, value, kpi.title)


def _plain(number: float) -> str:
    """All its digits and no exponent, which metric math does not document."""
    return f"{Decimal(repr(number)).normalize():f}"


def watched_last(queries: list[MetricQuery], expression: str, label: str) -> tuple[MetricQuery, ...]:
    """The queries, and `expression` as the one an alarm watches; a bare `m` watches the metric itself."""
    if expression == "m" and len(queries) == 1 and isinstance(queries[0], MetricStat):
        return (replace(queries[0], label=label, return_data=True),)
    return (*queries, Expression(id="value", expression=expression, label=label, return_data=True))
