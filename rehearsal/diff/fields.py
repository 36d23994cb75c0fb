"""An alarm's fields in CloudWatch's names, which of them are text for people, and which differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from monitoring.spec import Alarm, CompositeAlarm, Expression, MetricAlarm, MetricQuery
from rehearsal.cloudwatch import composite
from rehearsal.cloudwatch.rules import AllOf, AnyOf, AtLeast, Constant, InState, Not, Rule, alarm_name

TEXT = ("AlarmName", "AlarmDescription", "Label")
"""Fields that say something and change nothing."""
PLAIN = {
    "AlarmDescription": "description",
    "Threshold": "threshold",
    "ThresholdMetricId": "band_id",
    "ComparisonOperator": "comparison",
    "EvaluationPeriods": "evaluation_periods",
    "DatapointsToAlarm": "datapoints_to_alarm",
    "TreatMissingData": "missing_data",
    "EvaluateLowSampleCountPercentile": "evaluate_low_samples",
    "WarmUpPeriodDurationInMinutes": "warm_up_min",
    "OnlyStartEvaluatingAfterWarmUpPeriodEnds": "warm_up_whole",
    "WallClockWindow": "wall_clock",
    "AlarmRule": "rule",
    "ActionsSuppressor": "suppressor",
    "ActionsSuppressorWaitPeriod": "wait_s",
    "ActionsSuppressorExtensionPeriod": "extension_s",
    "level": "level",
}
OF_QUERY = {
    "Expression": "expression",
    "Namespace": "namespace",
    "MetricName": "metric",
    "Dimensions": "dimensions",
    "Stat": "statistic",
    "Period": "period_s",
    "Unit": "unit",
    "AccountId": "account_id",
    "Label": "label",
    "ReturnData": "return_data",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """A field that differs; None where one side does not have it."""

    field: str
    old: str | None
    new: str | None

    @property
    def is_text(self) -> bool:
        """Whether it only says something."""
        return self.field.rsplit(" ", 1)[-1] in TEXT


def of_alarm(alarm: Alarm) -> dict[str, str]:
    """Every field that is set, as text."""
    found = {"AlarmName": alarm.name}
    found |= {
        name: _text(value) for name, key in PLAIN.items() if (value := getattr(alarm, key, None)) is not None
    }
    if alarm.actions is not None:
        found.pop("level", None)  # only a reading of the actions
        for name, arns in (
            ("AlarmActions", alarm.actions.alarm),
            ("OKActions", alarm.actions.ok),
            ("InsufficientDataActions", alarm.actions.insufficient_data),
        ):
            found[name] = ", ".join(arns) or "none"
    if isinstance(alarm, MetricAlarm):
        single = len(alarm.queries) == 1
        for query in alarm.queries:
            found |= _of_query(query, "" if single else f"{query.id} ")
    return found


def of_entry(entry: Any, prefix: str = "") -> dict[str, str]:
    """The same for an alarm as its source describes it, which cannot be simulated."""
    if isinstance(entry, Mapping):
        return {k: v for name, own in entry.items() for k, v in of_entry(own, f"{prefix}.{name}").items()}
    if isinstance(entry, list) and any(isinstance(item, Mapping) for item in entry):
        return {
            k: v for number, own in enumerate(entry) for k, v in of_entry(own, f"{prefix}[{number}]").items()
        }
    return {} if entry is None else {prefix.removeprefix("."): _text(entry)}


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[FieldChange, ...]:
    """What differs, in the order of the fields; a period that changes everywhere is one change."""
    found = [
        FieldChange(field=name, old=old.get(name), new=new.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]
    periods = [change for change in found if change.field.endswith(" Period")]
    if len(periods) > 1 and len({(change.old, change.new) for change in periods}) == 1:
        found = [change for change in found if change not in periods]
        found.append(replace(periods[0], field="Period"))
    return tuple(found)


def behaviour(alarm: Alarm, names: Mapping[str, str]) -> str:
    """What the alarm does, without what it says: equal texts, equal alarms. `names` are those of the other
    side's alarms, by which composites refer to them.
    """
    if isinstance(alarm, CompositeAlarm):
        suppressor = alarm_name(alarm.suppressor) if alarm.suppressor else None
        return repr(
            (
                canonical(composite.parse(alarm), names),
                alarm.level if alarm.actions is None else None,
                alarm.actions,
                suppressor and names.get(suppressor, suppressor),
                (alarm.wait_s, alarm.extension_s),
            )
        )
    return repr(
        (
            evaluated(alarm),
            alarm.level if alarm.actions is None else None,
            alarm.actions,
        )
    )


def evaluated(alarm: MetricAlarm) -> str:
    """What decides the alarm's state: equal texts, equal states on the same metrics."""
    bare = replace(
        alarm,
        key="",
        name="",
        description="",
        level=None,
        actions=None,
        threshold=None if alarm.threshold is None else float(alarm.threshold),
        queries=tuple(map(_bare, alarm.queries)),
    )
    return repr(bare)


def canonical(rule: Rule, names: Mapping[str, str]) -> str:
    """The rule over the names that `names` gives its alarms, however it is written down."""
    match rule:
        case Constant(value):
            return str(value)
        case InState(state, alarm):
            return f"{state}({names.get(alarm, alarm)!r})"
        case AtLeast(alarms=alarms):
            return repr(replace(rule, alarms=tuple(sorted(names.get(alarm, alarm) for alarm in alarms))))
        case Not(operand):
            return f"NOT({canonical(operand, names)})"
        case AllOf() | AnyOf():
            parts = sorted({canonical(part, names) for part in _parts(rule, type(rule))})
            return f"{type(rule).__name__}({', '.join(parts)})"


def _parts(rule: Rule, kind: type[AllOf | AnyOf]) -> Iterator[Rule]:
    if isinstance(rule, AllOf | AnyOf) and isinstance(rule, kind):
        yield from _parts(rule.left, kind)
        yield from _parts(rule.right, kind)
    else:
        yield rule


def _bare(query: MetricQuery) -> MetricQuery:
    if isinstance(query, Expression):
        return replace(query, label=None)
    return replace(query, label=None, dimensions=dict(sorted(query.dimensions.items())))


def _of_query(query: MetricQuery, prefix: str) -> dict[str, str]:
    found = {
        f"{prefix}{name}": _text(value)
        for name, key in OF_QUERY.items()
        if (value := getattr(query, key, None)) is not None
    }
    if not prefix:
        found.pop("ReturnData", None)
    return found


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={own}" for name, own in sorted(value.items())) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else str(value)
