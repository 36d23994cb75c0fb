"""What the alarms cost a month.

Every metric that an alarm reads is paid for, whoever made the alarm; an anomaly alarm counts as three
metrics, one with a period under a minute costs three times as much, composites have a price of their own.
The prices' date is in the finding.

Source: [CloudWatch pricing](https://aws.amazon.com/cloudwatch/pricing/).
"""

from collections.abc import Iterator

from rehearsal import price
from rehearsal.lint.alarms import Alarm, AlarmSet, AnyAlarm
from rehearsal.lint.rule import Finding

SEVERITY = "info"


def check(given: AlarmSet) -> Iterator[Finding]:
    """One sentence for the set."""
    total = round(sum(map(_dollars, given.alarms)), 2)
    dearest = max(given.alarms, key=_dollars, default=None)
    if dearest is None:
        return
    count = "1 alarm costs" if len(given.alarms) == 1 else f"{len(given.alarms)} alarms cost"
    yield Finding(
        alarm=None,
        key="",
        problem=f"{count} ${total:.2f} a month (prices of {price.prices().date})",
        consequence=f"the dearest is {dearest.name} at ${_dollars(dearest):.2f}",
        fix="remove what nobody acts on",
    )


def _dollars(alarm: AnyAlarm) -> float:
    prices = price.prices()
    if not isinstance(alarm, Alarm):
        return prices.composite_alarm
    metrics = prices.anomaly_metrics if alarm.band_id else max(len(alarm.metrics), 1)
    quick = alarm.period_s is not None and alarm.period_s < price.STANDARD_S
    return metrics * (prices.high_resolution_metric if quick else prices.alarm_metric)
