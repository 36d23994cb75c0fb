"""From raw samples to the lines of one dashboard widget. Draws nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import Expression, MetricQuery, MetricStat
from rehearsal.cloudwatch.math.evaluation import Evaluation
from rehearsal.cloudwatch.math.values import Value, as_series
from rehearsal.cloudwatch.statistics import percentile_of

Floats = NDArray[np.float64]
POINTS = 120  # of a line, however long the run
MIN_SPAN_S = 30.0
LEAD_S = 1.0  # before the first sample, so that it is within the axis
RUNNING = "RUNNING_SUM"
UNITS_S = {"M": 60, "H": 3600, "D": 86_400}
COLORS = ("#0972d3", "#0e7c86", "#7d8998", "#037f0c", "#b35c00", "#d13212")


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The time axis: `POINTS` moments from `start` to `end`, seconds since 1970."""

    start: float
    end: float

    @property
    def moments(self) -> Floats:
        """The moments at which a line has its points, oldest first."""
        step = (self.end - self.start) / POINTS
        return self.start + step * np.arange(1, POINTS + 1, dtype=np.float64)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shown:
    """One line: its values at the span's moments, NaN where there is nothing."""

    label: str
    color: str
    values: Floats

    @property
    def latest(self) -> float | None:
        """The newest value, if there is any."""
        real = self.values[~np.isnan(self.values)]
        return float(real[-1]) if real.size else None


class Samples:
    """Raw samples by metric, each sorted by time: moment, value, how often it came.

    A published statistic set counts as its average, as often as it has samples.
    """

    def __init__(self, datapoints: Iterable[Mapping[str, Any]], now: datetime, *, home: str | None) -> None:
        self._home, self._now = home, now
        collected: dict[tuple[object, ...], list[tuple[float, float, float]]] = {}
        for point in datapoints:
            key = _key(point["namespace"], point["metric"], point["dimensions"], point.get("account", home))
            collected.setdefault(key, []).append(
                (min(_seconds(point["timestamp"]), now.timestamp()), *_weighed(point))
            )
        self._metrics = {key: np.array(sorted(points)) for key, points in collected.items()}

    def span(self, dashboard_start: str) -> Span:
        """From the first sample, or `dashboard_start` (such as `-PT3H`) if that is later, until now."""
        end = self._now.timestamp()
        oldest = min((float(points[0, 0]) for points in self._metrics.values()), default=end)
        earliest = (self._now - duration(dashboard_start.removeprefix("-"))).timestamp()
        first = max(oldest - LEAD_S, earliest)
        return Span(start=min(first, end - MIN_SPAN_S), end=end)

    def stat(self, query: MetricStat, span: Span, period_s: float) -> Floats:
        """The statistic over the `period_s` seconds up to each moment of the span."""
        key = _key(query.namespace, query.metric, query.dimensions, query.account_id or self._home)
        points = self._metrics.get(key)
        out = np.full(POINTS, np.nan)
        if points is None:
            return out
        moments = span.moments
        last = np.searchsorted(points[:, 0], moments, side="right")
        first = np.searchsorted(points[:, 0], moments - period_s, side="right")
        for at, (begin, end) in enumerate(zip(first, last, strict=True)):
            if end > begin:
                out[at] = _statistic(query.statistic, points[begin:end, 1], points[begin:end, 2])
        return out


def series(properties: Mapping[str, Any], samples: Samples, span: Span) -> tuple[Shown, ...]:
    """The visible lines of a metric widget, in its order.

    A running sum would count a sample once for each window it is in, so what it adds up is read in steps.
    """
    rows = [_query(row) for row in properties["metrics"]]
    queries = [query for query, _ in rows]
    running = any(isinstance(query, Expression) and RUNNING in query.expression for query in queries)
    step_s = (span.end - span.start) / POINTS
    metrics = {
        query.id: samples.stat(query, span, step_s if running else query.period_s)
        for query in queries
        if isinstance(query, MetricStat)
    }
    period_s = max(query.period_s for query in queries if isinstance(query, MetricStat))
    evaluation = Evaluation(queries, metrics, period_s, {})
    visible = [(query, options) for query, options in rows if query.return_data]
    lines = [
        (label, options, values)
        for query, options in visible
        for label, values in _lines(query, evaluation.value(query.id), queries, metrics)
    ]
    return tuple(
        Shown(label=label, color=options.get("color", COLORS[number % len(COLORS)]), values=values)
        for number, (label, options, values) in enumerate(lines)
    )


def _lines(
    query: MetricQuery, value: Value, queries: Sequence[MetricQuery], metrics: Mapping[str, Floats]
) -> Iterator[tuple[str, Floats]]:
    """A query's lines with their labels: those of an array are named by the metrics that they are."""
    if not isinstance(value, tuple):
        yield query.label or query.id, as_series(value, query.id, (POINTS,))
        return
    for values in value:
        same = (
            q for q in queries if q.id in metrics and np.array_equal(metrics[q.id], values, equal_nan=True)
        )
        metric = next(same, query)
        yield metric.label or metric.id, values


def duration(text: str) -> timedelta:
    """A simple ISO 8601 duration: `PT3H`, `P30D`, `PT90M`."""
    return timedelta(seconds=int(text.removeprefix("P").removeprefix("T")[:-1]) * UNITS_S[text[-1]])


def _query(row: Sequence[Any]) -> tuple[MetricQuery, Mapping[str, Any]]:
    options: Mapping[str, Any] = row[-1]
    visible = options.get("visible", True)
    if "expression" in options:
        query = Expression(
            id=options["id"],
            expression=options["expression"],
            label=options.get("label"),
            return_data=visible,
        )
        return query, options
    namespace, metric, *dimensions = row[:-1]
    return (
        MetricStat(
            id=options["id"],
            namespace=namespace,
            metric=metric,
            dimensions=dict(zip(dimensions[::2], dimensions[1::2], strict=True)),
            statistic=options["stat"],
            period_s=options["period"],
            account_id=options.get("accountId"),
            label=options.get("label"),
            return_data=visible,
        ),
        options,
    )


def _weighed(point: Mapping[str, Any]) -> tuple[float, float]:
    """A sample's value and how often it came."""
    if published := point.get("statistics"):
        count = float(published["SampleCount"])
        return float(published["Sum"]) / count, count
    return float(point["value"]), float(point.get("count", 1))


def _statistic(name: str, values: Floats, weights: Floats) -> float:
    percentile = percentile_of(name)
    if percentile is not None:
        return float(np.percentile(values, percentile, method="inverted_cdf", weights=weights))
    simple: dict[str, Callable[[], float]] = {
        "SampleCount": lambda: np.sum(weights),
        "Sum": lambda: np.sum(values * weights),
        "Average": lambda: np.average(values, weights=weights),
        "Minimum": lambda: np.min(values),
        "Maximum": lambda: np.max(values),
    }
    return float(simple[name]())


def _key(namespace: str, metric: str, dimensions: Mapping[str, str], account: object) -> tuple[object, ...]:
    return namespace, metric, tuple(sorted(dimensions.items())), account


def _seconds(timestamp: Any) -> float:
    return timestamp.timestamp() if isinstance(timestamp, datetime) else float(timestamp)
