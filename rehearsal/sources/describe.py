"""The JSON of `aws cloudwatch describe-alarms` -> alarm specs, whatever made the alarms.

Metric and composite alarms, metric math, anomaly bands and percentiles. Whether an alarm pages is read from
its enabled alarm actions; they say nothing of urgency, so all such pages count as `critical`. Wall clock
windows and PromQL or Metrics Insights alarms are refused by name.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monitoring.spec import Alarm, CompositeAlarm, Expression, Level, MetricAlarm, MetricQuery, MetricStat
from rehearsal.cloudwatch.rules import alarm_name
from rehearsal.errors import RehearsalError, UnsupportedError

DYNAMODB = "AWS/DynamoDB"
OWN_ID = "m"
SUPPRESSION_S = 60  # what the console and CDK set; the API requires both with a suppressor


def read(path: Path) -> list[Alarm]:
    """The alarms of a file. Raises `RehearsalError` for what is no such JSON."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RehearsalError(
            f"{path}: {error.strerror}; name a file with what describe-alarms prints"
        ) from None
    except json.JSONDecodeError as error:
        raise RehearsalError(
            f"{path.name}:{error.lineno}: {error.msg}; save what describe-alarms prints"
        ) from None
    return alarms(document, path.name)


def alarms(document: object, name: str = "describe-alarms") -> list[Alarm]:
    """The alarms of the parsed JSON: the command's object, or a list of such objects (its pages)."""
    pages: list[Any] = document if isinstance(document, list) else [document]
    if not all(
        isinstance(page, Mapping) and {"MetricAlarms", "CompositeAlarms"} & set(page) for page in pages
    ):
        raise RehearsalError(
            f"{name}: neither MetricAlarms nor CompositeAlarms in it; save what describe-alarms prints"
        )
    found: list[Alarm] = []
    for page in pages:
        found += [_metric(entry) for entry in page.get("MetricAlarms", ())]
        found += [_composite(entry) for entry in page.get("CompositeAlarms", ())]
    names = [alarm.name for alarm in found]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise RehearsalError(
            f"{name}: {', '.join(twice)} is there twice; alarms of one account and region only"
        )
    return found


def _metric(entry: Mapping[str, Any]) -> MetricAlarm:
    name = _need(entry, "AlarmName", "an alarm")
    _refuse(entry, name)
    queries = _queries(entry, name)
    of = int(_need(entry, "EvaluationPeriods", name))
    band = entry.get("ThresholdMetricId")
    return MetricAlarm(
        key=name,
        name=name,
        description=entry.get("AlarmDescription", ""),
        queries=queries,
        comparison=_need(entry, "ComparisonOperator", name),
        evaluation_periods=of,
        datapoints_to_alarm=int(entry.get("DatapointsToAlarm", of)),
        missing_data=entry.get("TreatMissingData", _default_treatment(queries)),
        threshold=None if band else float(_need(entry, "Threshold", name)),
        band_id=band,
        evaluate_low_samples=entry.get("EvaluateLowSampleCountPercentile", "evaluate") != "ignore",
        warm_up_min=entry.get("WarmUpConfiguration", {}).get("WarmUpPeriodDurationInMinutes", 0),
        level=_level(entry),
    )


def _composite(entry: Mapping[str, Any]) -> CompositeAlarm:
    name = _need(entry, "AlarmName", "a composite alarm")
    suppressor = entry.get("ActionsSuppressor")
    return CompositeAlarm(
        key=name,
        name=name,
        description=entry.get("AlarmDescription", ""),
        rule=_need(entry, "AlarmRule", name),
        level=_level(entry),
        suppressor=alarm_name(suppressor) if suppressor else None,
        wait_s=entry.get("ActionsSuppressorWaitPeriod", SUPPRESSION_S),
        extension_s=entry.get("ActionsSuppressorExtensionPeriod", SUPPRESSION_S),
    )


def _refuse(entry: Mapping[str, Any], name: str) -> None:
    if "WallClockWindow" in entry.get("EvaluationWindow", {}):
        raise UnsupportedError(
            f"{name}: its wall clock window is not simulated, only CloudWatch's default sliding window; "
            "leave the alarm out of the file"
        )
    if entry.get("EvaluationCriteria"):
        raise UnsupportedError(f"{name}: PromQL alarms are not simulated; leave the alarm out of the file")
    for query in entry.get("Metrics", ()):
        if str(query.get("Expression", "")).lstrip().upper().startswith("SELECT"):
            raise UnsupportedError(
                f"{name}: Metrics Insights queries (SELECT) are not simulated; leave it out"
            )


def _queries(entry: Mapping[str, Any], name: str) -> tuple[MetricQuery, ...]:
    if entry.get("Metrics"):
        return tuple(_query(query, name) for query in entry["Metrics"])
    return (
        MetricStat(
            id=OWN_ID,
            namespace=_need(entry, "Namespace", name),
            metric=_need(entry, "MetricName", name),
            dimensions=_dimensions(entry.get("Dimensions", ())),
            statistic=entry.get("ExtendedStatistic") or _need(entry, "Statistic", name),
            period_s=int(_need(entry, "Period", name)),
            unit=entry.get("Unit"),
            return_data=True,
        ),
    )


def _query(query: Mapping[str, Any], name: str) -> MetricQuery:
    query_id = _need(query, "Id", name)
    returns = query.get("ReturnData", True)
    if "Expression" in query:
        return Expression(
            id=query_id, expression=query["Expression"], label=query.get("Label"), return_data=returns
        )
    stat = _need(query, "MetricStat", f"{name}, query {query_id}")
    metric = _need(stat, "Metric", f"{name}, query {query_id}")
    return MetricStat(
        id=query_id,
        namespace=_need(metric, "Namespace", name),
        metric=_need(metric, "MetricName", name),
        dimensions=_dimensions(metric.get("Dimensions", ())),
        statistic=_need(stat, "Stat", name),
        period_s=int(_need(stat, "Period", name)),
        unit=stat.get("Unit"),
        account_id=query.get("AccountId"),
        label=query.get("Label"),
        return_data=returns,
    )


def _default_treatment(queries: Sequence[MetricQuery]) -> str:
    """Alarms on AWS/DynamoDB "default to ignore missing data", all others to `missing`."""
    table = any(isinstance(query, MetricStat) and query.namespace == DYNAMODB for query in queries)
    return "ignore" if table else "missing"


def _dimensions(pairs: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {pair["Name"]: pair["Value"] for pair in pairs}


def _level(entry: Mapping[str, Any]) -> Level | None:
    return "critical" if entry.get("ActionsEnabled", True) and entry.get("AlarmActions") else None


def _need(entry: Mapping[str, Any], key: str, name: str) -> Any:
    if key not in entry:
        raise RehearsalError(f"{name}: no {key}; save what describe-alarms prints, unchanged")
    return entry[key]
