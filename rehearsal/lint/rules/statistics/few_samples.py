"""A percentile is evaluated however few samples it stands for.

p99 of ten requests is the slowest one. With `EvaluateLowSampleCountPercentile: ignore` the state stays as
it is until a period has 10 / (1 - p) samples: 100 for p90, 1,000 for p99.

Source: [Percentile-based alarms and low data
samples](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html).
"""

from collections.abc import Iterator

from rehearsal.cloudwatch import statistics
from rehearsal.errors import RehearsalError
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"
HIGH = 90


def check(given: AlarmSet) -> Iterator[Finding]:
    """High percentiles compared without a minimum, and the setting where it does nothing."""
    for alarm in given.metric:
        metric = alarm.watched
        setting = alarm.entry.get("EvaluateLowSampleCountPercentile")
        percentile = _percentile(metric.statistic) if metric is not None else None
        if percentile is None and setting and metric is not None and metric.statistic:
            yield Finding(
                alarm=alarm,
                key="EvaluateLowSampleCountPercentile",
                problem=f"{setting} with {metric.statistic}, which is no percentile",
                consequence="it does nothing",
                fix="remove it",
                severity="info",
            )
        elif percentile is not None and percentile >= HIGH and setting != "ignore" and alarm.upward:
            yield Finding(
                alarm=alarm,
                key="EvaluateLowSampleCountPercentile",
                problem=f"{metric.statistic if metric else ''} is evaluated on any number of samples",
                consequence="it pages in quiet hours, when one request is slow",
                fix="write ignore",
            )


def _percentile(statistic: str | None) -> float | None:
    try:
        return statistics.percentile_of(statistic) if statistic else None
    except RehearsalError:
        return None
