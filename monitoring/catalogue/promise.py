"""KPIs of the promise itself, which the monitor account watches from outside over longer windows.

Availability, the other half of the promise, has burn-rate alarms instead of a limit (see `burn`).

The promised latency is that of predictions. The stage's `Latency` has every request in it, also those that
the gateway refuses in milliseconds, so a flood of 403 or 429 would make its p90 look kept. Where a filter on
the access log publishes the latency of 2XX, that is what counts here, as in the SLA's report.
"""

from monitoring.catalogue import api
from monitoring.kpi import Kpi, Metric, Window, percentile_min_samples
from monitoring.names import NAMESPACE
from monitoring.watched import WatchedApi
from settings.slo import Slo

WINDOW_S = 3600
ANSWERED_LATENCY = "AnsweredLatency"
ANSWERS_SILENT = "answers-silent"


def answered(service: str) -> Metric:
    """The latency of what was answered 2XX, as the filter on the access log publishes it."""
    return Metric(namespace=NAMESPACE, name=ANSWERED_LATENCY, dimensions={"Service": service})


def latency(stage: WatchedApi, slo: Slo) -> Kpi:
    """The promised p90 over an hour: what customers got, not a passing spike."""
    whose, metric, silent = (
        ("Prediction", answered(stage.answered_as), ANSWERS_SILENT)
        if stage.answered_as
        else ("API", api.metric(stage, "Latency"), api.SILENT)
    )
    return Kpi(
        key="promise-latency",
        component="slo",
        signal="latency",
        title=f"{whose} latency p90 against the promise",
        meaning="Customers have waited longer than promised.",
        metric=metric,
        statistic="p90",
        metric_unit="Milliseconds",
        unit="Milliseconds",
        limit=slo.latency_p90_ms,
        limit_source=f"the promised p90 of {slo.latency_p90_ms:g} ms",
        silence_owner=silent,
        min_samples=percentile_min_samples("p90"),
        window=Window(period_s=WINDOW_S, evaluation_periods=1, datapoints_to_alarm=1),
    )
