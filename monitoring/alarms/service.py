"""The metric alarms of any parts that serve requests: an API, a function, a table, an endpoint, usage plans.

Used for this program's own service account and, through the component `KpiAlarms`, for parts that another
program deployed.
"""

from monitoring import catalogue
from monitoring.alarms import silence, thresholds, traffic
from monitoring.alarms.rule import MetricRule
from monitoring.catalogue import api, endpoint, function, table, usage
from monitoring.watched import WatchedParts

SILENCES = {
    api.SILENT: "No customer's request reaches the API, or the API no longer reports on them.",
    function.SILENT: "Requests no longer reach the function, or it no longer reports on them.",
    table.SILENT: "Reference data is no longer read, or the table no longer reports on it.",
    endpoint.SILENT: "The model is no longer asked, or it no longer reports on it.",
}


def rules(parts: WatchedParts) -> tuple[MetricRule, ...]:
    """Every metric alarm, also those that tuning switches off."""
    kpis = catalogue.kpis(parts)
    found = [rule for kpi in kpis for rule in thresholds.rules(kpi, parts)]
    if parts.api:
        requests = next(kpi for kpi in kpis if kpi.key == api.REQUESTS)
        found += traffic.rules(requests, min_per_minute=parts.api.min_per_minute)
    for key, meaning in SILENCES.items():
        if group := [kpi for kpi in kpis if kpi.silence_owner == key]:
            found += silence.owners(key, group, component=group[0].component, meaning=meaning)
    return (*found, *_usage_silences(parts))


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
            key, [kpi], component="usage", meaning=meaning, daily=True, anchor=usage.SILENT_ANCHOR
        )
    ]
