"""A file, or a stack of this program -> the alarms to be judged."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from monitoring.spec import CompositeAlarm, MetricAlarm
from rehearsal import text_files
from rehearsal.cloudwatch import composite, mute, rules
from rehearsal.cloudwatch.math import syntax
from rehearsal.errors import RehearsalError
from rehearsal.lint import alarms as model
from rehearsal.lint.alarms import Alarm, AlarmSet, Composite, Math, Metric
from rehearsal.sources import entries, files, single
from rehearsal.sources import stack as stacks
from rehearsal.sources.found import Entry, Found, Unknown


def of_file(path: Path, parameters: Mapping[str, str] | None = None) -> AlarmSet:
    """The alarms that a file describes. Raises `RehearsalError` for one that cannot be read or has none."""
    text = text_files.read(path)
    return of_found(files.entries(text, path.name, parameters), str(path), text)


def of_stack(stack: str) -> AlarmSet:
    """The catalogue's alarms for a stack and its monitor stack. Raises `config.ConfigError`."""
    found = Found()
    for account in stacks.of_stack(stack).accounts:
        for alarm in account.alarms:
            found.add(entries.of_alarm(alarm))
    return of_found(found, stack, "")


def of_found(found: Found, name: str, source: str) -> AlarmSet:
    """The alarms of what a source's reader handed on."""
    mutes: list[mute.MuteRule] = []
    problems: list[str] = []
    for entry in found.mute:
        try:
            mutes.append(mute.of_entry(entry))
        except RehearsalError as error:
            problems.append(str(error))
    return AlarmSet(
        name=name,
        metric=[_metric(entry, name, found.region) for entry in found.metric],
        composite=[_composite(entry, name, found.region) for entry in found.composite],
        mutes=mutes,
        resources=found.resources,
        skipped=found.skipped,
        notes=found.notes,
        problems=problems,
        source=source,
    )


def _metric(entry: Entry, file: str, region: str | None) -> Alarm:
    read = single.read(entry)
    own_region, account = model.home(entry)
    return Alarm(
        name=single.name_of(entry),
        entry=entry,
        file=file,
        region=own_region or region,
        account=account,
        problems=read.problems,
        reason=read.reason,
        unsupported=read.unsupported,
        queries=_queries(entry),
        comparison=_text(entry.get("ComparisonOperator")),
        threshold=_number(entry.get("Threshold")),
        band_id=_text(entry.get("ThresholdMetricId")),
        periods=_whole(entry.get("EvaluationPeriods")),
        to_alarm=_whole(entry.get("DatapointsToAlarm") or entry.get("EvaluationPeriods")),
        treatment=_treatment(entry),
        spec=read.alarm if isinstance(read.alarm, MetricAlarm) else None,
    )


def _composite(entry: Entry, file: str, region: str | None) -> Composite:
    read = single.read(entry)
    own_region, account = model.home(entry)
    suppressor = entry.get("ActionsSuppressor")
    spec = read.alarm if isinstance(read.alarm, CompositeAlarm) else None
    return Composite(
        name=single.name_of(entry),
        entry=entry,
        file=file,
        region=own_region or region,
        account=account,
        problems=read.problems,
        reason=read.reason,
        unsupported=read.unsupported,
        rule=str(entry.get("AlarmRule") or ""),
        tree=composite.parse(spec) if spec is not None else None,
        suppressor=rules.alarm_name(str(suppressor)) if suppressor else None,
        spec=spec,
    )


def _queries(entry: Entry) -> tuple[Metric | Math, ...]:
    listed = entry.get("Metrics")
    if not isinstance(listed, list) or not listed:
        if entry.get("MetricName") is None:
            return ()
        key = "ExtendedStatistic" if entry.get("ExtendedStatistic") else "Statistic"
        return (_stat(entry, {**entry, "Stat": entry.get(key)}, {}, key=""),)
    return tuple(
        _query(query, f"Metrics[{number}].")
        for number, query in enumerate(listed)
        if isinstance(query, Mapping)
    )


def _query(query: Mapping[str, Any], key: str) -> Metric | Math:
    if query.get("Expression") is None:
        stat = _map(query.get("MetricStat"))
        return _stat(_map(stat.get("Metric")), stat, query, key=key)
    expression = str(query["Expression"])
    tree, problem = None, None
    try:
        tree = None if isinstance(query["Expression"], Unknown) else syntax.parse(expression)
    except RehearsalError as error:
        problem = str(error)
    return Math(
        key=key,
        id=str(query.get("Id") or ""),
        expression=expression,
        tree=tree,
        problem=problem,
        period_s=_whole(query.get("Period")),
        returns=_returns(query),
    )


def _stat(
    metric: Mapping[str, Any], stat: Mapping[str, Any], query: Mapping[str, Any], *, key: str
) -> Metric:
    dimensions = metric.get("Dimensions")
    return Metric(
        key=key,
        id=str(query.get("Id") or single.OWN_ID),
        namespace=_text(metric.get("Namespace")) or "",
        name=_text(metric.get("MetricName")) or "",
        dimensions=tuple(
            (_text(pair.get("Name")) or "", _text(pair.get("Value")) or "")
            for pair in (dimensions if isinstance(dimensions, list) else ())
            if isinstance(pair, Mapping)
        ),
        statistic=_text(stat.get("Stat")),
        period_s=_whole(stat.get("Period")),
        unit=_text(stat.get("Unit")),
        account_id=_text(query.get("AccountId")),
        label=_text(query.get("Label")),
        returns=_returns(query),
    )


def _returns(query: Mapping[str, Any]) -> bool:
    return str(query.get("ReturnData", True)).lower() != "false"


def _treatment(entry: Entry) -> str | None:
    given = entry.get("TreatMissingData")
    return "missing" if given is None else _text(given)


def _text(value: Any) -> str | None:
    """The text; a number's too, but nothing for a list or a mapping."""
    if value is None or isinstance(value, Mapping | list):
        return None
    return value if isinstance(value, str) else str(value)


def _number(value: Any) -> float | None:
    try:
        number = None if isinstance(value, bool) or value is None else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number is not None and isfinite(number) else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number.is_integer() else None


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
