"""KPIs of the canary, as it publishes them in the monitor account."""

from monitoring.kpi import Kpi, Metric, Window
from monitoring.names import NAMESPACE
from monitoring.watched import Watched

SUCCESS, ATTEMPTS = "canary-success", "canary-attempts"
PROBE_S = 60  # between two probes
# The availability alarm's "no success for 5 minutes".
DOWN = Window(period_s=PROBE_S, evaluation_periods=5, datapoints_to_alarm=5)
# Sooner than that, so that the canary's own failure is known first.
BLIND = Window(period_s=PROBE_S, evaluation_periods=3, datapoints_to_alarm=3)
# Later than DOWN, so that the API's own outage is known first: a location is told of where others succeed.
CUT_OFF = Window(period_s=PROBE_S, evaluation_periods=10, datapoints_to_alarm=10)
LOCATION = "page-canary-location"  # and its runbook section
LATENCY_WINDOW_S = 3600
MIN_PROBES = 30  # in an hour


def metric(watched: Watched, name: str, **dimensions: str) -> Metric:
    """One of the canary's metrics, of the service as a whole or with further dimensions."""
    return Metric(namespace=NAMESPACE, name=name, dimensions={"Service": watched.name, **dimensions})


def silent(location: str) -> str:
    """The key of the alarm that notices when a location no longer reports."""
    return f"canary-{location}-silent"


def failing(location: str) -> str:
    """The key of the alarm that notices when no probe from a location succeeds."""
    return f"canary-{location}-failing"


def of_location(watched: Watched, location: str) -> tuple[Kpi, Kpi]:
    """Attempts and successes of one of several locations: whether it is seen from there at all."""
    return (
        Kpi(
            key=silent(location),
            component="canary",
            signal="traffic",
            title=f"Canary attempts from {location}",
            meaning=f"The canary in {location} is down; others still look at the API.",
            metric=metric(watched, "CanaryAttempts", Location=location),
            statistic="Sum",
            metric_unit="Count",
            unit="Count",
            direction="below",
            limit=1,
            limit_source="one attempt every minute",
            silence_owner=silent(location),
            anchor=LOCATION,
            window=DOWN,
        ),
        Kpi(
            key=failing(location),
            component="canary",
            signal="errors",
            title=f"Canary successes from {location}",
            meaning=f"Customers near {location} may be cut off: no probe from there is answered rightly.",
            metric=metric(watched, "CanarySuccess", Location=location),
            statistic="Sum",
            metric_unit="Count",
            unit="Count",
            direction="below",
            limit=1,
            limit_source="one success every minute",
            silence_owner=failing(location),
            anchor=LOCATION,
            window=CUT_OFF,
        ),
    )


def kpis(watched: Watched) -> tuple[Kpi, ...]:
    """Success (availability), attempts (is the canary itself alive) and latency."""
    return (
        Kpi(
            key=SUCCESS,
            component="canary",
            signal="errors",
            title="Canary successes",
            meaning="No request from outside was answered rightly: the API is down, or the canary is.",
            metric=metric(watched, "CanarySuccess"),
            statistic="Sum",
            metric_unit="Count",
            unit="Count",
            direction="below",
            limit=1,
            limit_source="one success every minute",
            silence_owner=SUCCESS,
            window=DOWN,
        ),
        Kpi(
            key=ATTEMPTS,
            component="canary",
            signal="traffic",
            title="Canary attempts",
            meaning="The canary is down: nobody looks at the API from outside.",
            metric=metric(watched, "CanaryAttempts"),
            statistic="Sum",
            metric_unit="Count",
            unit="Count",
            direction="below",
            limit=1,
            limit_source="one attempt every minute",
            silence_owner=ATTEMPTS,
            window=BLIND,
        ),
        Kpi(
            key="canary-latency",
            component="canary",
            signal="latency",
            title="Canary latency p90",
            meaning="Seen from outside, the API answers too slowly.",
            metric=metric(watched, "CanaryLatency"),
            statistic="p90",
            metric_unit="Milliseconds",
            unit="Milliseconds",
            limit=watched.slo.latency_p90_ms,
            limit_source=f"the promised p90 of {watched.slo.latency_p90_ms:g} ms",
            silence_owner=ATTEMPTS,
            sparse=True,  # published with a success only
            # Fewer than CloudWatch's 100 samples for a p90: an hour of probes has 60, and the sixth slowest
            # of them is what is compared.
            min_samples=MIN_PROBES,
            paced=True,
            window=Window(period_s=LATENCY_WINDOW_S, evaluation_periods=1, datapoints_to_alarm=1),
        ),
    )
