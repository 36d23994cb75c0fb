"""KPIs of the model endpoint, as SageMaker publishes them for a variant.

Latencies are published in microseconds; CPU and GPU figures go up to 100 % times the number of cores or
GPUs of an instance. Both are converted here, so that limits read in ms and in % of an instance.
"""

from monitoring.catalogue.shared import (
    FAST,
    MIN_FAILURES,
    SLOW,
    STEADY,
    error_limit_pct,
    error_limit_source,
    named,
)
from monitoring.kpi import Kpi, Metric, Whole, percentile_min_samples
from monitoring.watched import WatchedEndpoint, WatchedParts
from settings.slo import Slo

US_PER_MS = 1000
QUEUING = ("cpu", "gpu")
MODEL_SHARE, OVERHEAD_SHARE = 0.5, 0.25  # of the promised p90; table, function and gateway have the rest


def metric(endpoint: WatchedEndpoint, name: str, *, instance: bool = False) -> Metric:
    """One of the variant's metrics: of its invocations, or of its instances."""
    return Metric(
        namespace="/aws/sagemaker/Endpoints" if instance else "AWS/SageMaker",
        name=name,
        dimensions={"EndpointName": endpoint.name, "VariantName": endpoint.variant},
    )


def kpis(parts: WatchedParts) -> tuple[Kpi, ...]:
    """Invocations, failures, latency and, on instances, what fills up, of each variant."""
    return tuple(kpi for endpoint in parts.endpoints for kpi in _kpis(endpoint, parts.slo))


def _kpis(endpoint: WatchedEndpoint, slo: Slo) -> tuple[Kpi, ...]:
    return (
        *_invocations(endpoint),
        _failures(
            endpoint,
            slo,
            what="4xx",
            title="Model requests refused (4XX)",
            name="Invocation4XXErrors",
            meaning="The model refuses what the function sends; customers get 502.",
        ),
        _failures(
            endpoint,
            slo,
            what="5xx",
            title="Model requests failed (5XX)",
            name="Invocation5XXErrors",
            meaning="The model fails; customers get 502.",
        ),
        _latency(
            endpoint,
            slo,
            what="model-latency",
            title="Model latency p90",
            name="ModelLatency",
            share=MODEL_SHARE,
            meaning="The model itself takes too much of the time a customer waits.",
        ),
        _latency(
            endpoint,
            slo,
            what="overhead-latency",
            title="Model overhead latency p90",
            name="OverheadLatency",
            share=OVERHEAD_SHARE,
            meaning="SageMaker's own part of the time a customer waits is too large.",
        ),
        *_resources(endpoint),
    )


def _invocations(endpoint: WatchedEndpoint) -> tuple[Kpi, ...]:
    if endpoint.rate_limit_per_s is None:
        return ()  # nobody knows how many there may be
    return (
        Kpi(
            **named(endpoint, "endpoint", "invocations", "Model invocations"),
            signal="traffic",
            meaning="The model is asked as often as the API lets through; more is refused.",
            metric=metric(endpoint, "Invocations"),
            statistic="Sum",
            metric_unit="Count",
            unit="Count",
            limit=endpoint.rate_limit_per_s * FAST.period_s,
            limit_source=f"the API's throttle of {endpoint.rate_limit_per_s:g} requests a second",
            window=FAST,
        ),
    )


def _failures(endpoint: WatchedEndpoint, slo: Slo, *, what: str, title: str, name: str, meaning: str) -> Kpi:
    return Kpi(
        **named(endpoint, "endpoint", what, title),
        signal="errors",
        meaning=meaning,
        metric=metric(endpoint, name),
        statistic="Sum",
        metric_unit="Count",
        unit="Percent",
        limit=error_limit_pct(slo),
        limit_source=error_limit_source(slo),
        share_of=Whole(metric=metric(endpoint, "Invocations")),
        min_failures=MIN_FAILURES,
        window=FAST,
    )


def _latency(
    endpoint: WatchedEndpoint, slo: Slo, *, what: str, title: str, name: str, share: float, meaning: str
) -> Kpi:
    promise_ms = slo.latency_p90_ms
    return Kpi(
        **named(endpoint, "endpoint", what, title),
        signal="latency",
        meaning=meaning,
        metric=metric(endpoint, name),
        statistic="p90",
        metric_unit="Microseconds",
        unit="Milliseconds",
        limit=share * promise_ms,
        limit_source=f"{100 * share:g} % of the promised p90 of {promise_ms:g} ms",
        divisor=US_PER_MS,
        min_samples=percentile_min_samples("p90"),
        window=STEADY,
    )


def _resources(endpoint: WatchedEndpoint) -> tuple[Kpi, ...]:
    if endpoint.cores is None:
        return ()  # serverless: SageMaker publishes no instance metrics
    resources = {
        "cpu": ("CPU", "CPUUtilization", endpoint.cores),
        "memory": ("memory", "MemoryUtilization", 1),
        "disk": ("disk", "DiskUtilization", 1),
    }
    if endpoint.gpus:
        resources["gpu"] = ("GPU", "GPUUtilization", endpoint.gpus)
        resources["gpu-memory"] = ("GPU memory", "GPUMemoryUtilization", endpoint.gpus)
    present = endpoint.model_copy(update={"steady": endpoint.steady or endpoint.always_on})
    return tuple(
        Kpi(
            **named(present, "endpoint", key, f"Model {title}"),
            signal="saturation",
            meaning=f"Predictions slow down and then fail: the instances' {title} is nearly used up.",
            metric=metric(endpoint, name, instance=True),
            # The average for what queues at 100 %, the fullest instance for what breaks there.
            statistic="Average" if key in QUEUING else "Maximum",
            metric_unit="Percent",
            unit="Percent",
            limit=100,
            limit_source="all that an instance has" if units == 1 else f"all {units} of an instance",
            divisor=units,
            window=SLOW,
        )
        for key, (title, name, units) in resources.items()
    )
