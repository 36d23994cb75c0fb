"""A scenario -> the metrics that an alarm set would see, with when each datapoint arrives."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from monitoring.spec import MetricAlarm, MetricStat
from monitoring.watched import NAMESPACE
from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
from rehearsal.incident import promise
from rehearsal.incident.conditions import Conditions
from rehearsal.incident.faults import FAULTS
from rehearsal.incident.names import Names
from rehearsal.incident.scenario import Explicit, Scenario
from rehearsal.incident.signals import Signals
from rehearsal.incident.simulation import simulate
from rehearsal.sources.stack import AlarmSet

CANARY = "Canary"  # what metrics of the monitor account's own begin with


def series(scenario: Scenario, alarm_set: AlarmSet) -> tuple[Series, tuple[str, ...]]:
    """The scenario's metrics, from its history on, and the metrics alarms ask for that it does not have."""
    start = scenario.begins - timedelta(minutes=scenario.history)
    minutes = scenario.history + scenario.duration
    conditions = Conditions(minutes=minutes)
    shape = scenario.shape(alarm_set.budget_ms, alarm_set.cores, alarm_set.gpus)
    for fault in scenario.faults:
        when = slice(scenario.history + fault.begin, scenario.history + fault.end)
        given = promise.sized(fault.kind, fault.given, alarm_set.slo, shape)
        FAULTS[fault.kind].apply(conditions, when, given)
    rng = np.random.default_rng(scenario.seed)
    requests = scenario.traffic.requests(start, conditions.traffic, rng)
    outcome = simulate(conditions, requests, shape, rng)
    signals = Signals(outcome, conditions, shape, start=start, seed=scenario.seed)
    explicit = {MetricKey.of(e.namespace, e.metric, e.dimensions): e for e in scenario.series}
    names = Names(alarm_set)

    metrics: dict[MetricKey, MetricSeries] = {}
    unknown: set[str] = set()
    for alarm in alarm_set.alarms:
        for query in alarm.queries if isinstance(alarm, MetricAlarm) else ():
            if isinstance(query, MetricStat):
                simulated = (
                    signals.metric(query.namespace, query.metric, query.dimensions)
                    if names.own(query)
                    else None
                )
                metric = _metric(query, simulated, explicit, conditions, scenario.history)
                if metric is None:
                    unknown.add(named(query))
                else:
                    account = account_of(query, alarm_set)
                    key = MetricKey.of(query.namespace, query.metric, query.dimensions, account)
                    metrics[key] = metric
    return Series(start, minutes, metrics, scenario.quotas), tuple(sorted(unknown))


def named(query: MetricStat) -> str:
    """The metric as people read it: `AWS/Lambda Errors of FunctionName=f`."""
    dimensions = ", ".join(f"{name}={value}" for name, value in sorted(query.dimensions.items()))
    return f"{query.namespace} {query.metric}" + (f" of {dimensions}" if dimensions else "")


def account_of(query: MetricStat, alarm_set: AlarmSet) -> str | None:
    """The account that publishes it: the canary's own metrics are the monitor account's."""
    own = query.namespace == NAMESPACE and query.metric.startswith(CANARY)
    return alarm_set.monitor_account if own else alarm_set.service_account


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
    own = _reported(
        MetricSeries.of_minutes(given.values, first=first), f"{given.namespace} {given.metric}", conditions
    )
    if simulated is None:
        return own
    rest = (simulated.minute < first) | (simulated.minute >= first + len(given.values))
    return MetricSeries(
        minute=np.concatenate([simulated.minute[rest], own.minute]),
        value=np.concatenate([simulated.value[rest], own.value]),
        weight=np.concatenate([simulated.weight[rest], own.weight]),
        delay=simulated.delay,
    )


def _reported(metric: MetricSeries, name: str, conditions: Conditions) -> MetricSeries:
    """The metric as faults of the reporting leave it: late, or missing."""
    delay = np.zeros(conditions.minutes, dtype=np.int64)
    kept = np.ones(len(metric.minute), dtype=bool)
    for effect in conditions.effects:
        if effect.touches(name) and effect.late_minutes is not None:
            delay[effect.when] += effect.late_minutes
        elif effect.touches(name):
            kept &= (metric.minute < effect.when.start) | (metric.minute >= effect.when.stop)
    return MetricSeries(
        minute=metric.minute[kept], value=metric.value[kept], weight=metric.weight[kept], delay=delay
    )
