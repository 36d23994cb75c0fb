"""KPIs of the promise itself, which the monitor account watches from outside over longer windows.

Availability, the other half of the promise, has burn-rate alarms instead of a limit (see `burn`).
"""

from monitoring.catalogue import api
from monitoring.kpi import Kpi, Window, percentile_min_samples
from monitoring.watched import WatchedApi
from settings.slo import Slo

WINDOW_S = 3600


def latency(stage: WatchedApi, slo: Slo) -> Kpi:
    """The promised p90 over an hour: what customers got, not a passing spike."""
    return Kpi(
        key="promise-latency",
        component="slo",
        signal="latency",
        title="API latency p90 against the promise",
        meaning="Customers have waited longer than promised.",
        metric=api.metric(stage, "Latency"),
        statistic="p90",
        metric_unit="Milliseconds",
        unit="Milliseconds",
        limit=slo.latency_p90_ms,
        limit_source=f"the promised p90 of {slo.latency_p90_ms:g} ms",
        silence_owner=api.SILENT,
        min_samples=percentile_min_samples("p90"),
        window=Window(period_s=WINDOW_S, evaluation_periods=1, datapoints_to_alarm=1),
    )
