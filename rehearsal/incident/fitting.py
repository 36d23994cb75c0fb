"""Which scenarios a service can meet, and what can be expected of its alarms.

A service without a model is not rehearsed for a model that fails, and what only services with other parts
have alarms for is not expected of it.
"""

import fnmatch
from collections.abc import Sequence
from dataclasses import replace

from monitoring.spec import MetricAlarm, MetricStat
from rehearsal.errors import RehearsalError
from rehearsal.incident.expected import Expect
from rehearsal.incident.faults import FAULTS
from rehearsal.incident.scenario import Scenario
from rehearsal.sources.stack import AlarmSet

ORDINARY = 0.4  # of the throttle, so that a day's peak is below what capacity alarms take for little left


def fitting(scenarios: Sequence[Scenario], alarm_set: AlarmSet) -> tuple[list[Scenario], AlarmSet]:
    """The scenarios that the alarm set's service can meet, and the set with a note of each that is left out.

    No more requests are sent than its throttle lets through on an ordinary day. All of them as they are for a
    file's alarms. Raises `RehearsalError` where none is left.
    """
    if alarm_set.parts is None:
        return list(scenarios), alarm_set
    kept: list[Scenario] = []
    notes: list[str] = []
    most = round(ORDINARY * 60 * alarm_set.rate_limit_per_s, 1)
    for scenario in scenarios:
        if why := _unfit(scenario, alarm_set):
            notes.append(f"{scenario.key} is left out: {alarm_set.name} has {why}")
        else:
            possible = _possible(scenario.expect, alarm_set)
            calmer = replace(scenario.traffic, per_minute=min(scenario.traffic.per_minute, most))
            kept.append(replace(scenario, expect=possible, traffic=calmer))
    if any(scenario.traffic.per_minute == most for scenario in kept):
        notes.append(
            f"customers send {most:g} requests a minute at most: the throttle of {alarm_set.name} is low"
        )
    if not kept:
        raise RehearsalError("; ".join(notes))
    return kept, replace(alarm_set, notes=[*alarm_set.notes, *notes])


def _unfit(scenario: Scenario, alarm_set: AlarmSet) -> str | None:
    """What the service does not have of that which the scenario is about, or has in its way."""
    parts, read = alarm_set.parts or (), _read(alarm_set)
    for fault in scenario.faults:
        needs, pattern = FAULTS[fault.kind].needs, str(fault.given.get("metrics", "*"))
        if needs and needs not in parts:
            return f"no {needs} for {fault.kind}"
        if not fnmatch.filter(read, pattern):
            return f"no alarm on {pattern}"
        if fault.kind == "slow-failures" and _longest_s(alarm_set) > float(fault.given["seconds"]):
            return f"functions that may take longer than the {fault.given['seconds']} s of {fault.kind}"
    for series in scenario.series:
        metric = f"{series.namespace} {series.metric}"
        if metric not in read:
            return f"no alarm on {metric}"
    return None


def _longest_s(alarm_set: AlarmSet) -> float:
    """The timeout of the function that may take longest."""
    kpis = (kpi for kpi in alarm_set.kpis if kpi.component == "function" and kpi.metric.name == "Duration")
    return max((kpi.limit / 1000 for kpi in kpis), default=0)


def _read(alarm_set: AlarmSet) -> set[str]:
    """The metrics that alarms read, as `Namespace Metric`."""
    alarms = [alarm for alarm in alarm_set.alarms if isinstance(alarm, MetricAlarm)]
    queries = [query for alarm in alarms for query in alarm.queries if isinstance(query, MetricStat)]
    return {f"{query.namespace} {query.metric}" for query in queries}


def _possible(expect: Expect, alarm_set: AlarmSet) -> Expect:
    """Without what names alarms that only services with other parts have; a name of no alarm at all stays."""
    words = {word for alarm in alarm_set.alarms for word in (alarm.key, alarm.name)}

    def possible(pattern: str, if_alarm: str = "*") -> bool:
        there = fnmatch.filter(words, pattern) or not fnmatch.filter(alarm_set.elsewhere, pattern)
        return bool(there and fnmatch.filter(words, if_alarm))

    pages = [page for page in expect.pages or () if possible(page.alarm, page.if_alarm)]
    return Expect(
        pages=None if expect.pages is None else pages,
        allow=[pattern for pattern in expect.allow if possible(pattern)],
        silent=[pattern for pattern in expect.silent if possible(pattern)],
        states=[state for state in expect.states if possible(state.alarm, state.if_alarm)],
    )
