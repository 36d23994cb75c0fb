"""The threshold is in another unit of time than the metric.

`TargetResponseTime` of a load balancer is in seconds, `Latency` of API Gateway and `Duration` of Lambda
in milliseconds, `ModelLatency` of SageMaker in microseconds. 500 of the first never fires, 0.5 of the
second always, 200 of the third always. Judged by what such a metric can sensibly be: a response within
100 seconds and over a millisecond, a disk within 5 seconds, a backlog's age over a second. What may last
hours (a build, a replication that has fallen behind) is judged by its number alone.

Source: the units are the catalogue's, each from the service's page.
"""

import re
from collections.abc import Iterator

from rehearsal.lint import formulas, published
from rehearsal.lint.alarms import Alarm, AlarmSet, Metric
from rehearsal.lint.rule import Finding, Severity

SEVERITY = "error"
DAY_S = 86_400
QUICKEST = {  # seconds that no answer takes less than, and that hardly any does
    "AWS/ApiGateway": (0.01, 0.03),
    "AWS/AppSync": (0.01, 0.03),
    "AWS/Lambda": (0.001, 0.03),
}
LONGEST_S = 900  # no service waits longer for an answer
TIMED = ("Average", "Minimum", "Maximum")
_DISK = re.compile(
    r"(?:Read|Write|Commit|Fsync|Select|Insert|Update|Delete|DML|DDL)Latency$|^Volume(?:Read|Write)Latency"
)
_RESPONSE = re.compile(
    r"ResponseTime|Latency|Duration|TimeToFirstByte|ConnectionTime|HandshakeTime|RequestTime"
)
_AGE = re.compile(r"Age|Behind|Freshness")
_RUN = re.compile(r"ExecutionTime|RunTime|ScheduleTime")
_LASTING = re.compile(
    rf"{_AGE.pattern}|Lag|Delay|ExecutionTime|RunTime|ScheduleTime|Recovery"
    r"|CDCLatency|ReplicationLatency|DataAckLatency"
)
_PER_SECOND = {"Seconds": 1.0, "Milliseconds": 1e3, "Microseconds": 1e6}


def check(given: AlarmSet) -> Iterator[Finding]:
    """Thresholds far from anything that the metric is."""
    for alarm in given.metric:
        metric = formulas.plain(alarm)
        facts = published.metric(metric.namespace, metric.name) if metric is not None else None
        unit = next((unit for unit in _PER_SECOND if facts is not None and facts.units == {unit}), None)
        if metric is None or unit is None or metric is not alarm.compared or not _timed(metric):
            continue
        severity = _severity(alarm, metric, unit)
        if severity is None or alarm.threshold is None:
            continue
        seconds = alarm.threshold / _PER_SECOND[unit]
        yield Finding(
            alarm=alarm,
            key="Threshold",
            problem=f"{alarm.threshold:g} of {metric.text}, which is in {unit.lower()}, is {_text(seconds)}",
            consequence="it never fires" if seconds >= 1 else "it is in ALARM all the time",
            fix=f"write the threshold in {unit.lower()}",
            severity=severity,
        )


def _timed(metric: Metric) -> bool:
    statistic = metric.statistic or ""
    return statistic in TIMED or statistic.lower().startswith(("p", "tm", "wm", "iqm"))


def _severity(alarm: Alarm, metric: Metric, unit: str) -> Severity | None:  # noqa: PLR0911  # one a kind
    """How certain it is that the threshold is in another unit; None if it may well be right."""
    if not alarm.threshold or alarm.threshold < 0 or not alarm.upward:
        return None
    seconds = alarm.threshold / _PER_SECOND[unit]
    if _LASTING.search(metric.name) or metric.namespace == "AWS/CodeBuild":
        return _of_lasting(seconds, alarm.threshold, metric, unit)
    if unit == "Seconds" and _DISK.search(metric.name):
        return "error" if seconds >= 5 else "warning" if seconds >= 1 else None  # noqa: PLR2004  # a disk's worst
    if not _RESPONSE.search(metric.name) or _is_quick(metric):
        return None
    if seconds >= LONGEST_S and "Duration" not in metric.name:
        return "error"
    if unit == "Seconds":
        return "error" if seconds >= 100 else "warning" if seconds > 60 else None  # noqa: PLR2004  # see the page
    least, usual = QUICKEST.get(metric.namespace, (0.001, 0.005))
    return (
        "error"
        if seconds < least or (unit == "Microseconds" and seconds == least)
        else ("warning" if seconds <= usual else None)
    )


def _of_lasting(seconds: float, threshold: float, metric: Metric, unit: str) -> Severity | None:
    if unit == "Seconds":  # 300000 is five minutes in milliseconds; days are whole
        return "error" if threshold >= 100_000 and threshold % DAY_S else None  # noqa: PLR2004  # over a day
    if seconds < 1 and _AGE.search(metric.name):
        return "error"
    return "warning" if seconds < 1 and _RUN.search(metric.name) else None


def _is_quick(metric: Metric) -> bool:
    """Whether microseconds and parts of a millisecond are usual for it: caches, tables, disks, statements."""
    quick = ("AWS/ElastiCache", "AWS/DAX", "AWS/MemoryDB", "AWS/EBS", "AWS/FSx")
    return metric.namespace in quick or _DISK.search(metric.name) is not None


def _text(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:g} s"
    return f"{seconds * 1e3:g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:g} microseconds"  # noqa: PLR2004  # a ms
