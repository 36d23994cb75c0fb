"""The alarm with which a topic is tried: it never fires by itself, but goes the way that every page goes.

It belongs to a topic, not to a service: the catalogue, dashboards and rehearsals do not know it. Nothing
publishes its metric, and missing data leaves it as it is, so that only `SetAlarmState` moves it.
"""

from monitoring.names import NAMESPACE
from monitoring.spec import Level, MetricAlarm, MetricStat

SUFFIX = "-drill"
DESCRIPTION = (
    "This is a drill: nothing is wrong, and nobody needs to do anything. It shows that whoever is to hear of"
    " {level} alarms does."
)


def name(topic: str) -> str:
    """The alarm's name, by the topic's."""
    return f"{topic}{SUFFIX}"


def alarm(topic: str, level: Level) -> MetricAlarm:
    """The drill alarm of a topic."""
    metric = MetricStat(
        id="m",
        namespace=NAMESPACE,
        metric="Drill",
        dimensions={"Topic": topic},
        statistic="Maximum",
        period_s=300,
        return_data=True,
    )
    return MetricAlarm(
        key=f"{level}{SUFFIX}",
        name=name(topic),
        description=DESCRIPTION.format(level=level),
        queries=(metric,),
        comparison="GreaterThanThreshold",
        evaluation_periods=1,
        datapoints_to_alarm=1,
        missing_data="ignore",
        threshold=0,
        level=level,
    )
