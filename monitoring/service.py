"""The alarms of the service account: every KPI of the deployed parts, and their pages."""

from monitoring import parts
from monitoring.alarms.entry import Entry, Scope
from monitoring.targets import of_watched
from monitoring.watched import Watched


def scope(watched: Watched) -> Scope:
    """Names and tuning of the service account's alarms."""
    return Scope(prefix=watched.name, runbook_url=watched.runbook_url, tuning=watched.tuning)


def metric_alarms(watched: Watched) -> tuple[Entry, ...]:
    """All metric alarms, also those that tuning switches off."""
    return parts.metric_alarms(of_watched(watched), watched.levels, scope(watched))


def composites(watched: Watched, alarms: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The pages over the alarms that are left."""
    return parts.composites(alarms, scope(watched))
