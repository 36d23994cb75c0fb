"""The alarms of both stacks, tuned and checked together: what is deployed, documented and rehearsed."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring import monitor, service, tuning
from monitoring.alarms import limits, ownership
from monitoring.alarms.entry import Entry
from monitoring.spec import Alarm
from monitoring.watched import Watched
from settings.alarms import AlarmsTuning


@dataclass(frozen=True, kw_only=True, slots=True)
class Stacks:
    """The entries of the two accounts, metric alarms before composites."""

    service: tuple[Entry, ...]
    monitor: tuple[Entry, ...]


def stacks(watched: Watched) -> Stacks:
    """Build, tune and check every alarm.

    Raises `MonitoringError` for tuning of what does not exist, for missing data without exactly one owner,
    and for what CloudWatch would refuse.
    """
    all_service = service.metric_alarms(watched)
    all_monitor = monitor.metric_alarms(watched)
    kept_service, kept_monitor = _enabled(all_service, watched), _enabled(all_monitor, watched)
    pages_service = service.composites(watched, kept_service)
    pages_monitor = monitor.composites(watched, kept_monitor)
    known = [entry.key for entry in (*all_service, *all_monitor)]
    known += [entry.key for entry in service.composites(_untuned(watched), all_service)]
    known += [entry.key for entry in monitor.composites(_untuned(watched), all_monitor)]
    tuning.check(watched.tuning, known)
    found = Stacks(service=(*kept_service, *pages_service), monitor=(*kept_monitor, *pages_monitor))
    kept = (*found.service, *found.monitor)
    ownership.check(kept, switched_off=set(known) - {entry.key for entry in kept})
    for entries in (found.service, found.monitor):
        limits.check([entry.alarm for entry in entries])
    return found


def service_alarms(watched: Watched) -> tuple[Alarm, ...]:
    """The alarms to deploy in the service account, composites after their children."""
    return tuple(entry.alarm for entry in stacks(watched).service)


def monitor_alarms(watched: Watched) -> tuple[Alarm, ...]:
    """The alarms to deploy in the monitor account, composites after their children."""
    return tuple(entry.alarm for entry in stacks(watched).monitor)


def _enabled(entries: Sequence[Entry], watched: Watched) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if watched.tuning.enabled(entry.component, entry.key))


def _untuned(watched: Watched) -> Watched:
    return watched.model_copy(update={"tuning": AlarmsTuning()})
