"""The metric alarms of the monitor account: what customers get, seen from outside.

The canary, the SLO's burn rates, the promised latency and the highest usage. Metrics of the service account
are read across accounts; everything else about that account is watched where it is.
"""

from dataclasses import replace

from monitoring.alarms import burn, silence, thresholds
from monitoring.alarms.rule import MetricRule, Tuned, seen_from
from monitoring.catalogue import api, canary, promise, usage
from monitoring.kpi import Metric, Window, watched_last
from monitoring.spec import MetricQuery
from monitoring.watched import Watched, WatchedApi

NOTHING_SEEN = "outside-blind"
# Of 15 minutes: a customer now and then does not restore sight, or it would come and go all night.
UNSEEN = Window(period_s=60, evaluation_periods=15, datapoints_to_alarm=5)


def rules(watched: Watched) -> tuple[MetricRule, ...]:
    """Every metric alarm, also those that tuning switches off."""
    success, attempts, latency = canary.kpis(watched)
    outside = [latency]
    if watched.api:
        outside.append(seen_from(promise.latency(watched.api, watched.slo), watched.account_id))
    if watched.limited_plans:
        outside.append(seen_from(usage.highest(watched), watched.account_id))
    return (
        silence.absence(success, severity="critical"),
        silence.absence(attempts, severity="warn", also=(latency.metric,)),
        *(
            silence.absence(kpi, severity="warn")
            for location in watched.locations
            for kpi in canary.of_location(watched, location)
        ),
        *([_nothing_seen(watched, watched.api)] if watched.api else []),
        *(
            rule
            for sli in _slis(watched)
            for name in burn.windows()
            for rule in burn.pair(sli, name, watched.slo)
        ),
        *(rule for kpi in outside for rule in thresholds.rules(kpi, watched)),
    )


def _slis(watched: Watched) -> tuple[burn.Sli, ...]:
    """The SLI, if there is an API, and the canary's view of it for what the API's own metrics cannot see."""
    probes = burn.Sli(
        key="canary",
        title="Failed probes",
        attempts=canary.metric(watched, "CanaryAttempts"),
        metric=canary.metric(watched, "CanarySuccess"),
        counts="successes",
        places=tuple(
            burn.Place(
                attempts=canary.metric(watched, "CanaryAttempts", Location=location),
                successes=canary.metric(watched, "CanarySuccess", Location=location),
            )
            for location in watched.locations
        ),
    )
    if watched.api is None:
        return (probes,)
    requests = burn.Sli(
        key="api",
        title="Failed requests",
        attempts=_outside(watched, watched.api, "Count"),
        metric=_outside(watched, watched.api, "5XXError"),
        counts="failures",
    )
    return (requests, probes)


def _nothing_seen(watched: Watched, stage: WatchedApi) -> MetricRule:
    """Neither probes nor customers: it owns the silence of neither, for either alone keeps it OK."""

    def queries(tuned: Tuned) -> tuple[MetricQuery, ...]:
        requests = _outside(watched, stage, "Count").stat("m", "Sum", tuned.window.period_s)
        probes = canary.metric(watched, "CanaryAttempts").stat("n", "Sum", tuned.window.period_s)
        return watched_last([requests, probes], "MAX([FILL(m, 0), FILL(n, 0)])", "Requests or probes")

    return MetricRule(
        key=NOTHING_SEEN,
        component="slo",
        signal="traffic",
        severity="critical",
        anchor=NOTHING_SEEN,
        meaning="Neither the canary nor a customer is seen.",
        detail=lambda tuned: (
            f"Fewer than {tuned.threshold:g} probes or requests in {tuned.window}, seen from outside."
        ),
        queries=queries,
        comparison="LessThanThreshold",
        window=UNSEEN,
        missing_data="ignore",
        threshold=lambda _: 1,
        unit="Count",
        warm_up_min=0,
    )


def _outside(watched: Watched, stage: WatchedApi, name: str) -> Metric:
    """One of the API's metrics, as this account reads it."""
    return replace(api.metric(stage, name), account_id=watched.account_id)
