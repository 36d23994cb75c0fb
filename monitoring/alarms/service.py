"""The metric alarms of any parts that serve requests: an API, a function, a table, an endpoint, usage plans;
and those of the team's own KPIs.

Used for this program's own service account and, through the component `KpiAlarms`, for parts that another
program deployed.
"""

from collections.abc import Iterator, Mapping, Sequence

from monitoring import catalogue
from monitoring.alarms import silence, thresholds, traffic
from monitoring.alarms.rule import MetricRule
from monitoring.catalogue import api, own, promise, quota, usage
from monitoring.kpi import Component, Kpi
from monitoring.watched import WatchedParts

SILENCES: Mapping[Component, str] = {
    "api": "No customer's request reaches the API, or the API no longer reports on them.",
    "function": "Requests no longer reach the function, or it no longer reports on them.",
    "table": "Reference data is no longer read, or the table no longer reports on it.",
    "endpoint": "The model is no longer asked, or it no longer reports on it.",
    "quota": "Nobody knows how near the account is to its quotas: AWS no longer reports their usage.",
}
ANSWERS_SILENCE = "No request is answered, or the access log no longer tells how fast."


def rules(parts: WatchedParts) -> tuple[MetricRule, ...]:
    """Every metric alarm, also those that tuning switches off."""
    kpis = catalogue.kpis(parts)
    found = [rule for kpi in kpis for rule in thresholds.rules(kpi, parts)]
    if parts.api:
        requests = next(kpi for kpi in kpis if kpi.key == api.REQUESTS)
        found += traffic.rules(requests, min_per_minute=parts.api.min_per_minute)
        if parts.api.answered_as:
            promised = promise.latency(parts.api, parts.slo)
            found += silence.owners(
                promised.silence_owner, promised.metrics, component="slo", meaning=ANSWERS_SILENCE
            )
    for component, meaning in SILENCES.items():
        owned = [kpi for kpi in kpis if kpi.component == component and kpi.silence_owner]
        for key in dict.fromkeys(kpi.silence_owner for kpi in owned):
            group = [kpi for kpi in owned if kpi.silence_owner == key]
            found += silence.owners(
                key,
                [metric for kpi in group for metric in kpi.metrics],
                sparse={kpi.metric.identity for kpi in group if kpi.sparse},
                component=component,
                meaning=meaning,
                window=quota.SILENT_WINDOW if component == "quota" else silence.WINDOW,
                anchor=f"{component}-silent",
            )
    return (*found, *_usage_silences(parts), *_own_silences(kpis))


def _usage_silences(parts: WatchedParts) -> list[MetricRule]:
    """Each plan's own, and that of the highest plan, which the monitor account watches."""
    groups = [(kpi.silence_owner, kpi) for kpi in usage.kpis(parts)]
    if groups:
        groups.append((usage.HIGHEST_SILENT, usage.highest(parts)))
    meaning = "Nobody knows how near customers are to their quotas: the usage reporter is silent."
    return [
        rule
        for key, kpi in groups
        for rule in silence.owners(
            key,
            kpi.metrics,
            component="usage",
            meaning=meaning,
            window=silence.DAILY,
            anchor=usage.SILENT_ANCHOR,
        )
    ]


def _own_silences(kpis: Sequence[Kpi]) -> Iterator[MetricRule]:
    """One a KPI of the team's own, for those of its metrics that no alarm before it owns."""
    shipped = [kpi for kpi in kpis if kpi.component != own.COMPONENT and kpi.silence_owner]
    owned = {metric.identity for kpi in shipped for metric in kpi.metrics}
    for kpi in kpis:
        if kpi.component != own.COMPONENT or kpi.sparse:
            continue
        left = [metric for metric in kpi.metrics if metric.identity not in owned]
        owned |= {metric.identity for metric in left}
        yield from silence.owners(
            own.silent(kpi.key),
            left,
            component=own.COMPONENT,
            meaning=f"Nobody knows how customers fare with this: {kpi.title} is no longer reported.",
            window=silence.of_period(kpi.window.period_s),
            anchor=own.SILENT_ANCHOR,
        )
