"""Short ways to alarms and series for the tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from monitoring.spec import CompositeAlarm, Expression, MetricAlarm, MetricStat
from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series

START = datetime(2026, 3, 2, tzinfo=UTC)


def stat(metric: str = "m", query_id: str = "m1", **fields: Any) -> MetricStat:
    values: dict[str, Any] = {"namespace": "N", "dimensions": {}, "statistic": "Average", "period_s": 60}
    return MetricStat(id=query_id, metric=metric, **{**values, **fields})


def alarm(name: str = "a", *, of: int = 1, to_alarm: int | None = None, **fields: Any) -> MetricAlarm:
    """An alarm "> 0 for `to_alarm` of `of`", unless `fields` say otherwise."""
    values: dict[str, Any] = {
        "key": name,
        "description": "",
        "queries": (stat(return_data=True),),
        "comparison": "GreaterThanThreshold",
        "missing_data": "missing",
        "threshold": 0.0,
    }
    return MetricAlarm(
        name=name, evaluation_periods=of, datapoints_to_alarm=to_alarm or of, **{**values, **fields}
    )


def math_alarm(expression: str, metrics: Sequence[MetricStat], **fields: Any) -> MetricAlarm:
    return alarm(queries=(*metrics, Expression(id="e", expression=expression, return_data=True)), **fields)


def composite(name: str, rule: str, **fields: Any) -> CompositeAlarm:
    return CompositeAlarm(key=name, name=name, description="", rule=rule, **fields)


def series(minutes: int, metrics: Mapping[str, MetricSeries], start: datetime = START) -> Series:
    return Series(start, minutes, {MetricKey.of("N", name, {}): metric for name, metric in metrics.items()})


def one_metric(values: Sequence[float | None], **fields: Any) -> Series:
    return series(
        len(values),
        {"m": MetricSeries.of_minutes([float("nan") if v is None else v for v in values], **fields)},
    )
