"""Resources of the AWS providers of Terraform and Pulumi -> CloudWatch's API.

Both name attributes after the API, Terraform with underscores and Pulumi in camel case, so one translation
serves both: names are compared without case and underscores. What is not listed is handed on under its API
name.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rehearsal.sources.found import Entry, Found, Unknown

API_NAMES = {
    name.lower(): name
    for name in (
        *("AlarmName", "AlarmDescription", "ActionsEnabled", "AlarmActions", "OKActions", "AlarmRule"),
        *(
            "InsufficientDataActions",
            "ComparisonOperator",
            "EvaluationPeriods",
            "DatapointsToAlarm",
            "Threshold",
        ),
        *("ThresholdMetricId", "TreatMissingData", "MetricName", "Namespace", "Period", "Statistic", "Unit"),
        *(
            "ExtendedStatistic",
            "Dimensions",
            "Metrics",
            "Id",
            "Expression",
            "Label",
            "ReturnData",
            "AccountId",
        ),
        *("MetricStat", "Metric", "Stat", "Name", "Value", "EvaluationWindow", "WallClockWindow", "Timezone"),
        *("WarmUpConfiguration", "WarmUpPeriodDurationInMinutes", "OnlyStartEvaluatingAfterWarmUpPeriodEnds"),
        *("EvaluationCriteria", "EvaluationInterval", "ActionsSuppressor", "ActionsSuppressorWaitPeriod"),
        *(
            "ActionsSuppressorExtensionPeriod",
            "EvaluateLowSampleCountPercentile",
            "Rule",
            "Schedule",
            "Duration",
        ),
        *("MuteTargets", "AlarmNames", "StartDate", "ExpireDate", "QueryResultsToEvaluate", "SlidingWindow"),
        *("ScheduledQueryConfiguration", "PromQLCriteria", "Query"),
    )
} | {"evaluatelowsamplecountpercentiles": "EvaluateLowSampleCountPercentile"}
SINGLE = ("Metric", "ActionsSuppressor", "EvaluationWindow", "WallClockWindow", "WarmUpConfiguration")
SINGLE_BLOCKS = (*SINGLE, "EvaluationCriteria", "Rule", "Schedule", "MuteTargets", "PromQLCriteria")


def alarm(attributes: Mapping[str, Any], fallback: str) -> Entry:
    """The API's entry of a metric or composite alarm; `fallback` names one whose name the provider makes
    up.
    """
    entry = _translated(attributes)
    name = entry.pop("Name", None)  # Pulumi calls it so
    entry["AlarmName"] = entry.get("AlarmName") or name or fallback
    if "MetricQuery" in entry:
        entry["Metrics"] = [_query(query) for query in entry.pop("MetricQuery")]
    suppressor = entry.get("ActionsSuppressor")
    if isinstance(suppressor, Mapping):  # a block of its own in the provider
        entry["ActionsSuppressor"] = suppressor.get("Alarm")
        entry["ActionsSuppressorWaitPeriod"] = suppressor.get("WaitPeriod")
        entry["ActionsSuppressorExtensionPeriod"] = suppressor.get("ExtensionPeriod")
    if entry.get("ThresholdMetricId") or entry.get("Metrics"):
        for key in ("Namespace", "MetricName", "Statistic", "ExtendedStatistic", "Period", "Dimensions"):
            entry.pop(key, None)
    return entry


def file(found: Found, kind: str, attributes: Mapping[str, Any], fallback: str) -> None:
    """Add the resource to `found` if its kind, such as `metric_alarm` or `MuteRule`, is one of alarms."""
    match kind.lower().replace("_", ""):
        case "metricalarm" | "alarm" | "compositealarm" | "logalarm":
            found.add(alarm(attributes, fallback))
        case "alarmmuterule":
            found.mute.append({"Name": fallback, **_translated(attributes)})


def _translated(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that are set, under the API's names; `""` and empty blocks are how a provider says
    unset.
    """
    found: dict[str, Any] = {}
    for key, value in attributes.items():
        plain = key.replace("_", "").lower()
        name = API_NAMES.get(plain) or _title(key)
        if plain in ("metricquery", "metricqueries"):
            name = "MetricQuery"
        if value in (None, "", []) and not isinstance(value, Unknown):
            continue
        if name == "Dimensions":
            found[name] = _dimensions(value)
        elif isinstance(value, Mapping):
            found[name] = _translated(value)
        elif isinstance(value, list) and name in SINGLE_BLOCKS and isinstance(value[0], Mapping):
            found[name] = _translated(value[0])
        elif isinstance(value, list):
            found[name] = [_translated(item) if isinstance(item, Mapping) else item for item in value]
        else:
            found[name] = value
    return found


def _query(query: Mapping[str, Any]) -> Entry:
    """A metric query: the provider puts period and statistic into the metric, and returns data only if
    told.
    """
    entry = {"ReturnData": False, **query}
    metric = entry.pop("Metric", None)
    if isinstance(metric, Mapping):
        stat = {key: metric[key] for key in ("Period", "Stat", "Unit") if key in metric}
        own = {key: metric[key] for key in ("Namespace", "MetricName", "Dimensions") if key in metric}
        entry["MetricStat"] = {**stat, "Metric": own}
    return entry


def _dimensions(value: Any) -> Sequence[Entry]:
    """Mappings of names to values, or lists of pairs as the API has them."""
    return list(_pairs(value))


def _pairs(value: Any) -> Iterator[Entry]:
    if isinstance(value, Mapping):
        for name, own in value.items():
            yield {"Name": name, "Value": own}
    elif isinstance(value, list):
        for pair in value:
            yield _translated(pair) if isinstance(pair, Mapping) else {"Name": "?", "Value": pair}
    else:
        yield {"Name": "?", "Value": Unknown("${dimensions}")}


def _title(key: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in key.split("_"))
