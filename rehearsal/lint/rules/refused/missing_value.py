"""The alarm lacks a value without which CloudWatch cannot evaluate it.

Every metric alarm needs a comparison, evaluation periods and a threshold (or the id of an anomaly band).
An alarm on one metric needs its namespace, a statistic and a period; each of its metric queries needs them
in `MetricStat`.

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import Alarm, AlarmSet, Metric
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """The keys that are not there."""
    for alarm in given.metric:
        if "EvaluationCriteria" in alarm.entry:
            continue  # PromQL brings its own
        for key, fix in _missing(alarm):
            yield Finding(
                alarm=alarm,
                key=key,
                problem="is missing",
                consequence="CloudWatch refuses the alarm",
                fix=fix,
            )
    for composite in given.composite:
        if not composite.rule.strip():
            yield Finding(
                alarm=composite,
                key="AlarmRule",
                problem="is empty",
                consequence="CloudWatch refuses the alarm",
                fix='write a rule such as ALARM("name")',
            )


def _missing(alarm: Alarm) -> Iterator[tuple[str, str]]:
    entry = alarm.entry
    for key in ("ComparisonOperator", "EvaluationPeriods"):
        if entry.get(key) is None:
            yield key, "state it"
    if entry.get("Threshold") is None and entry.get("ThresholdMetricId") is None:
        yield "Threshold", "give a Threshold, or ThresholdMetricId for an anomaly band"
    if not alarm.queries:
        yield "MetricName", "name the metric, or give Metrics"
    for query in alarm.queries:
        if isinstance(query, Metric):
            yield from _of_metric(query)


def _of_metric(metric: Metric) -> Iterator[tuple[str, str]]:
    if not metric.namespace:
        yield f"{metric.key}Namespace", "name the metric's namespace, such as AWS/Lambda"
    if not metric.name:
        yield f"{metric.key}MetricName", "name the metric"
    if metric.statistic is None:
        yield f"{metric.key}{'Stat' if metric.key else 'Statistic'}", "state it, such as Sum or p99"
    if metric.period_s is None and not metric.key:
        yield "Period", "state the seconds over which the statistic is taken"
