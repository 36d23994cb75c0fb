"""What the monitoring itself costs a month, from the prices and assumptions stated in `prices.yaml`.

Not included: what is measured anyway (Lambda, logs, traces, SNS messages).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from monitoring.spec import Alarm, CompositeAlarm, MetricStat

DATA = Path(__file__).with_name("prices.yaml")
STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)


class Assumptions(BaseModel):
    """What the prices are multiplied with where the catalogue does not say."""

    model_config = STRICT

    days_per_month: int = Field(ge=1)
    canary_metrics: int = Field(ge=0)
    usage_report_hours_per_day: int = Field(ge=1, le=24)
    usage_metrics_per_plan: int = Field(ge=0)
    keys_per_plan: int = Field(ge=0)
    api_methods: int = Field(ge=0)
    metrics_per_api_method: int = Field(ge=0)


class Prices(BaseModel):
    """US dollars; see `prices.yaml`."""

    model_config = STRICT

    date: str
    source: str
    alarm_metric: float = Field(ge=0)
    anomaly_metrics: int = Field(ge=1)
    composite_alarm: float = Field(ge=0)
    dashboard: float = Field(ge=0)
    custom_metric: float = Field(ge=0)
    put_metric_data: float = Field(ge=0)
    assumptions: Assumptions


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A line of the bill."""

    what: str
    count: float
    dollars: float


@cache
def prices() -> Prices:
    """The prices in force."""
    return Prices.model_validate(yaml.safe_load(DATA.read_text()))


def alarm_dollars(alarm: Alarm) -> float:
    """One alarm's price a month."""
    if isinstance(alarm, CompositeAlarm):
        return prices().composite_alarm
    if alarm.band_id:
        return round(prices().anomaly_metrics * prices().alarm_metric, 4)
    metrics = sum(isinstance(query, MetricStat) for query in alarm.queries)
    return round(metrics * prices().alarm_metric, 4)


def bill(alarms: Iterable[Alarm], *, plans: int, dashboards: int) -> tuple[Item, ...]:
    """The month's bill for the monitoring of one service. `plans` are those with a quota."""
    listed, price, assumed = tuple(alarms), prices(), prices().assumptions
    composites = [alarm for alarm in listed if isinstance(alarm, CompositeAlarm)]
    metric_alarms = [alarm for alarm in listed if not isinstance(alarm, CompositeAlarm)]
    probes = assumed.days_per_month * 24 * 60
    usage_metrics = plans * (assumed.usage_metrics_per_plan + assumed.keys_per_plan) + bool(plans)
    usage_share = assumed.usage_report_hours_per_day / 24
    api_metrics = assumed.api_methods * assumed.metrics_per_api_method
    return (
        Item(what="metric alarms", count=len(metric_alarms), dollars=sum(map(alarm_dollars, metric_alarms))),
        Item(what="composite alarms", count=len(composites), dollars=sum(map(alarm_dollars, composites))),
        Item(what="dashboards", count=dashboards, dollars=dashboards * price.dashboard),
        Item(
            what="custom metrics of the canary",
            count=assumed.canary_metrics,
            dollars=assumed.canary_metrics * price.custom_metric,
        ),
        Item(
            what="custom metrics of the usage reporter",
            count=usage_metrics,
            dollars=usage_metrics * usage_share * price.custom_metric,
        ),
        Item(what="detailed API metrics", count=api_metrics, dollars=api_metrics * price.custom_metric),
        Item(
            what="PutMetricData requests of the canary",
            count=probes,
            dollars=probes / 1000 * price.put_metric_data,
        ),
    )
