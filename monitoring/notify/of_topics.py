"""What alarms of topics are alike in: they belong to who is told, not to a service, so the catalogue,
dashboards and rehearsals do not know them.
"""

from collections.abc import Mapping

from monitoring.spec import Level, MetricAlarm, MetricStat


def above_zero(
    *,
    key: str,
    name: str,
    description: str,
    namespace: str,
    metric: str,
    dimensions: Mapping[str, str],
    level: Level,
) -> MetricAlarm:
    """In ALARM after five minutes in which the metric was above 0 once; silence changes nothing."""
    stat = MetricStat(
        id="m",
        namespace=namespace,
        metric=metric,
        dimensions=dimensions,
        statistic="Maximum",
        period_s=300,
        return_data=True,
    )
    return MetricAlarm(
        key=key,
        name=name,
        description=description,
        queries=(stat,),
        comparison="GreaterThanThreshold",
        evaluation_periods=1,
        datapoints_to_alarm=1,
        missing_data="ignore",
        threshold=0,
        level=level,
    )
