"""One-step changes of alarms, in every field that decides what an alarm does."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from monitoring.spec import (
    Actions,
    Alarm,
    Comparison,
    CompositeAlarm,
    Expression,
    Level,
    MetricAlarm,
    MetricQuery,
    MetricStat,
    MissingData,
)
from rehearsal.cloudwatch import composite
from rehearsal.cloudwatch.points import check
from rehearsal.cloudwatch.rules import AllOf, AnyOf, Constant, InState, Not, Rule, text
from rehearsal.errors import RehearsalError

TREATMENTS: tuple[MissingData, ...] = get_args(MissingData)
OPPOSITE: dict[Comparison, tuple[Comparison, ...]] = {
    "GreaterThanOrEqualToThreshold": ("GreaterThanThreshold", "LessThanOrEqualToThreshold"),
    "GreaterThanThreshold": ("GreaterThanOrEqualToThreshold", "LessThanThreshold"),
    "LessThanThreshold": ("LessThanOrEqualToThreshold", "GreaterThanThreshold"),
    "LessThanOrEqualToThreshold": ("LessThanThreshold", "GreaterThanOrEqualToThreshold"),
    "LessThanLowerOrGreaterThanUpperThreshold": ("LessThanLowerThreshold", "GreaterThanUpperThreshold"),
    "LessThanLowerThreshold": ("GreaterThanUpperThreshold",),
    "GreaterThanUpperThreshold": ("LessThanLowerThreshold",),
}
STATISTICS = {"Sum": ("Average", "Maximum"), "Average": ("Maximum", "p50"), "Maximum": ("Average", "Minimum")}
PERCENTILES = ("Average", "Maximum")
INSTEAD = 1_000_000  # of what stands for no value: one that is bad
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """An alarm with one thing changed: which field, and how."""

    field: str
    what: str
    alarm: Alarm


def mutants(alarm: Alarm, others: Sequence[str]) -> list[Mutant]:
    """All of them; `others` are names of alarms that could stand in place of a suppressor."""
    made = _of_composite(alarm, others) if isinstance(alarm, CompositeAlarm) else _of_metric(alarm)
    return [mutant for mutant in made if _allowed(mutant.alarm)]


def _allowed(alarm: Alarm) -> bool:
    """Whether CloudWatch would take it."""
    try:
        if isinstance(alarm, MetricAlarm):
            check(alarm)
        else:
            composite.parse(alarm)
    except RehearsalError:
        return False
    return True


def _of_metric(alarm: MetricAlarm) -> Iterator[Mutant]:
    for limit in _limits(alarm.threshold):
        yield Mutant(field="threshold", what=f"{limit:g}", alarm=replace(alarm, threshold=limit))
    of, to_alarm = alarm.evaluation_periods, alarm.datapoints_to_alarm
    for more in (-1, 1):
        changed = replace(alarm, evaluation_periods=of + more, datapoints_to_alarm=min(to_alarm, of + more))
        yield Mutant(field="evaluation periods", what=f"{of + more}", alarm=changed)
        yield Mutant(
            field="datapoints to alarm",
            what=f"{to_alarm + more}",
            alarm=replace(alarm, datapoints_to_alarm=to_alarm + more),
        )
    for treatment in TREATMENTS:
        if treatment != alarm.missing_data:
            yield Mutant(field="missing data", what=treatment, alarm=replace(alarm, missing_data=treatment))
    for comparison in OPPOSITE[alarm.comparison]:
        yield Mutant(field="comparison", what=comparison, alarm=replace(alarm, comparison=comparison))
    for factor in (2, 5):
        queries = [
            replace(q, period_s=q.period_s * factor) if isinstance(q, MetricStat) else q
            for q in alarm.queries
        ]
        yield Mutant(field="period", what=f"x {factor}", alarm=replace(alarm, queries=tuple(queries)))
    for number, query in enumerate(alarm.queries):
        for field, what, changed_query in _of_query(query):
            queries_ = (*alarm.queries[:number], changed_query, *alarm.queries[number + 1 :])
            yield Mutant(field=field, what=f"{query.id}: {what}", alarm=replace(alarm, queries=queries_))
    yield from _of_actions(alarm)


def _limits(threshold: float | None) -> tuple[float, ...]:
    if threshold is None:
        return ()
    return (threshold * 1.1, threshold * 0.9) if threshold else (1.0, -1.0)


def _of_query(query: MetricQuery) -> Iterator[tuple[str, str, MetricQuery]]:
    if isinstance(query, Expression):
        for found in _NUMBER.finditer(query.expression):
            number = float(found[0])
            other = f"{number + 1 if number > 0 else INSTEAD:.10g}"
            text_ = query.expression[: found.start()] + other + query.expression[found.end() :]
            yield "expression", f"{found[0]} to {other}", replace(query, expression=text_)
        for one, other in ((" / ", " * "), (">=", "<"), ("MIN", "MAX"), ("MAX", "MIN")):
            if one in query.expression:
                text_ = query.expression.replace(one, other, 1)
                yield "expression", f"{one.strip()} to {other.strip()}", replace(query, expression=text_)
        return
    for statistic in STATISTICS.get(query.statistic, PERCENTILES if query.statistic.startswith("p") else ()):
        yield "statistic", statistic, replace(query, statistic=statistic)
    yield "metric", "another", replace(query, metric=f"{query.metric}Other")
    if query.dimensions:
        name = next(iter(query.dimensions))
        others = {**query.dimensions, name: f"{query.dimensions[name]}-other"}
        yield "dimension", f"another {name}", replace(query, dimensions=others)
        fewer = {key: value for key, value in query.dimensions.items() if key != name}
        yield "dimension", f"no {name}", replace(query, dimensions=fewer)
    if query.account_id:
        yield "account", "none", replace(query, account_id=None)


def _of_composite(alarm: CompositeAlarm, others: Sequence[str]) -> Iterator[Mutant]:
    rule = composite.parse(alarm)
    for what, changed in _of_rule(rule):
        yield Mutant(field="rule", what=what, alarm=replace(alarm, rule=text(changed)))
    if alarm.suppressor is not None:
        yield Mutant(field="suppressor", what="none", alarm=replace(alarm, suppressor=None))
    for other in [name for name in others if name != alarm.suppressor][:2]:
        yield Mutant(field="suppressor", what=other, alarm=replace(alarm, suppressor=other))
    for seconds in _periods(alarm.wait_s) if alarm.suppressor is not None else ():
        yield Mutant(field="wait period", what=f"{seconds} s", alarm=replace(alarm, wait_s=seconds))
    for seconds in _periods(alarm.extension_s) if alarm.suppressor is not None else ():
        yield Mutant(field="extension period", what=f"{seconds} s", alarm=replace(alarm, extension_s=seconds))
    yield from _of_actions(alarm)


def _periods(seconds: int) -> list[int]:
    tried = dict.fromkeys((0, seconds - 60, seconds + 60, seconds * 2))
    return [other for other in tried if other >= 0 and other != seconds]


def _of_rule(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule with one alarm left out, asked for another state, or joined the other way."""
    match rule:
        case InState(state, name):
            yield f"OK({name})", InState("OK" if state == "ALARM" else "ALARM", name)
        case Not(operand):
            yield "without NOT", operand
            yield from ((what, Not(changed)) for what, changed in _of_rule(operand))
        case AllOf(left, right) | AnyOf(left, right):
            other = AnyOf if isinstance(rule, AllOf) else AllOf
            yield other.__name__, other(left, right)
            yield f"without {text(left)}", right
            yield f"without {text(right)}", left
            yield from ((what, type(rule)(changed, right)) for what, changed in _of_rule(left))
            yield from ((what, type(rule)(left, changed)) for what, changed in _of_rule(right))
        case _:
            yield "TRUE", Constant(value=True)


def _of_actions(alarm: Alarm) -> Iterator[Mutant]:
    if alarm.level is not None:
        other: Level = "warn" if alarm.level == "critical" else "critical"
        yield Mutant(field="actions", what=other, alarm=replace(alarm, level=other))
        yield Mutant(field="actions", what="none", alarm=replace(alarm, level=None))
        for what, actions in (
            ("no OK action", Actions(alarm=(alarm.level,))),
            ("another topic", Actions(alarm=("other",), ok=(alarm.level,))),
        ):
            yield Mutant(field="actions", what=what, alarm=replace(alarm, actions=actions))
