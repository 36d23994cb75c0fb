"""The catalogue names what the design lists, with limits that follow from what is deployed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitoring import catalogue
from monitoring.catalogue import api, canary
from monitoring.kpi import Kpi, percentile_min_samples, value_queries
from monitoring.spec import Expression, MetricStat
from monitoring.watched import Watched, WatchedApi, WatchedEndpoint, WatchedFunction
from settings.forms import Section
from settings.slo import Slo
from tests.monitoring.builders import GPU_INSTANCES, REST_API, SERVERLESS, watched

API = ("AWS/ApiGateway", frozenset({("ApiName", "shop-prod"), ("Stage", "live")}))
FUNCTION = ("AWS/Lambda", frozenset({("FunctionName", "shop-prod-inference")}))
TABLE = (
    "AWS/DynamoDB",
    frozenset({("TableName", "shop-prod-reference-data"), ("Operation", "GetItem")}),
)
VARIANT = frozenset({("EndpointName", "shop-prod-model"), ("VariantName", "main")})
MODEL, INSTANCE = ("AWS/SageMaker", VARIANT), ("/aws/sagemaker/Endpoints", VARIANT)
PLAN = ("InferenceWatch", frozenset({("Service", "shop-prod"), ("Plan", "gold")}))
CANARY = ("InferenceWatch", frozenset({("Service", "shop-prod")}))


def kpis(service: Watched) -> dict[str, Kpi]:
    found = (*catalogue.kpis(service), *canary.kpis(service))
    assert len({kpi.key for kpi in found}) == len(found)
    return {kpi.key: kpi for kpi in found}


def test_the_catalogue_covers_each_metric_that_the_design_lists() -> None:
    found = {
        (kpi.metric.namespace, frozenset(kpi.metric.dimensions.items()), kpi.metric.name, kpi.statistic)
        for kpi in kpis(watched()).values()
    }
    assert found == {
        (*API, "Count", "Sum"),
        (*API, "4XXError", "Sum"),
        (*API, "5XXError", "Sum"),
        (*API, "Latency", "p50"),
        (*API, "Latency", "p90"),
        (*API, "Latency", "p99"),
        (*API, "IntegrationLatency", "p90"),
        (*FUNCTION, "Invocations", "Sum"),
        (*FUNCTION, "Errors", "Sum"),
        (*FUNCTION, "Throttles", "Sum"),
        (*FUNCTION, "Duration", "p95"),
        (*FUNCTION, "ConcurrentExecutions", "Maximum"),
        (*TABLE, "ThrottledRequests", "Sum"),
        (*TABLE, "SystemErrors", "Sum"),
        (*TABLE, "SuccessfulRequestLatency", "Average"),
        (*MODEL, "Invocations", "Sum"),
        (*MODEL, "Invocation4XXErrors", "Sum"),
        (*MODEL, "Invocation5XXErrors", "Sum"),
        (*MODEL, "ModelLatency", "p90"),
        (*MODEL, "OverheadLatency", "p90"),
        (*INSTANCE, "CPUUtilization", "Average"),
        (*INSTANCE, "MemoryUtilization", "Maximum"),
        (*INSTANCE, "DiskUtilization", "Maximum"),
        (*PLAN, "UsagePercentOfQuota", "Maximum"),
        (*CANARY, "CanarySuccess", "Sum"),
        (*CANARY, "CanaryAttempts", "Sum"),
        (*CANARY, "CanaryLatency", "p90"),
    }


def test_a_serverless_endpoint_has_no_instance_metrics() -> None:
    gone = kpis(watched()).keys() - kpis(watched(endpoint=SERVERLESS)).keys()
    assert gone == {"endpoint-cpu", "endpoint-memory", "endpoint-disk"}


def test_gpus_are_watched_where_there_are_some() -> None:
    found = kpis(watched(endpoint=GPU_INSTANCES))
    assert found.keys() - kpis(watched()).keys() == {"endpoint-gpu", "endpoint-gpu-memory"}
    assert (found["endpoint-gpu"].divisor, found["endpoint-gpu-memory"].divisor) == (2, 2)


def test_a_plan_without_a_quota_is_not_watched() -> None:
    assert [key for key in kpis(watched()) if key.startswith("usage-")] == ["usage-gold"]


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        ("api-requests", 50 * 60),
        ("api-4xx", 20),
        ("api-5xx", 1),  # 20 times 0.05 %
        ("api-latency-p50", 100),
        ("api-latency-p90", 200),
        ("api-latency-p99", 600),
        ("api-integration-latency", 180),
        ("function-invocations", 50 * 60),
        ("function-errors", 1),
        ("function-throttles", 1),
        ("function-duration", 2000),
        ("function-concurrency", 100),
        ("table-throttles", 1),
        ("table-system-errors", 1),
        ("table-latency", 20),
        ("endpoint-invocations", 50 * 60),
        ("endpoint-4xx", 1),
        ("endpoint-5xx", 1),
        ("endpoint-model-latency", 100),
        ("endpoint-overhead-latency", 50),
        ("endpoint-cpu", 100),
        ("endpoint-memory", 100),
        ("endpoint-disk", 100),
        ("usage-gold", 100),
        ("canary-success", 1),
        ("canary-attempts", 1),
        ("canary-latency", 200),
    ],
)
def test_limits_follow_from_what_is_deployed(key: str, limit: float) -> None:
    assert kpis(watched())[key].limit == limit


def test_limits_follow_the_promise() -> None:
    strict = kpis(watched(slo=Slo(availability_pct=99.99, latency_p90_ms=100)))
    assert strict["api-5xx"].limit == pytest.approx(0.2)
    assert strict["endpoint-model-latency"].limit == 50


@pytest.mark.parametrize(
    ("p90_ms", "budget_ms", "limit_ms", "source"),
    [
        (200, None, 600, "3 times the promised p90 of 200 ms"),
        (200, 1000, 600, "3 times the promised p90 of 200 ms"),
        (350, 1500, 1050, "3 times the promised p90 of 350 ms"),
        (500, 1000, 700, "70 % of the time budget of 1000 ms"),
        (350, 1499, 1049.3, "70 % of the time budget of 1499 ms"),
        (700, 1000, 700, "the promised p90 of 700 ms"),
        (1000, 1000, 1000, "the promised p90 of 1000 ms"),
    ],
)
def test_the_limit_on_p99_is_one_that_answers_can_reach(
    p90_ms: float, budget_ms: int | None, limit_ms: float, source: str
) -> None:
    api = REST_API.model_copy(update={"time_budget_ms": budget_ms})
    p99 = kpis(watched(slo=Slo(latency_p90_ms=p90_ms), api=api))["api-latency-p99"]
    assert (p99.limit, p99.limit_source) == (limit_ms, source)


@given(
    p90_ms=st.integers(1, 28_000),
    budget_ms=st.integers(100, 28_000),
    statistic=st.sampled_from(list(api.LATENCY_FACTORS)),
)
def test_no_limit_on_the_response_time_is_beyond_the_time_budget_where_the_promise_is_not(
    p90_ms: int, budget_ms: int, statistic: str
) -> None:
    limit_ms, _ = api.latency_limit(statistic, Slo(latency_p90_ms=p90_ms), budget_ms)
    assert 0 < limit_ms <= max(p90_ms, round(api.BUDGET_SHARE * budget_ms, 3))
    assert limit_ms <= api.LATENCY_FACTORS[statistic] * p90_ms


def test_an_error_limit_is_never_above_every_request() -> None:
    assert kpis(watched(slo=Slo(availability_pct=90)))["api-5xx"].limit == 100


def value(service: Watched, key: str) -> str:
    last = value_queries(kpis(service)[key])[-1]
    return last.expression if isinstance(last, Expression) else f"{last.statistic} of {last.metric}"


def test_sagemakers_microseconds_become_milliseconds() -> None:
    assert value(watched(), "endpoint-model-latency") == "IF(n >= 100, m / 1000, 0)"
    assert kpis(watched())["endpoint-model-latency"].metric_unit == "Microseconds"


def test_cpu_is_divided_by_the_cores_of_an_instance() -> None:
    assert value(watched(), "endpoint-cpu") == "m / 4"
    assert value(watched(), "endpoint-memory") == "Maximum of MemoryUtilization"


def test_throttles_are_a_share_of_all_attempts_because_lambda_does_not_count_them_as_invocations() -> None:
    assert value(watched(), "function-throttles") == "IF(m >= 3, 100 * m / (m + n), 0)"


def test_what_dynamodb_publishes_only_when_it_happens_is_filled_with_zeros() -> None:
    expected = "IF(FILL(m, 0) >= 3, 100 * FILL(m, 0) / (FILL(m, 0) + n), 0)"
    assert value(watched(), "table-system-errors") == expected


def test_the_latency_of_probes_that_were_not_answered_is_not_zero() -> None:
    assert value(watched(), "canary-latency") == "IF(n >= 30, m, 0)"


@pytest.mark.parametrize(("statistic", "least"), [("p50", 20), ("p90", 100), ("p95", 200), ("p99", 1000)])
def test_a_percentile_needs_ten_over_one_minus_p_samples(statistic: str, least: int) -> None:
    assert percentile_min_samples(statistic) == least


def test_all_metrics_of_an_expression_share_one_period() -> None:
    for kpi in kpis(watched(endpoint=GPU_INSTANCES)).values():
        periods = {query.period_s for query in value_queries(kpi) if isinstance(query, MetricStat)}
        assert periods == {kpi.window.period_s}, kpi.key


@pytest.mark.parametrize(
    ("part", "values"),
    [
        (WatchedApi, {"name": "a", "stage": "s", "rate_limit_per_s": 0}),
        (WatchedApi, {"name": "a", "stage": "s", "rate_limit_per_s": 1, "time_budget_ms": 0}),
        (WatchedApi, {"name": "a", "stage": "s", "rate_limit_per_s": 1, "min_per_minute": -1}),
        (WatchedFunction, {"name": "f", "timeout_ms": 0, "rate_limit_per_s": 1}),
        (WatchedFunction, {"name": "f", "timeout_ms": 1, "rate_limit_per_s": 0}),
        (WatchedFunction, {"name": "f", "timeout_ms": 1, "rate_limit_per_s": 1, "reserved_concurrency": 0}),
        (WatchedEndpoint, {"name": "e", "variant": "v", "rate_limit_per_s": 0}),
        (WatchedEndpoint, {"name": "e", "variant": "v", "rate_limit_per_s": 1, "cores": 0}),
    ],
)
def test_a_limit_of_nothing_is_refused_by_its_name(part: type[Section], values: dict[str, Any]) -> None:
    (wrong,) = {key for key, value in values.items() if value in (0, -1)}
    with pytest.raises(ValidationError, match=f"(?s){wrong}.*should be greater than"):
        part(**values)
