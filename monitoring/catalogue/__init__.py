"""The KPI catalogue, one module a component. See `kpis` for all of them at once."""

from monitoring.catalogue import api, canary, endpoint, function, table, usage
from monitoring.kpi import Kpi
from monitoring.targets import Targets

__all__ = ["kpis"]


def kpis(targets: Targets) -> tuple[Kpi, ...]:
    """Every KPI of the parts under watch, upstream first. Keys are unique."""
    found: list[Kpi] = []
    if targets.api:
        found += api.kpis(targets.api)
    if targets.function:
        found += function.kpis(targets.function)
    if targets.table:
        found += table.kpis(targets.table)
    if targets.endpoint:
        found += endpoint.kpis(targets.endpoint)
    if targets.usage:
        found += usage.kpis(targets.usage)
    if targets.canary:
        found += canary.kpis(targets.canary)
    return tuple(found)
