"""A day is read from both accounts and kept: metrics, alarm history, usage, access log."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reports.sla.collect.access_log import GATEWAY_ERRORS, AccessLogError, read_access_log
from reports.sla.collect.accounts import monitor_account
from reports.sla.collect.day import Place, collect_day, read, transitions
from reports.sla.collect.minutes import REASONS, read_intervals, read_minutes
from reports.sla.collect.transitions import read_transitions, whose
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.verify import verify
from tests.reports.sla.collect.cloud import DAY, MIDNIGHT, NOW, WATCHED, Cloud, action, state

API, OURS = "AWS/ApiGateway", "InferenceWatch"
TOPIC = "arn:aws:sns:eu-central-1:222222222222:orders-prod-monitor-critical"
BY_MINUTE = "stats count(*) as n by bin(1m), status"
FAST = "filter status like /^2/ and latencyMs <= 200 | stats count(*) as n by bin(1m)"
BY_CUSTOMER = "stats count(*) as n by bin(1h), apiKeyId, status"
FAST_BY_CUSTOMER = "filter status like /^2/ and latencyMs <= 200 | stats count(*) as n by bin(1h), apiKeyId"
SPREAD = "stats count(*) as n by bin(1h), latencyMs, status"


@pytest.fixture
def cloud() -> Cloud:
    made = Cloud()
    made.series = {
        (OURS, "CanaryAttempts", "Sum"): {0: 1, 1: 1, 3: 0},
        (OURS, "CanarySuccess", "Sum"): {0: 1},
        (OURS, "CanaryFailure", "Sum"): {1: 1},
        ("timeout", "CanaryFailure", "Sum"): {1: 1},
        (OURS, "CanaryLatency", "Average"): {0: 93.5},
        (OURS, "CanaryLatency", "SampleCount"): {0: 1},
        (OURS, "CanaryLatency", "PR(:200)"): {0: 100},
        (API, "Count", "Sum"): {0: 7, 1: 3},
        (API, "4XXError", "Sum"): {0: 1, 1: 0},
        (API, "5XXError", "Sum"): {0: 0, 1: 3},
        (API, "Latency", "SampleCount"): {0: 7, 1: 3},
        (API, "Latency", "PR(:200)"): {0: 100 * 6 / 7, 1: 0},
    }
    made.logs = {
        BY_MINUTE: [
            {"bin(1m)": "2026-10-05 00:00:00.000", "status": "200", "n": "6"},
            {"bin(1m)": "2026-10-05 00:00:00.000", "status": "429", "n": "1"},
            {"bin(1m)": "2026-10-05 00:01:00.000", "status": "504", "n": "3"},
        ],
        FAST: [{"bin(1m)": "2026-10-05 00:00:00.000", "n": "5"}],
        BY_CUSTOMER: [
            {"bin(1h)": "2026-10-05 00:00:00.000", "apiKeyId": "k1", "status": "200", "n": "6"},
            {"bin(1h)": "2026-10-05 00:00:00.000", "apiKeyId": "k1", "status": "429", "n": "1"},
            {"bin(1h)": "2026-10-05 00:00:00.000", "apiKeyId": "-", "status": "403", "n": "2"},
            {"bin(1h)": "2026-10-05 01:00:00.000", "apiKeyId": "k9", "status": "500", "n": "3"},
        ],
        FAST_BY_CUSTOMER: [{"bin(1h)": "2026-10-05 00:00:00.000", "apiKeyId": "k1", "n": "5"}],
        GATEWAY_ERRORS: [{"bin(5m)": "2026-10-05 00:00:00.000", "n": "2"}],
        SPREAD: [
            {"bin(1h)": "2026-10-05 00:00:00.000", "latencyMs": "90", "status": "200", "n": "5"},
            {"bin(1h)": "2026-10-05 00:00:00.000", "latencyMs": "900", "status": "200", "n": "1"},
            {"bin(1h)": "2026-10-05 00:00:00.000", "latencyMs": "3", "status": "429", "n": "1"},
            {"bin(1h)": "2026-10-05 00:00:00.000", "latencyMs": "-", "status": "400", "n": "1"},
        ],
    }
    return made


def slept(_: float) -> None:
    """No waiting."""


def place(cloud: Cloud) -> Place:
    account = cloud.account()
    return Place(watched=WATCHED, monitor=account, service=account)


def test_a_minute_has_what_was_published_and_nulls_where_nothing_was(cloud: Cloud) -> None:
    client = cloud.account().cloudwatch
    rows = read_minutes(client, client, WATCHED, DAY)
    assert len(rows) == 1440
    first, second, third, fourth = rows[:4]
    assert first == {
        "service": "orders-prod",
        "minute": MIDNIGHT,
        "attempts": 1,
        "successes": 1,
        "failures": None,
        "reason": None,
        "probe_ms": 93.5,
        "probes_in_time": 1,
        "requests": 7,
        "refused": 1,
        "failed": 0,
        "timed": 7,
        "in_time": 6,
        "answered": None,
        "answered_in_time": None,
    }
    assert (second["attempts"], second["successes"], second["failures"], second["reason"]) == (
        1,
        None,
        1,
        "timeout",
    )
    assert (second["failed"], second["in_time"]) == (3, 0)
    assert {value for name, value in third.items() if name not in ("service", "minute")} == {None}
    assert fourth["attempts"] == 0


def test_reasons_are_asked_for_on_days_with_failures_only(cloud: Cloud) -> None:
    client = cloud.account().cloudwatch
    read_minutes(client, client, WATCHED, DAY)
    assert [len(params["MetricDataQueries"]) for params in cloud.requests("GetMetricData")] == [
        6,
        5,
        len(REASONS),
    ]
    del cloud.series[OURS, "CanaryFailure", "Sum"]
    cloud.asked.clear()
    read_minutes(client, client, WATCHED, DAY)
    assert [len(params["MetricDataQueries"]) for params in cloud.requests("GetMetricData")] == [6, 5]


def test_the_ledger_has_the_five_minutes_in_which_a_provider_was_asked(cloud: Cloud) -> None:
    cloud.series = {
        (API, "Count", "Sum"): {0: 10, 5: 20},
        (API, "5XXError", "Sum"): {5: 2},
        ("AWS/DynamoDB", "SuccessfulRequestLatency", "SampleCount"): {0: 7},
        ("AWS/DynamoDB", "SystemErrors", "Sum"): {0: 1},
        ("AWS/Lambda", "Invocations", "Sum"): {0: 10},
        ("AWS/Lambda", "Errors", "Sum"): {0: 1},
        ("AWS/SageMaker", "Invocations", "Sum"): {},
    }
    rows = read_intervals(cloud.account().cloudwatch, WATCHED, DAY)
    found = [(row["provider"], row["begins_at"] - MIDNIGHT, row["requests"], row["errors"]) for row in rows]
    five = timedelta(minutes=5)
    assert found == [
        ("apigateway", timedelta(0), 10, 0),
        ("apigateway", five, 20, 2),
        ("lambda", timedelta(0), 10, 1),
        ("dynamodb", timedelta(0), 8, 1),
    ]
    (params,) = cloud.requests("GetMetricData")
    assert {query["MetricStat"]["Period"] for query in params["MetricDataQueries"]} == {300}


def test_alarm_history_is_read_page_by_page_and_only_of_the_service(cloud: Cloud) -> None:
    at = MIDNIGHT + timedelta(hours=5, seconds=1, milliseconds=250)
    cloud.history = [
        state("orders-prod-monitor-page-api-down", at, "OK", "ALARM"),
        state("orders-production-x", at, "OK", "ALARM"),
        state("other", at, "OK", "ALARM"),
        state("orders-prod-monitor-critical-drill", at, "OK", "ALARM"),
        action("orders-prod-monitor-critical-drill", at, f"Successfully executed action {TOPIC}"),
        state("orders-prod-api-5xx", at + timedelta(days=1), "OK", "ALARM"),
        action("orders-prod-monitor-page-api-down", at, f"Successfully executed action {TOPIC}"),
        action("orders-prod-monitor-page-api-down", at, f"Failed to execute action {TOPIC}"),
    ]
    rows = list(read_transitions(cloud.account().cloudwatch, [WATCHED.name, "orders-prod-monitors"], DAY))
    common = {"service": "orders-prod", "noted_at": at, "alarm": "orders-prod-monitor-page-api-down"}
    assert rows == [
        {
            **common,
            "kind": "state",
            "old_state": "OK",
            "new_state": "ALARM",
            "target": None,
            "reason": "since",
        },
        {
            **common,
            "kind": "page",
            "old_state": None,
            "new_state": None,
            "target": "orders-prod-monitor-critical",
            "reason": None,
        },
    ]
    assert all(
        p["AlarmTypes"] == ["MetricAlarm", "CompositeAlarm"] for p in cloud.requests("DescribeAlarmHistory")
    )


def test_the_access_log_tells_what_was_answered_to_whom_and_how_fast(cloud: Cloud) -> None:
    log = read_access_log(cloud.account().logs, WATCHED, DAY, {"k1": "acme"}, slept)
    assert log is not None
    assert (dict(log.answered), dict(log.in_time)) == ({MIDNIGHT: 6}, {MIDNIGHT: 5})
    counts = [
        [
            row[name]
            for name in (
                "customer",
                "requests",
                "refused",
                "throttled",
                "failed",
                "answered",
                "answered_in_time",
            )
        ]
        for row in log.customers
    ]
    assert counts == [["-", 2, 2, 0, 0, 0, 0], ["acme", 7, 0, 1, 0, 6, 5], ["k9", 3, 0, 0, 3, 0, 0]]
    assert [(row["source"], row["ms"], row["requests"]) for row in log.latencies] == [
        ("answered", 90, 5),
        ("answered", 900, 1),
        ("stage", 3, 1),
        ("stage", 90, 5),
        ("stage", 900, 1),
    ]
    assert {params["logGroupName"] for params in cloud.requests("StartQuery")} == {
        "/aws/apigateway/orders-prod/access"
    }


def test_a_query_with_more_rows_than_insights_gives_is_asked_again_in_halves(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.sla.collect.access_log.MAX_ROWS", 2)
    cloud.truncate = 2
    assert cloud.logs is not None
    cloud.logs[BY_MINUTE] = [
        {"bin(1m)": f"2026-10-05 {minute // 60:02d}:{minute % 60:02d}:00.000", "status": "200", "n": "1"}
        for minute in range(0, 1440, 7)
    ]
    for text in (FAST, BY_CUSTOMER, FAST_BY_CUSTOMER, SPREAD, GATEWAY_ERRORS):
        cloud.logs[text] = []
    log = read_access_log(cloud.account().logs, WATCHED, DAY, {}, slept)
    assert log is not None
    assert sum(log.answered.values()) == len(range(0, 1440, 7))
    one_minute = [{"bin(1m)": "2026-10-05 00:00:00.000", "status": str(n), "n": "1"} for n in range(200, 203)]
    cloud.logs[BY_MINUTE] = one_minute
    with pytest.raises(AccessLogError, match="one minute of /aws/apigateway/orders-prod/access has over"):
        read_access_log(cloud.account().logs, WATCHED, DAY, {}, slept)


def test_without_a_log_group_what_was_answered_is_not_known(cloud: Cloud) -> None:
    cloud.logs = None
    assert read_access_log(cloud.account().logs, WATCHED, DAY, {}, slept) is None
    tables = read(place(cloud), DAY)
    assert tables["minutes"][0]["answered"] is None
    assert tables["customers"] == []


def test_a_collected_day_is_evidence(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.sla.collect.access_log.POLL_S", 0.0)
    cloud.history = [state("orders-prod-x", MIDNIGHT + timedelta(hours=1), "OK", "ALARM")]
    cloud.series[API, "5XXError", "Sum"][0] = 3
    head = collect_day([place(cloud)], tmp_path, DAY, now=NOW)
    found = verify(tmp_path, heads=[head])
    assert found.faults == ()
    (link,) = found.links
    assert (link.day, link.kept_at) == (DAY, "2026-10-06T04:00:00+00:00")
    rows = {file.table: file.rows for file in link.files}
    assert rows == {
        "minutes": 1440,
        "transitions": 1,
        "usage": 1,
        "customers": 3,
        "latencies": 5,
        "intervals": 2,
    }

    def one(table: str, columns: str) -> Any:
        return duckdb.read_parquet(f"{tmp_path}/{table}/*/*/*.parquet").project(columns).fetchall()[0]

    assert one("usage", "plan, customer, used, period_used, quota, quota_period") == (
        "gold", "acme", 950, 950, 1000, "DAY",
    )  # fmt: skip
    assert one("minutes", "minute, answered, answered_in_time") == (MIDNIGHT.replace(tzinfo=None), 6, 5)
    assert link.promises["orders-prod"].latency_ms == 200
    # Of the stage's three 5XX the function gave one itself, says the access log.
    assert one("intervals", "provider, requests, errors") == ("apigateway", 7, 2)


def test_a_day_that_is_not_whole_or_gone_is_not_collected(cloud: Cloud, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="2026-10-05 is not whole before 2026-10-06 03:00 UTC"):
        collect_day([place(cloud)], tmp_path, DAY, now=MIDNIGHT + timedelta(days=1, hours=2))
    with pytest.raises(EvidenceError, match="2026-10-05 is over 15 days old"):
        collect_day([place(cloud)], tmp_path, DAY, now=MIDNIGHT + timedelta(days=15, seconds=1))
    assert cloud.asked == []


def test_clients_wait_and_ask_again_when_they_are_throttled() -> None:
    retries = monitor_account("eu-central-1", None).cloudwatch.meta.config.retries
    assert (retries["mode"], retries["total_max_attempts"]) == ("standard", 10)


def test_an_alarm_is_of_the_service_whose_name_is_the_longest_that_fits() -> None:
    services = ["shop-prod", "shop-prod-eu", "s"]
    assert whose("shop-prod-eu-api-5xx", services) == "shop-prod-eu"
    assert whose("shop-prod-api-5xx", services) == "shop-prod"
    assert whose("shop-prod", services) is None
    assert whose("shop", services) is None


def test_the_history_of_an_account_is_read_once_for_all_of_its_services(cloud: Cloud) -> None:
    account = cloud.account()
    other = WATCHED.model_copy(update={"name": "carts-prod"})
    places = [Place(watched=watched, monitor=account, service=account) for watched in (WATCHED, other)]
    at = MIDNIGHT + timedelta(hours=5)
    cloud.history = [state(f"{name}-x", at, "OK", "ALARM") for name in ("orders-prod", "carts-prod")]
    rows = [(row["service"], row["alarm"]) for row in transitions(places, DAY)]
    assert rows == [("orders-prod", "orders-prod-x"), ("carts-prod", "carts-prod-x")]
