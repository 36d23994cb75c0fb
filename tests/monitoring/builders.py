"""Watched services to derive alarms from."""

from typing import Any

from monitoring.alarms.rule import Entry, Scope
from monitoring.spec import Alarm, CompositeAlarm, MetricAlarm
from monitoring.stacks import stacks
from monitoring.watched import (
    Watched,
    WatchedApi,
    WatchedEndpoint,
    WatchedFunction,
    WatchedPlan,
    WatchedQuotas,
    WatchedTable,
)
from settings.alarms import AlarmsTuning
from settings.kpis import OwnKpi
from settings.usage_plans import Quota

SERVICE, MONITOR = "111111111111", "222222222222"
RUNBOOK = "https://example.com/runbook"
SCOPE = Scope(prefix="shop-prod", runbook_url=RUNBOOK)
RATE = 50.0
REST_API = WatchedApi(name="shop-prod", stage="live", rate_limit_per_s=RATE, answered_as="shop-prod")
SERVERLESS = WatchedEndpoint(name="shop-prod-model", variant="main", rate_limit_per_s=RATE)
INSTANCES = SERVERLESS.model_copy(update={"cores": 4, "gpus": 0})
GPU_INSTANCES = SERVERLESS.model_copy(update={"cores": 4, "gpus": 2})
MONTHLY = WatchedPlan(name="gold", quota=Quota(limit=1000, period="MONTH"))
UNLIMITED = WatchedPlan(name="free")
QUOTAS = WatchedQuotas(
    api_requests_per_s=10_000,
    other_rest_apis=("orders",),
    other_http_apis=("h1h1h1h1h1",),
    instance_types=("ml.c6i.large",),
)
WAITING = OwnKpi(
    title="Orders waiting",
    meaning="Customers wait for their orders to be predicted.",
    namespace="AWS/SQS",
    metric="ApproximateNumberOfMessagesVisible",
    dimensions={"QueueName": "orders"},
    statistic="Maximum",
    unit="Count",
    limit=1000,
)


def watched(**changes: Any) -> Watched:
    """A service on instances with one plan that has a quota and one that has none."""
    values: dict[str, Any] = {
        "name": "shop-prod",
        "account_id": SERVICE,
        "region": "eu-central-1",
        "api": REST_API,
        "function": WatchedFunction(
            name="shop-prod-inference", timeout_ms=2000, reserved_concurrency=100, rate_limit_per_s=RATE
        ),
        "table": WatchedTable(name="shop-prod-reference-data"),
        "endpoint": INSTANCES,
        "usage_plans": (MONTHLY, UNLIMITED),
        "runbook_url": RUNBOOK,
    }
    return Watched(**(values | changes))


def tuned(**tuning: Any) -> Watched:
    """The same, tuned as a stack's YAML would."""
    return watched(tuning=AlarmsTuning.model_validate(tuning))


def entries(service: Watched | None = None) -> dict[str, Entry]:
    """Every entry of both stacks by key."""
    found = stacks(service or watched())
    return {entry.key: entry for entry in (*found.service, *found.monitor)}


def alarms(service: Watched | None = None) -> dict[str, Alarm]:
    """Every alarm of both stacks by key."""
    return {key: entry.alarm for key, entry in entries(service).items()}


def metric_alarm(key: str, service: Watched | None = None) -> MetricAlarm:
    """One metric alarm."""
    alarm = alarms(service)[key]
    assert isinstance(alarm, MetricAlarm)
    return alarm


def composite(key: str, service: Watched | None = None) -> CompositeAlarm:
    """One composite alarm."""
    alarm = alarms(service)[key]
    assert isinstance(alarm, CompositeAlarm)
    return alarm
