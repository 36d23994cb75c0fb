"""KPIs of the inference function, as Lambda publishes them."""

from monitoring.catalogue.shared import (
    FAST,
    MIN_FAILURES,
    STEADY,
    error_limit_pct,
    error_limit_source,
    named,
)
from monitoring.kpi import Kpi, Metric, Whole, percentile_min_samples
from monitoring.watched import WatchedFunction, WatchedParts
from settings.slo import Slo

# Of fewer executions all are in use whenever two requests meet; throttles tell when that is too few.
FEW = 3


def metric(function: WatchedFunction, name: str) -> Metric:
    """One of the function's metrics, over all its versions."""
    return Metric(namespace="AWS/Lambda", name=name, dimensions={"FunctionName": function.name})


def kpis(parts: WatchedParts) -> tuple[Kpi, ...]:
    """Invocations, failures, duration and concurrency, of each function."""
    return tuple(kpi for function in parts.functions for kpi in _kpis(function, parts.slo))


def _kpis(function: WatchedFunction, slo: Slo) -> tuple[Kpi, ...]:
    return (
        *_invocations(function),
        *_failures(function, slo),
        Kpi(
            **named(function, "function", "duration", "Function duration p95"),
            signal="latency",
            meaning="Answers come so late that the function nears its timeout; then customers get 504.",
            metric=metric(function, "Duration"),
            statistic="p95",
            metric_unit="Milliseconds",
            unit="Milliseconds",
            limit=function.timeout_ms,
            limit_source=f"the function's timeout of {function.timeout_ms} ms",
            min_samples=percentile_min_samples("p95"),
            window=STEADY,
        ),
        *_concurrency(function),
    )


def _invocations(function: WatchedFunction) -> tuple[Kpi, ...]:
    if function.rate_limit_per_s is None:
        return ()  # nobody knows how many there may be
    return (
        Kpi(
            **named(function, "function", "invocations", "Function invocations"),
            signal="traffic",
            meaning="The function is called as often as the API lets through; more is refused.",
            metric=metric(function, "Invocations"),
            statistic="Sum",
            metric_unit="Count",
            unit="Count",
            limit=function.rate_limit_per_s * FAST.period_s,
            limit_source=f"the API's throttle of {function.rate_limit_per_s:g} requests a second",
            window=FAST,
        ),
    )


def _concurrency(function: WatchedFunction) -> tuple[Kpi, ...]:
    if function.reserved_concurrency is None:
        return ()  # the limit is the account's, shared with functions that nobody here knows
    if function.reserved_concurrency < FEW:
        return ()
    return (
        Kpi(
            **named(function, "function", "concurrency", "Function concurrency"),
            signal="saturation",
            meaning="Nearly all concurrent executions are in use; beyond them customers get 503.",
            metric=metric(function, "ConcurrentExecutions"),
            statistic="Maximum",
            metric_unit="Count",
            unit="Count",
            limit=function.reserved_concurrency,
            limit_source=f"the reserved concurrency of {function.reserved_concurrency}",
            window=FAST,
        ),
    )


def _failures(function: WatchedFunction, slo: Slo) -> tuple[Kpi, Kpi]:
    errors = Kpi(
        **named(function, "function", "errors", "Function errors"),
        signal="errors",
        meaning="The function breaks off instead of answering; customers get 5XX.",
        metric=metric(function, "Errors"),
        statistic="Sum",
        metric_unit="Count",
        unit="Percent",
        limit=error_limit_pct(slo),
        limit_source=error_limit_source(slo),
        share_of=Whole(metric=metric(function, "Invocations")),
        min_failures=MIN_FAILURES,
        window=FAST,
    )
    throttles = Kpi(
        **named(function, "function", "throttles", "Function throttles"),
        signal="errors",
        meaning="Requests find no free execution; customers get 503.",
        metric=metric(function, "Throttles"),
        statistic="Sum",
        metric_unit="Count",
        unit="Percent",
        limit=error_limit_pct(slo),
        limit_source=error_limit_source(slo),
        # Lambda does not count a throttled request as an invocation.
        share_of=Whole(metric=metric(function, "Invocations"), counts_failures=False),
        min_failures=MIN_FAILURES,
        window=FAST,
    )
    return errors, throttles
