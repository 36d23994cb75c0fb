"""Alarm specs -> the entries that `describe-alarms` would print for them: the way back from `alarms`."""

from collections.abc import Mapping
from typing import Any

from monitoring.spec import Actions, Alarm, CompositeAlarm, MetricAlarm, MetricQuery, MetricStat
from rehearsal.sources.found import Entry, Unknown


def of_alarm(alarm: Alarm) -> Entry:
    """The entry. An alarm of the catalogue acts by its level, on a topic that is only known once deployed."""
    entry = _composite(alarm) if isinstance(alarm, CompositeAlarm) else _metric(alarm)
    own = alarm.actions
    if own is None:
        topics = (Unknown(f"${{{alarm.level}}}"),) if alarm.level else ()
        own = Actions(alarm=topics, ok=topics)
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "ActionsEnabled": True,
        "AlarmActions": list(own.alarm),
        "OKActions": list(own.ok),
        "InsufficientDataActions": list(own.insufficient_data),
        **entry,
    }


def _metric(alarm: MetricAlarm) -> dict[str, Any]:
    warm_up = {
        "WarmUpPeriodDurationInMinutes": alarm.warm_up_min,
        "OnlyStartEvaluatingAfterWarmUpPeriodEnds": alarm.warm_up_whole,
    }
    clock = {"EvaluationWindow": {"WallClockWindow": {"Timezone": alarm.wall_clock}}}
    return {
        "Metrics": [_query(query) for query in alarm.queries],
        "ComparisonOperator": alarm.comparison,
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm,
        "TreatMissingData": alarm.missing_data,
        "EvaluateLowSampleCountPercentile": None if alarm.evaluate_low_samples else "ignore",
        **({} if alarm.threshold is None else {"Threshold": alarm.threshold}),
        **({"WarmUpConfiguration": warm_up} if alarm.warm_up_min else {}),
        **({} if alarm.wall_clock is None else clock),
        **({} if alarm.band_id is None else {"ThresholdMetricId": alarm.band_id}),
    }


def _composite(alarm: CompositeAlarm) -> dict[str, Any]:
    muted = {
        "ActionsSuppressor": alarm.suppressor,
        "ActionsSuppressorWaitPeriod": alarm.wait_s,
        "ActionsSuppressorExtensionPeriod": alarm.extension_s,
    }
    return {"AlarmRule": alarm.rule, **(muted if alarm.suppressor else {})}


def _query(query: MetricQuery) -> Mapping[str, Any]:
    own = {"Id": query.id, "Label": query.label, "ReturnData": query.return_data}
    if not isinstance(query, MetricStat):
        return {**own, "Expression": query.expression, "Period": query.period_s}
    metric = {
        "Namespace": query.namespace,
        "MetricName": query.metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in query.dimensions.items()],
    }
    stat = {"Metric": metric, "Period": query.period_s, "Stat": query.statistic, "Unit": query.unit}
    return {**own, "MetricStat": stat, "AccountId": query.account_id}
