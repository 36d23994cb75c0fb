"""KPIs of the API, as API Gateway publishes them for a stage: REST and HTTP APIs under other names.

Sources: "Amazon API Gateway dimensions and metrics" and "Work with CloudWatch metrics for HTTP APIs" in the
API Gateway developer guide.
"""

import math

from monitoring.catalogue.shared import (
    FAST,
    MIN_FAILURES,
    STEADY,
    error_limit_pct,
    error_limit_source,
)
from monitoring.kpi import Kpi, Metric, Whole, percentile_min_samples
from monitoring.watched import WatchedApi, WatchedParts
from settings.slo import Slo

HTTP_NAMES = {"4XXError": "4xx", "5XXError": "5xx"}
REQUESTS, SILENT = "api-requests", "api-silent"
REFUSED_LIMIT_PCT = 20  # a fifth of all requests refused is a broken client, key or contract
# The promise is made for p90. Half of it for the median keeps room for the slow tenth; three times it for
# p99 is where a customer's own timeout and retry begin to make things worse.
LATENCY_FACTORS = {"p50": 0.5, "p90": 1.0, "p99": 3.0}
# Of the time budget: what would take longer than that is failed and not answered, so a limit near or beyond
# it tells nothing before customers get errors. The promise itself is a limit all the same.
BUDGET_SHARE = 0.7
GATEWAY_SHARE = 0.1  # of the promise: authorization, validation and the gateway's own work


def metric(api: WatchedApi, name: str) -> Metric:
    """One of the stage's metrics; `name` is that of a REST API."""
    if api.kind == "http":
        dimensions, name = {"ApiId": str(api.id)}, HTTP_NAMES.get(name, name)
    else:
        dimensions = {"ApiName": api.name}
    return Metric(namespace="AWS/ApiGateway", name=name, dimensions={**dimensions, "Stage": api.stage})


def kpis(parts: WatchedParts) -> tuple[Kpi, ...]:
    """Requests, refusals, failures and latency of the whole API."""
    api, slo = parts.api, parts.slo
    if api is None:
        return ()
    return (
        _requests(api),
        Kpi(
            key="api-4xx",
            component="api",
            signal="errors",
            title="API requests refused (4XX)",
            meaning="Customers' requests are refused: a client, a key or the contract is broken.",
            metric=metric(api, "4XXError"),
            statistic="Sum",
            metric_unit="Count",
            unit="Percent",
            limit=REFUSED_LIMIT_PCT,
            limit_source="convention: a fifth of all requests",
            silence_owner=SILENT,
            share_of=Whole(metric=metric(api, "Count")),
            min_failures=MIN_FAILURES,
            window=FAST,
        ),
        Kpi(
            key="api-5xx",
            component="api",
            signal="errors",
            title="API requests failed (5XX)",
            meaning="Customers get errors for valid requests, and the error budget is being spent.",
            metric=metric(api, "5XXError"),
            statistic="Sum",
            metric_unit="Count",
            unit="Percent",
            limit=error_limit_pct(slo),
            limit_source=error_limit_source(slo),
            silence_owner=SILENT,
            share_of=Whole(metric=metric(api, "Count")),
            min_failures=MIN_FAILURES,
            window=FAST,
        ),
        *(_latency(api, slo, statistic) for statistic in LATENCY_FACTORS),
        _integration_latency(api, slo),
    )


def _requests(api: WatchedApi) -> Kpi:
    return Kpi(
        key=REQUESTS,
        component="api",
        signal="traffic",
        title="API requests",
        meaning=f"Traffic nears the {api.throttled_by}'s throttle; beyond it customers get 429.",
        metric=metric(api, "Count"),
        statistic="Sum",
        metric_unit="Count",
        unit="Count",
        limit=api.rate_limit_per_s * FAST.period_s,
        limit_source=f"the {api.throttled_by}'s throttle of {api.rate_limit_per_s:g} requests a second",
        silence_owner=SILENT,
        window=FAST,
    )


def latency_limit(statistic: str, slo: Slo, time_budget_ms: float | None) -> tuple[float, str]:
    """The limit in ms on a percentile of the response time, and where it comes from."""
    promise_ms, factor = slo.latency_p90_ms, LATENCY_FACTORS[statistic]
    promise = f"the promised p90 of {promise_ms:g} ms"
    wanted_ms = factor * promise_ms
    answered_ms = math.inf if time_budget_ms is None else round(BUDGET_SHARE * time_budget_ms, 3)
    if wanted_ms <= max(answered_ms, promise_ms):
        return wanted_ms, promise if factor == 1 else f"{factor:g} times {promise}"
    if answered_ms <= promise_ms:
        return promise_ms, promise
    return answered_ms, f"{100 * BUDGET_SHARE:g} % of the time budget of {time_budget_ms:g} ms"


def _latency(api: WatchedApi, slo: Slo, statistic: str) -> Kpi:
    limit_ms, source = latency_limit(statistic, slo, api.time_budget_ms)
    return Kpi(
        key=f"api-latency-{statistic}",
        anchor="api-latency",
        component="api",
        signal="latency",
        title=f"API latency {statistic}",
        meaning=f"Customers wait too long: {statistic} of the API's response time.",
        metric=metric(api, "Latency"),
        statistic=statistic,
        metric_unit="Milliseconds",
        unit="Milliseconds",
        limit=limit_ms,
        limit_source=source,
        silence_owner=SILENT,
        min_samples=percentile_min_samples(statistic),
        window=STEADY,
    )


def _integration_latency(api: WatchedApi, slo: Slo) -> Kpi:
    share, promise = 1 - GATEWAY_SHARE, f"the promised p90 of {slo.latency_p90_ms:g} ms"
    return Kpi(
        key="api-integration-latency",
        component="api",
        signal="latency",
        title="API integration latency p90",
        meaning="Customers wait too long for what happens behind the gateway.",
        metric=metric(api, "IntegrationLatency"),
        statistic="p90",
        metric_unit="Milliseconds",
        unit="Milliseconds",
        limit=round(share * slo.latency_p90_ms, 3),
        limit_source=f"{100 * share:g} % of {promise}; the rest is the gateway's",
        silence_owner=SILENT,
        min_samples=percentile_min_samples("p90"),
        window=STEADY,
    )
