"""The alarms of any parts under watch: an API, a function, a table, an endpoint, usage plans.

Used for this program's own service account and, through the component `KpiAlarms`, for parts that another
program deployed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from monitoring import catalogue, tuning
from monitoring.alarms import limits, ownership, silence, thresholds, traffic
from monitoring.alarms.entry import Entry, Scope
from monitoring.catalogue import api, endpoint, function, table, usage
from monitoring.kpi import Kpi, Signal
from monitoring.notify import pages
from monitoring.notify.pages import Page
from monitoring.spec import Alarm, Level
from monitoring.targets import Targets, UsageTarget
from settings.alarms import AlarmsTuning
from settings.slo import Levels

SILENCES = {
    api.SILENT: "No customer's request reaches the API, or the API no longer reports on them.",
    function.SILENT: "Requests no longer reach the function, or it no longer reports on them.",
    table.SILENT: "Reference data is no longer read, or the table no longer reports on it.",
    endpoint.SILENT: "The model is no longer asked, or it no longer reports on it.",
}
Keys = tuple[tuple[str, ...], ...]
Limits = Callable[..., Keys]  # (signal, level, *components) -> groups of one key, as a page's `when`


def alarms(targets: Targets, levels: Levels, scope: Scope) -> tuple[Alarm, ...]:
    """The parts' alarms, tuned and checked, composites after their children. Raises `MonitoringError`."""
    everything = metric_alarms(targets, levels, scope)
    untuned = composites(everything, replace(scope, tuning=AlarmsTuning()))
    known = {entry.key for entry in (*everything, *untuned)}
    tuning.check(scope.tuning, known)
    kept = [entry for entry in everything if scope.tuning.enabled(entry.component, entry.key)]
    made = (*kept, *composites(kept, scope))
    ownership.check(made, switched_off=known - {entry.key for entry in made})
    listed = tuple(entry.alarm for entry in made)
    limits.check(listed)
    return listed


def metric_alarms(targets: Targets, levels: Levels, scope: Scope) -> tuple[Entry, ...]:
    """Every metric alarm of the parts, also those that tuning switches off."""
    kpis = catalogue.kpis(targets)
    made = [entry for kpi in kpis for entry in thresholds.alarms(kpi, levels, scope)]
    if targets.api:
        requests = next(kpi for kpi in kpis if kpi.key == api.REQUESTS)
        made += traffic.alarms(requests, min_per_minute=targets.api.min_per_minute, scope=scope)
    for key, meaning in SILENCES.items():
        if group := [kpi for kpi in kpis if kpi.silence_owner == key]:
            made.append(silence.owner(key, group, component=group[0].component, meaning=meaning, scope=scope))
    if targets.usage:
        made += _usage_silences(targets.usage, kpis, scope)
    return tuple(made)


def composites(alarms: Iterable[Entry], scope: Scope) -> tuple[Entry, ...]:
    """The pages over the metric alarms that are left after tuning, muting ones first."""
    entries = tuple(alarms)
    return pages.build(_pages(entries), entries, scope)


def _usage_silences(target: UsageTarget, kpis: Sequence[Kpi], scope: Scope) -> list[Entry]:
    """Each plan's own, and that of the highest plan, which the monitor account watches."""
    groups = [(kpi.silence_owner, kpi) for kpi in kpis if kpi.component == "usage"]
    if groups:
        groups.append((usage.HIGHEST_SILENT, usage.highest(target)))
    meaning = "Nobody knows how near customers are to their quotas: the usage reporter is silent."
    return [
        silence.owner(
            key,
            [kpi],
            component="usage",
            meaning=meaning,
            scope=scope,
            daily=True,
            anchor=usage.SILENT_ANCHOR,
        )
        for key, kpi in groups
    ]


def _pages(entries: Sequence[Entry]) -> tuple[Page, ...]:
    def on_limits(signal: Signal, level: Level, *components: str) -> Keys:
        return tuple(
            (entry.key,)
            for entry in entries
            if entry.kpi
            and (entry.signal, entry.severity) == (signal, level)
            and (entry.component in components or not components)
        )

    def capacity(level: Level) -> Keys:
        return (*on_limits("traffic", level), *on_limits("saturation", level, "function", "endpoint"))

    others = [entry for entry in entries if entry.kpi is None]
    silences = tuple((entry.key,) for entry in others if entry.key in SILENCES)
    usage_silences = tuple((entry.key,) for entry in others if entry.component == "usage")
    unusual = tuple((e.key,) for e in others if e.key not in SILENCES and e.component != "usage")
    return (
        *_chain("errors", "Customers get errors", on_limits),
        *_chain("latency", "Customers wait too long", on_limits),
        Page(
            key="page-capacity-critical",
            anchor="page-capacity",
            meaning="Capacity is nearly used up; customers are about to be refused or to wait.",
            level="critical",
            component="api",
            when=capacity("critical"),
        ),
        Page(
            key="page-capacity-warn",
            anchor="page-capacity",
            meaning="Capacity is being used up; there is still time to add some.",
            level="warn",
            component="api",
            when=capacity("warn"),
            muted_by="page-capacity-critical",
            wait_s=pages.WARN_WAIT_S,
        ),
        Page(
            key="page-usage-critical",
            anchor="page-usage",
            meaning="A customer is about to use up a quota; beyond it every request gets 429.",
            level="critical",
            component="usage",
            when=on_limits("saturation", "critical", "usage"),
        ),
        Page(
            key="page-usage-warn",
            anchor="page-usage",
            meaning="A customer nears a quota, or nobody knows because usage is no longer reported.",
            level="warn",
            component="usage",
            when=(*on_limits("saturation", "warn", "usage"), *usage_silences),
            muted_by="page-usage-critical",
            wait_s=pages.WARN_WAIT_S,
        ),
        Page(
            key="page-silence",
            anchor="page-silence",
            meaning="A part no longer reports: requests do not reach it, or nobody would see it fail.",
            level="warn",
            component="api",
            when=silences,
            muted_by="page-api-errors",
        ),
        Page(
            key="page-traffic",
            anchor="page-traffic",
            meaning="Traffic is unusual: customers may not reach the API, or a client runs wild.",
            level="warn",
            component="api",
            when=unusual,
            muted_by="page-silence",
        ),
    )


def _chain(signal: Signal, symptom: str, limits_on: Limits) -> tuple[Page, ...]:
    """From the dependencies to the customer; a warn of any part is muted by whatever is critical."""
    dependency, own, whole = (f"page-{part}-{signal}" for part in ("dependency", "function", "api"))
    return (
        Page(
            key=dependency,
            anchor=f"page-{signal}",
            meaning=f"{symptom} because of the table or the model.",
            level="critical",
            component="endpoint",
            when=limits_on(signal, "critical", "table", "endpoint"),
        ),
        Page(
            key=own,
            anchor=f"page-{signal}",
            meaning=f"{symptom} because of the function.",
            level="critical",
            component="function",
            when=limits_on(signal, "critical", "function"),
            includes=dependency,
            muted_by=dependency,
        ),
        Page(
            key=whole,
            anchor=f"page-{signal}",
            meaning=f"{symptom}.",
            level="critical",
            component="api",
            when=limits_on(signal, "critical", "api"),
            includes=own,
            muted_by=own,
        ),
        Page(
            key=f"page-{signal}-warn",
            anchor=f"page-{signal}",
            meaning=f"{symptom} soon, if it goes on like this.",
            level="warn",
            component="api",
            when=limits_on(signal, "warn"),
            muted_by=whole,
            wait_s=pages.WARN_WAIT_S,
        ),
    )
