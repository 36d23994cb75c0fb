"""KPIs of the usage plans: percent of quota, as the usage reporter publishes it once a day."""

from monitoring.kpi import Kpi, Metric, Window
from monitoring.names import NAMESPACE
from monitoring.watched import WatchedParts, WatchedPlan

METRIC = "UsagePercentOfQuota"
ANCHOR, SILENT_ANCHOR = "usage-plan", "usage-silent"  # runbook sections of every plan
HIGHEST, HIGHEST_SILENT = "highest-usage", "highest-usage-silent"  # no plan's key begins like this
# The value comes once a day, dated 23:59, and holds until the next. Six hours leave room for a report
# that needs several tries; after them the alarm keeps its state, because it ignores missing data.
PERIOD_S = 6 * 3600


def metric(parts: WatchedParts, plan: str | None = None) -> Metric:
    """The percentage of one plan's highest key, or of the highest plan."""
    dimensions = {"Service": parts.name} | ({"Plan": plan} if plan else {})
    return Metric(namespace=NAMESPACE, name=METRIC, dimensions=dimensions)


def silent(plan: str) -> str:
    """The key of the alarm that notices when a plan is no longer reported."""
    return f"usage-{plan}-silent"


def kpis(parts: WatchedParts) -> tuple[Kpi, ...]:
    """One KPI a plan with a quota."""
    return tuple(_plan(parts, plan) for plan in parts.limited_plans)


def _plan(parts: WatchedParts, plan: WatchedPlan) -> Kpi:
    name, key = plan.name, plan.alarm_key
    limit = f"{plan.quota.limit:,} requests per key and {plan.quota.period.lower()}" if plan.quota else ""
    return Kpi(
        key=f"usage-{key}",
        component="usage",
        anchor=ANCHOR,
        signal="saturation",
        title=f"Usage of plan {name}",
        of=f" of plan {name}",
        meaning=f"A customer on plan {name} nears the quota; beyond it every request gets 429.",
        metric=metric(parts, plan.name),
        statistic="Maximum",
        metric_unit="Percent",
        unit="Percent",
        limit=100,
        limit_source=f"the quota of {limit}",
        silence_owner=silent(key),
        window=Window(period_s=PERIOD_S, evaluation_periods=1, datapoints_to_alarm=1),
    )


def highest(parts: WatchedParts) -> Kpi:
    """The highest percentage of all plans: what the monitor account watches."""
    return Kpi(
        key=HIGHEST,
        component="usage",
        anchor=ANCHOR,
        signal="saturation",
        title="Highest usage of any plan",
        meaning="A customer nears the quota of a usage plan; beyond it every request gets 429.",
        metric=metric(parts),
        statistic="Maximum",
        metric_unit="Percent",
        unit="Percent",
        limit=100,
        limit_source="the plan's quota",
        silence_owner=HIGHEST_SILENT,
        window=Window(period_s=PERIOD_S, evaluation_periods=1, datapoints_to_alarm=1),
    )
