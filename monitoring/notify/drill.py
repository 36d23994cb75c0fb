"""The alarm with which a topic is tried: it never fires by itself, but goes the way that every page goes.

It belongs to a topic, not to a service: the catalogue, dashboards and rehearsals do not know it. Nothing
publishes its metric, and missing data leaves it as it is, so that only `SetAlarmState` moves it.
"""

from monitoring.names import NAMESPACE
from monitoring.notify.of_topics import above_zero
from monitoring.spec import Level, MetricAlarm

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
    return above_zero(
        key=f"{level}{SUFFIX}",
        name=name(topic),
        description=DESCRIPTION.format(level=level),
        namespace=NAMESPACE,
        metric="Drill",
        dimensions={"Topic": topic},
        level=level,
    )
