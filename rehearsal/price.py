"""What alarms cost a month, from the dated list prices in `prices.yaml`; the one place that knows them.

Source: https://aws.amazon.com/cloudwatch/pricing/. An alarm is paid for each metric it reads, whoever made
it; expressions are free, and so is being evaluated. Not included: metrics, dashboards, SNS messages.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from monitoring.spec import Alarm, CompositeAlarm, MetricStat

DATA = Path(__file__).with_name("prices.yaml")
STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)
STANDARD_S = 60  # a period under it makes an alarm high resolution


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
    high_resolution_metric: float = Field(ge=0)
    anomaly_metrics: int = Field(ge=1)
    composite_alarm: float = Field(ge=0)
    dashboard: float = Field(ge=0)
    custom_metric: float = Field(ge=0)
    put_metric_data: float = Field(ge=0)
    assumptions: Assumptions


@cache
def prices() -> Prices:
    """The prices in force."""
    return Prices.model_validate(yaml.safe_load(DATA.read_text(encoding="utf-8")))


def alarm_dollars(alarm: Alarm) -> float:
    """One alarm's price a month."""
    if isinstance(alarm, CompositeAlarm):
        return prices().composite_alarm
    metrics = sum(isinstance(query, MetricStat) for query in alarm.queries)
    metrics = prices().anomaly_metrics if alarm.band_id else metrics
    quick = alarm.period_s < STANDARD_S
    each = prices().high_resolution_metric if quick else prices().alarm_metric
    return round(metrics * each, 4)


def dollars(alarms: Iterable[Alarm]) -> float:
    """The price of all of them a month."""
    return round(sum(map(alarm_dollars, alarms)), 4)
