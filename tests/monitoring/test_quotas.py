"""The AWS account's quotas: usage against quota, from metrics that AWS publishes, in one stack an account."""

import pytest

import config
from monitoring import service_dashboard
from monitoring.catalogue import kpis
from monitoring.spec import Expression, MetricAlarm, MetricStat
from monitoring.watched import Watched, WatchedApi, WatchedParts, WatchedQuotas
from settings.alarms import AlarmsTuning
from tests.monitoring.builders import QUOTAS, alarms, composite, metric_alarm, watched

SERVICE = watched(quotas=QUOTAS)


def read(alarm: MetricAlarm) -> list[tuple[str, str, dict[str, str], str]]:
    stats = [query for query in alarm.queries if isinstance(query, MetricStat)]
    return [(q.namespace, q.metric, dict(q.dimensions), q.statistic) for q in stats]


def math(alarm: MetricAlarm) -> list[str]:
    return [query.expression for query in alarm.queries if isinstance(query, Expression)]


def test_claimed_concurrency_is_compared_with_the_quota_of_concurrent_executions() -> None:
    alarm = metric_alarm("quota-concurrency-critical", SERVICE)
    assert read(alarm) == [
        ("AWS/Lambda", "ClaimedAccountConcurrency", {}, "Maximum"),
        ("AWS/Lambda", "ConcurrentExecutions", {}, "Maximum"),
    ]
    assert math(alarm) == ["100 * m / SERVICE_QUOTA(q)"]
    assert (alarm.threshold, alarm.period_s, alarm.missing_data) == (95, 60, "ignore")
    assert metric_alarm("quota-concurrency-warn", SERVICE).threshold == 80


def test_a_minimum_of_samples_can_be_tuned_for_a_quota_as_for_any_limit() -> None:
    tuning = AlarmsTuning.model_validate({"each": {"quota-concurrency-warn": {"min_samples": 2}}})
    alarm = metric_alarm("quota-concurrency-warn", SERVICE.model_copy(update={"tuning": tuning}))
    assert [query.id for query in alarm.queries] == ["m", "q", "n", "value"]
    assert math(alarm) == ["IF(n >= 2, 100 * m / SERVICE_QUOTA(q), 0)"]


def test_endpoint_instances_are_compared_with_the_quota_of_their_type() -> None:
    alarm = metric_alarm("quota-instances-c6i-large-warn", SERVICE)
    which = {"Service": "SageMaker", "Resource": "endpoint/ml.c6i.large"}
    dimensions = which | {"Type": "Resource", "Class": "None"}
    assert read(alarm) == [("AWS/Usage", "ResourceCount", dimensions, "Maximum")]
    assert math(alarm) == ["100 * m / SERVICE_QUOTA(m)"]
    assert alarm.threshold == 80


def test_the_types_of_endpoints_that_exist_are_watched_too() -> None:
    endpoints = [
        {"name": "e", "variant": "blue", "instance_type": "ml.m5.large"},
        {"name": "e", "variant": "green", "instance_type": "ml.g5.xlarge"},
        {"name": "serverless"},
    ]
    raw = {
        **config.read_stack("their-api"),
        "existing": {"endpoints": endpoints, "url": "https://api.example.com"},
        "quotas": {"watch": True, "instance_types": ["ml.c5.large", "ml.m5.large"]},
    }
    quotas = WatchedQuotas.of(config.parse(raw))
    assert quotas
    assert quotas.instance_types == ("ml.m5.large", "ml.g5.xlarge", "ml.c5.large")


def test_requests_of_every_api_named_are_added_up_against_the_accounts_throttle() -> None:
    alarm = metric_alarm("quota-api-requests-critical", SERVICE)
    assert read(alarm) == [
        ("AWS/ApiGateway", "Count", {"ApiName": "shop-prod", "Stage": "live"}, "Sum"),
        ("AWS/ApiGateway", "Count", {"ApiName": "orders"}, "Sum"),
        ("AWS/ApiGateway", "Count", {"ApiId": "h1h1h1h1h1"}, "Sum"),
    ]
    assert math(alarm) == ["SUM([m, p0, p1])"]
    assert alarm.threshold == 0.95 * 10_000 * 60
    assert "the account's throttle of 10000 requests a second" in alarm.description


def test_without_other_apis_the_service_s_own_is_the_whole() -> None:
    service = watched(quotas=QUOTAS.model_copy(update={"other_rest_apis": (), "other_http_apis": ()}))
    (query,) = metric_alarm("quota-api-requests-warn", service).queries
    assert isinstance(query, MetricStat)
    assert query.metric == "Count"


def test_an_http_api_counts_by_its_id_and_a_service_without_an_api_has_no_throttle() -> None:
    given = {"kind": "http", "name": "shop", "id": "a1a1a1a1a1", "stage": "live", "traced": False}
    http = WatchedApi.model_validate(given | {"rate_limit_per_s": 50})
    alarm = metric_alarm("quota-api-requests-warn", watched(quotas=QUOTAS, api=http))
    assert read(alarm)[0] == ("AWS/ApiGateway", "Count", {"ApiId": "a1a1a1a1a1", "Stage": "live"}, "Sum")
    keys = [kpi.key for kpi in kpis(WatchedParts(name="shop", quotas=QUOTAS))]
    assert keys == ["quota-concurrency", "quota-instances-c6i-large"]


def test_usage_that_is_no_longer_reported_is_noticed_after_an_hour_and_told_with_other_silences() -> None:
    silent = metric_alarm("quota-silent", SERVICE)
    assert [name for _, name, *_ in read(silent)] == [
        "ClaimedAccountConcurrency",
        "ConcurrentExecutions",
        "ResourceCount",
    ]
    assert (silent.period_s, silent.evaluation_periods, silent.datapoints_to_alarm) == (300, 12, 12)
    assert 'ALARM("shop-prod-quota-silent")' in composite("page-silence", SERVICE).rule


def test_both_levels_have_a_page_and_the_critical_one_mutes_the_warning() -> None:
    keys = ("concurrency", "instances-c6i-large", "api-requests")
    for level in ("warn", "critical"):
        page = composite(f"page-quota-{level}", SERVICE)
        assert page.rule == " OR ".join(f'ALARM("shop-prod-quota-{key}-{level}")' for key in keys)
        assert page.level == level
    assert composite("page-quota-warn", SERVICE).suppressor == "shop-prod-page-quota-critical"


def test_a_stack_that_does_not_watch_them_has_none_of_this_and_no_other_page_changes() -> None:
    assert not [key for key in alarms() if "quota" in key]
    pages = {key for key in alarms() if key.startswith("page-")} - {"page-silence"}
    assert {key: alarms(SERVICE)[key] for key in pages} == {key: alarms()[key] for key in pages}


def test_the_dashboard_draws_each_against_its_levels() -> None:
    widgets = service_dashboard(SERVICE)["widgets"]
    assert isinstance(widgets, list)
    graphs = {w["properties"].get("title"): w["properties"] for w in widgets}
    lines = graphs["Lambda concurrency of the account"]["annotations"]["horizontal"]
    assert [line["label"] for line in lines] == ["critical 95", "warn 80"]
    assert "Endpoint instances ml.c6i.large of the account" in graphs
    assert "API requests of the account" in graphs


@pytest.mark.parametrize("quotas", [None, QUOTAS])
def test_an_export_with_and_without_quotas_comes_back_whole(quotas: object) -> None:
    service = watched(quotas=quotas)
    assert Watched.model_validate_json(service.model_dump_json()) == service
