"""Silence is the fault here, and the alarm takes it for good news.

"Too few" of something that is only published when it happens: when it stops, there is no 0, there is no
data. With `notBreaching`, or a FILL with a harmless value, the alarm stays OK through the outage that it
is there for; with `missing` it turns grey, and with `ignore` it stays as it is. Judged by behaviour: the
alarm's state after a long silence. Where another alarm of
the set owns the metric's silence, nothing is found.

Source: [Missing
data](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
"""

import re
from collections.abc import Iterator

from rehearsal.lint import behaviour, formulas, published, silence
from rehearsal.lint.alarms import Alarm, AlarmSet, Metric
from rehearsal.lint.published import When
from rehearsal.lint.rule import Finding, Severity

SEVERITY = "error"
COUNTED = ("Sum", "SampleCount")
_BEATS = re.compile(r"heart_?beat|alive|uptime|keep_?alive|last_?seen", re.IGNORECASE)
_WORK = re.compile(r"success|succeeded|complet|finish|processed|received|delivered|runs?$", re.IGNORECASE)
TREATED = {"OK": "it stays OK", "INSUFFICIENT_DATA": "it turns to INSUFFICIENT_DATA, not to ALARM"}


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms on too few that do not fire when there is nothing at all."""
    for alarm in given.metric:
        if not alarm.downward or alarm.comparison == "LessThanLowerThreshold":
            continue
        metric, after = formulas.plain(alarm), behaviour.silent(alarm)
        severity = _severity(alarm, metric, after)
        if metric is None or severity is None or silence.place(metric) in silence.owners(given):
            continue
        yield Finding(
            alarm=alarm,
            key="TreatMissingData" if metric is alarm.compared else "Metrics",
            problem=f"{alarm.treatment}: when {metric.text} stops, {TREATED[str(after)]}",
            consequence="nobody hears of the outage that it is there for",
            fix="write breaching, or FILL the gaps with 0",
            severity=severity,
        )


def _severity(alarm: Alarm, metric: Metric | None, after: str | None) -> Severity | None:
    if metric is None or after in ("ALARM", None):
        return None
    told = after == "INSUFFICIENT_DATA" and alarm.actions["InsufficientDataActions"] and alarm.acts
    facts = published.metric(metric.namespace, metric.name)
    if facts is None:
        beats = (
            _BEATS.search(f"{metric.name} {alarm.name}") and metric.namespace not in published.namespaces()
        )
        if told or metric.namespace in published.namespaces():
            return None
        if beats:
            return "error" if after == "OK" else "warning"
        works = _WORK.search(metric.name) and metric.statistic in COUNTED and (alarm.threshold or 0) <= 1
        return "warning" if works else None
    if facts.when not in (When.TRAFFIC, When.EVENTS) or metric.statistic not in COUNTED:
        return None
    return "error" if after == "OK" and not told else None if told else "warning"
