"""KPIs of the promise itself, which the monitor account watches from outside over longer windows.

Availability, the other half of the promise, has burn-rate alarms instead of a limit (see `burn`).
"""

from monitoring.catalogue import api as rest_api
from monitoring.kpi import Kpi, Window, percentile_min_samples
from monitoring.targets import ApiTarget

WINDOW_S = 3600


def latency(api: ApiTarget) -> Kpi:
    """The promised p90 over an hour: what customers got, not a passing spike."""
    return Kpi(
        key="promise-latency",
        component="slo",
        signal="latency",
        title="API latency p90 against the promise",
        meaning="Customers have waited longer than promised.",
        metric=rest_api.metric(api, "Latency"),
        statistic="p90",
        metric_unit="Milliseconds",
        unit="Milliseconds",
        limit=api.slo.latency_p90_ms,
        limit_source=f"the promised p90 of {api.slo.latency_p90_ms:g} ms",
        silence_owner=rest_api.SILENT,
        min_samples=percentile_min_samples("p90"),
        window=Window(period_s=WINDOW_S, evaluation_periods=1, datapoints_to_alarm=1),
    )
