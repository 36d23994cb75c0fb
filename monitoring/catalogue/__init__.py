"""The KPI catalogue, one module a component. See `kpis` for all of the service account's at once."""

from monitoring.catalogue import api, endpoint, function, own, quota, table, usage
from monitoring.kpi import Kpi
from monitoring.watched import WatchedParts

__all__ = ["kpis"]


def kpis(parts: WatchedParts) -> tuple[Kpi, ...]:
    """Every KPI of the parts under watch, upstream first, the team's own last. Keys are unique."""
    modules = (api, function, table, endpoint, usage, quota)
    shipped = [kpi for module in modules for kpi in module.kpis(parts)]
    return (*shipped, *own.kpis(parts, shipped))
