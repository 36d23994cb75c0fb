"""What the monitoring itself costs a month, from `rehearsal/prices.yaml` and the assumptions stated there.

Not included: what is measured anyway (Lambda, logs, traces, SNS messages).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from monitoring.catalogue.promise import ANSWERED_LATENCY
from monitoring.spec import Alarm, CompositeAlarm, MetricStat
from rehearsal.price import dollars, prices


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A line of the bill."""

    what: str
    count: float
    dollars: float


def bill(alarms: Iterable[Alarm], *, plans: int, dashboards: int) -> tuple[Item, ...]:
    """The month's bill for the monitoring of one service. `plans` are those with a quota."""
    listed = tuple(alarms)
    return (*told(listed, dashboards=dashboards), *reported(listed, plans=plans), *probed())


def told(alarms: Iterable[Alarm], *, dashboards: int) -> tuple[Item, ...]:
    """Alarms and dashboards of one account."""
    listed = tuple(alarms)
    composites = [alarm for alarm in listed if isinstance(alarm, CompositeAlarm)]
    metric_alarms = [alarm for alarm in listed if not isinstance(alarm, CompositeAlarm)]
    return (
        Item(what="metric alarms", count=len(metric_alarms), dollars=dollars(metric_alarms)),
        Item(what="composite alarms", count=len(composites), dollars=dollars(composites)),
        Item(what="dashboards", count=dashboards, dollars=dashboards * prices().dashboard),
    )


def reported(alarms: Iterable[Alarm], *, plans: int, detailed: bool = True) -> tuple[Item, ...]:
    """Metrics that the service's account publishes for it; `detailed` where its API is the stack's own."""
    price, assumed = prices(), prices().assumptions
    usage_metrics = plans * (assumed.usage_metrics_per_plan + assumed.keys_per_plan) + bool(plans)
    usage_share = assumed.usage_report_hours_per_day / 24
    queries = [query for alarm in alarms if not isinstance(alarm, CompositeAlarm) for query in alarm.queries]
    read = {query.metric for query in queries if isinstance(query, MetricStat)}
    answered = read & {ANSWERED_LATENCY}
    api_metrics = assumed.api_methods * assumed.metrics_per_api_method * detailed
    return (
        Item(
            what="custom metrics of the usage reporter",
            count=usage_metrics,
            dollars=usage_metrics * usage_share * price.custom_metric,
        ),
        Item(
            what="custom metric of what was answered",
            count=len(answered),
            dollars=len(answered) * price.custom_metric,
        ),
        Item(what="detailed API metrics", count=api_metrics, dollars=api_metrics * price.custom_metric),
    )


def probed() -> tuple[Item, ...]:
    """Metrics that the canary publishes, a probe a minute."""
    price, assumed = prices(), prices().assumptions
    probes = assumed.days_per_month * 24 * 60
    return (
        Item(
            what="custom metrics of the canary",
            count=assumed.canary_metrics,
            dollars=assumed.canary_metrics * price.custom_metric,
        ),
        Item(
            what="PutMetricData requests of the canary",
            count=probes,
            dollars=probes / 1000 * price.put_metric_data,
        ),
    )
