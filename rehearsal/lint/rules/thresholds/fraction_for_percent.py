"""A share of 1 as the threshold of a metric in percent.

0.8 of `CPUUtilization` is 0.8 %, which every machine uses: the alarm is always in ALARM (or, below it,
never). Other metrics are shares, such as `5XXError` of API Gateway with Average; the unit in the
catalogue tells.

Source: the units are the catalogue's, each from the service's page.
"""

from collections.abc import Iterator

from rehearsal.lint import formulas, published, reach
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
PERCENT = 100
OF_USE = (
    "Utilization",
    "_percent",
    "Used",
    "Usage",
    "BurstBalance",
    "Success",
    "Percentage",
    "Percent",
    "PercentUsed",
)
RARE = 0.1  # rates of errors in percent are watched at such levels


def check(given: AlarmSet) -> Iterator[Finding]:
    """Thresholds under 1 of percentages."""
    for alarm in given.metric:
        if alarm.expressions and alarm.downward and 0 < (alarm.threshold or 0) <= 1:
            found = reach.of_alarm(alarm)
            if (found.low, found.high) == (0, PERCENT):
                yield Finding(
                    alarm=alarm,
                    key="Threshold",
                    problem=f"{alarm.threshold:g} of an expression that gives 0 to 100",
                    consequence="it does not fire until nothing works",
                    fix=f"write {(alarm.threshold or 0) * PERCENT:g}",
                )
                continue
        metric = formulas.plain(alarm)
        facts = published.metric(metric.namespace, metric.name) if metric is not None else None
        if facts is None or metric is None or alarm.threshold is None:
            continue
        if "Percent" not in facts.units and (facts.units or "percent" not in metric.name.lower()):
            continue
        if (
            metric is not alarm.compared
            or not 0 < alarm.threshold < 1
            or metric.statistic in ("Sum", "SampleCount")
        ):
            continue
        of_use = any(word in metric.name for word in OF_USE)
        if not of_use and alarm.threshold > RARE and alarm.upward:
            continue
        yield Finding(
            alarm=alarm,
            key="Threshold",
            problem=f"{alarm.threshold:g} of {metric.text}, which is in percent",
            consequence="it is in ALARM all the time"
            if alarm.upward
            else "it does not fire until nothing is left",
            fix=f"write {alarm.threshold * 100:g}",
            severity=None if of_use else "warning",
        )
