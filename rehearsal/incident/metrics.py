"""A scenario -> the metrics that an alarm set would see, with when each datapoint arrives."""

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from monitoring.names import NAMESPACE
from monitoring.spec import MetricAlarm, MetricStat
from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
from rehearsal.errors import RehearsalError
from rehearsal.incident import promise
from rehearsal.incident.conditions import Conditions
from rehearsal.incident.faults import FAULTS
from rehearsal.incident.kpis import APART
from rehearsal.incident.kpis.metrics import apart
from rehearsal.incident.names import Names
from rehearsal.incident.scenario import Explicit, Scenario
from rehearsal.incident.signals import Signals
from rehearsal.incident.simulation import Shape, simulate
from rehearsal.sources.stack import AlarmSet

PROBES = 1  # the stream of chance that is theirs
CANARY = "Canary"  # what metrics of the monitor account's own begin with


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """A scenario's metrics, from its history on; the metrics alarms ask for that it does not have, and the
    keys of KPIs that nothing in it moves.
    """

    series: Series
    unknown: tuple[str, ...]
    idle: tuple[str, ...]


def incident(scenario: Scenario, alarm_set: AlarmSet) -> Incident:
    """What the alarms would see. Raises `RehearsalError` for a fault of a KPI that the stack has not."""
    _check_kpis(scenario, alarm_set)
    start = scenario.begins - timedelta(minutes=scenario.history)
    minutes = scenario.history + scenario.duration
    shape = scenario.shape(alarm_set)
    conditions = _conditions(scenario, alarm_set, shape)
    rng = np.random.default_rng(scenario.seed)
    requests = scenario.traffic.requests(start, conditions.traffic, rng)
    outcome = simulate(conditions, requests, shape, rng, np.random.default_rng((scenario.seed, PROBES)))
    units = {
        MetricKey.of(kpi.metric.namespace, kpi.metric.name, kpi.metric.dimensions): kpi.divisor
        for kpi in alarm_set.kpis
        if kpi.component == "endpoint"
    }
    signals = Signals(outcome, conditions, shape, start=start, seed=scenario.seed, units=units)
    explicit = {MetricKey.of(e.namespace, e.metric, e.dimensions): e for e in scenario.series}
    names = Names(alarm_set)
    driven = apart(alarm_set.kpis, conditions, lambda m: signals.metric(m.namespace, m.name, m.dimensions))

    metrics: dict[MetricKey, MetricSeries] = {}
    unknown: set[str] = set()
    for query in _asked_for(alarm_set):
        simulated = driven.metrics.get(MetricKey.of(query.namespace, query.metric, query.dimensions))
        if simulated is None and names.own(query):
            simulated = signals.metric(query.namespace, query.metric, query.dimensions)
        metric = _metric(query, simulated, explicit, conditions, scenario.history)
        if metric is None:
            unknown.add(named(query))
        else:
            account = account_of(query, alarm_set)
            metrics[MetricKey.of(query.namespace, query.metric, query.dimensions, account)] = metric
    told = {(e.namespace, e.metric) for e in scenario.series}
    return Incident(
        series=Series(start, minutes, metrics, {**driven.quotas, **scenario.quotas}),
        unknown=tuple(sorted(unknown)),
        idle=tuple(k.key for k in driven.idle if (k.metric.namespace, k.metric.name) not in told),
    )


def _conditions(scenario: Scenario, alarm_set: AlarmSet, shape: Shape) -> Conditions:
    """What holds in each minute, with the faults."""
    conditions = Conditions(minutes=scenario.history + scenario.duration)
    for fault in scenario.faults:
        when = slice(scenario.history + fault.begin, scenario.history + fault.end)
        given = promise.sized(fault.kind, fault.given, alarm_set.slo, shape)
        FAULTS[fault.kind].apply(conditions, when, given)
    return conditions


def _asked_for(alarm_set: AlarmSet) -> Iterator[MetricStat]:
    """The metrics of all alarms, as their queries have them."""
    for alarm in alarm_set.alarms:
        if isinstance(alarm, MetricAlarm):
            yield from (query for query in alarm.queries if isinstance(query, MetricStat))


def _check_kpis(scenario: Scenario, alarm_set: AlarmSet) -> None:
    keys = [kpi.key for kpi in alarm_set.kpis if kpi.component in APART]
    for fault in scenario.faults:
        pattern = str(fault.given.get("kpi", "*"))
        if pattern != "*" and not fnmatch.filter(keys, pattern):
            raise RehearsalError(
                f"{scenario.file}: fault {fault.kind}: no KPI that faults drive has the key {pattern!r}, so"
                f" it would move nothing; there are: {', '.join(keys) or 'none'}"
            )


def named(query: MetricStat) -> str:
    """The metric as people read it: `AWS/Lambda Errors of FunctionName=f`."""
    dimensions = ", ".join(f"{name}={value}" for name, value in sorted(query.dimensions.items()))
    return f"{query.namespace} {query.metric}" + (f" of {dimensions}" if dimensions else "")


def account_of(query: MetricStat, alarm_set: AlarmSet) -> str | None:
    """The account that publishes it: the canary's own metrics are the monitor account's."""
    canary = query.namespace == NAMESPACE and query.metric.startswith(CANARY)
    return alarm_set.monitor_account if canary else alarm_set.service_account


def _metric(
    query: MetricStat,
    simulated: MetricSeries | None,
    explicit: Mapping[MetricKey, Explicit],
    conditions: Conditions,
    history: int,
) -> MetricSeries | None:
    """The metric that a query reads: the scenario's own values, over those of the simulated service."""
    given = explicit.get(MetricKey.of(query.namespace, query.metric, query.dimensions))
    if given is None and simulated is not None:
        given = explicit.get(MetricKey.of(query.namespace, query.metric, {}))
    if given is None:
        return simulated
    first = history + given.begin
    said = conditions.reported(
        MetricSeries.of_minutes(given.values, first=first), f"{given.namespace} {given.metric}"
    )
    if simulated is None:
        return said
    rest = (simulated.minute < first) | (simulated.minute >= first + len(given.values))
    return MetricSeries(
        minute=np.concatenate([simulated.minute[rest], said.minute]),
        value=np.concatenate([simulated.value[rest], said.value]),
        weight=np.concatenate([simulated.weight[rest], said.weight]),
        delay=simulated.delay,
    )
