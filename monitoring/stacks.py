"""The alarms of one account or of both, tuned and checked: what is deployed, documented and rehearsed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from monitoring import own_kpis, tuning
from monitoring.alarms import evidence, limits, monitor, ownership, service
from monitoring.alarms.rule import Entry, MetricRule, Scope, made
from monitoring.alarms.runbook import SOME_FUNCTION
from monitoring.errors import MonitoringError
from monitoring.names import dashboard_name, dashboard_url, evidence_name
from monitoring.notify import maintenance, pages
from monitoring.notify import monitor as monitor_pages
from monitoring.notify import service as service_pages
from monitoring.notify.maintenance import MuteRule
from monitoring.notify.pages import Page
from monitoring.spec import Alarm
from monitoring.watched import Watched, WatchedParts
from settings.alarms import AlarmsTuning


@dataclass(frozen=True, kw_only=True, slots=True)
class Stacks:
    """The entries of the two accounts, metric alarms before composites."""

    service: tuple[Entry, ...]
    monitor: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Account:
    """What is deployed in one account, and the keys of all that tuning may name."""

    entries: tuple[Entry, ...]
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Described:
    """A service by all that is said of it: equal ones have the same alarms."""

    watched: Watched = field(compare=False)
    text: str


def stacks(watched: Watched) -> Stacks:
    """Every alarm of both accounts.

    Raises `MonitoringError` for own KPIs that cannot be, for tuning or planned work of what does not exist,
    for missing data without exactly one owner, and for what CloudWatch would refuse.
    """
    return _stacks(_Described(watched, watched.model_dump_json()))


@lru_cache(maxsize=256)  # alarms and each dashboard of a service ask, and a stack may watch a hundred
def _stacks(described: _Described) -> Stacks:
    watched = described.watched
    if watched.own_kpis:
        shipped = watched.model_copy(update={"own_kpis": {}})
        own_kpis.check(watched, _service(shipped).known | _monitor(shipped).known)
    own, outside = _service(watched), _monitor(watched)
    _check(watched.tuning, own, outside)
    maintenance.check(watched.maintenance, (*own.entries, *outside.entries))
    return Stacks(service=own.entries, monitor=outside.entries)


def parts_alarms(parts: WatchedParts) -> tuple[Alarm, ...]:
    """The alarms of any parts in one account, composites after their children. Raises as `stacks` does."""
    if parts.own_kpis:
        own_kpis.check(parts, _service(parts.model_copy(update={"own_kpis": {}})).known)
    own = _service(parts)
    _check(parts.tuning, own)
    return tuple(entry.alarm for entry in own.entries)


def slo_alarms(watched: Watched) -> tuple[Alarm, ...]:
    """The alarms on the promise alone, of the API's own metrics, without a canary. Raises as `stacks` does.

    The silence of these metrics is owned by `parts_alarms` of the same parts.
    """
    if watched.api is None:
        raise MonitoringError("nothing is promised", ["api: an SLO is of an API's requests; give it"])
    canary = ("canary-", monitor.NOTHING_SEEN)
    rules = [
        rule for rule in monitor.rules(watched) if rule.component == "slo" and not rule.key.startswith(canary)
    ]
    scope = Scope(
        prefix=watched.name,
        function=_function(watched),
        runbook_url=watched.runbook_url,
        tuning=watched.tuning,
    )
    promise = _account(rules, monitor_pages.composites, scope)
    _check(watched.tuning, _service(watched), promise)
    return tuple(entry.alarm for entry in promise.entries)


def service_alarms(watched: Watched) -> tuple[Alarm, ...]:
    """The alarms to deploy in the service account, composites after their children."""
    return tuple(entry.alarm for entry in stacks(watched).service)


def monitor_alarms(watched: Watched) -> tuple[Alarm, ...]:
    """The alarms to deploy in the monitor account, composites after their children."""
    return tuple(entry.alarm for entry in stacks(watched).monitor)


def service_mutes(watched: Watched) -> tuple[MuteRule, ...]:
    """The mute rules to deploy in the service account."""
    return tuple(maintenance.rules(watched.maintenance, watched.name, stacks(watched).service))


def monitor_mutes(watched: Watched) -> tuple[MuteRule, ...]:
    """The mute rules to deploy in the monitor account."""
    prefix = monitor_prefix(watched.name)
    return tuple(maintenance.rules(watched.maintenance, prefix, stacks(watched).monitor))


def monitor_prefix(name: str) -> str:
    """What the names of a service's alarms in the monitor account begin with."""
    return f"{name}-monitor"


def evidence_alarms(base: str, runbook_url: str | None) -> tuple[Alarm, ...]:
    """The alarms of a monitor stack's collector of evidence, which no service's tuning reaches."""
    scope = Scope(prefix=monitor_prefix(base), base=base, runbook_url=runbook_url)
    entries = [made(rule, scope) for rule in evidence.rules(evidence_name(base))]
    ownership.check(entries)
    return tuple(replace(entry.alarm, level=entry.rule.severity) for entry in entries)


def _service(parts: WatchedParts) -> _Account:
    rules = service.rules(parts)
    scope = Scope(
        prefix=parts.name,
        function=_function(parts),
        runbook_url=parts.runbook_url,
        tuning=parts.tuning,
        dashboard_url=dashboard_url(parts.region, parts.name) if isinstance(parts, Watched) else None,
    )
    return _account(rules, lambda _: service_pages.composites(rules), scope)


def _monitor(watched: Watched) -> _Account:
    scope = Scope(
        prefix=monitor_prefix(watched.name),
        base=watched.name,
        function=_function(watched),
        runbook_url=watched.runbook_url,
        tuning=watched.tuning,
        dashboard_url=dashboard_url(watched.region, dashboard_name(watched.name)),
    )
    return _account(
        monitor.rules(watched), partial(monitor_pages.composites, locations=watched.locations), scope
    )


def _function(parts: WatchedParts) -> str:
    """What first steps call the function behind the API; of several none is it."""
    return parts.functions[0].name if len(parts.functions) == 1 else SOME_FUNCTION


def _account(
    rules: Sequence[MetricRule], composites: Callable[[Scope], Sequence[Page]], scope: Scope
) -> _Account:
    every = [made(rule, scope) for rule in rules]
    kept = [entry for entry in every if scope.enabled(entry.rule)]
    untuned = replace(scope, tuning=AlarmsTuning())
    possible = [*every, *pages.build(composites(untuned), every, untuned)]
    return _Account(
        entries=(*kept, *pages.build(composites(scope), kept, scope)),
        known=frozenset(entry.key for entry in possible if not entry.is_part),
    )


def _check(tuned: AlarmsTuning, *accounts: _Account) -> None:
    known = {key for account in accounts for key in account.known}
    tuning.check(tuned, known)
    entries = [entry for account in accounts for entry in account.entries]
    ownership.check(entries, switched_off=known - {entry.key for entry in entries})
    for account in accounts:
        limits.check([entry.alarm for entry in account.entries])
