"""The stack of an API that others deployed."""

import json
from collections import Counter
from typing import Any

import pytest

from monitoring import service_alarms, service_dashboard
from monitoring.watched import Watched
from tests.components.harness import ACCOUNTS, Run, run_stack, unwrap
from tests.components.test_permissions import (
    SERVICE,
    TRACES,
    allow,
    evidence_reader,
    function_logs,
    granted,
    put_metrics,
    trust,
    trusted,
)
from tests.components.test_stacks import kinds

HTTP = {"kind": "http", "id": "h1b2c3d4e5", "stage": "$default"}
ONE_ACCOUNT = {"accounts": {"service": "111111111111", "monitor": "111111111111"}}


def watching(existing: dict[str, Any], **changes: Any) -> Run:
    return run_stack("their-api", {"existing": existing, **changes})


def test_it_makes_what_watches_and_nothing_that_serves(their_api: Run) -> None:
    assert kinds(their_api) == Counter(
        Alias=2,  # the key's, and the usage reporter's
        Dashboard=1,
        Function=1,
        FunctionEventInvokeConfig=1,
        Group=2,
        Key=1,
        LayerVersion=1,
        LogGroup=2,  # of the reporter, and the heads of the evidence
        Queue=1,
        Role=3,
        RolePolicy=3,
        Schedule=1,
        Topic=2,
        TopicPolicy=2,
    )


def test_its_alarms_and_its_dashboard_are_those_of_what_it_watches(their_api: Run) -> None:
    watched = Watched.model_validate(their_api.outputs["watched"], strict=False)
    made = {
        *(unwrap(alarm.inputs["name"]) for alarm in their_api.of("MetricAlarm").values()),
        *(unwrap(alarm.inputs["alarmName"]) for alarm in their_api.of("CompositeAlarm").values()),
    }
    drills = {"orders-prod-warn-drill", "orders-prod-critical-drill"}
    assert made == {alarm.name for alarm in service_alarms(watched)} | drills
    assert "orders-prod-function-write-errors-critical" in made
    dashboard = their_api.one("Dashboard").inputs
    assert dashboard["dashboardName"] == "orders-prod"
    assert json.loads(dashboard["dashboardBody"]) == service_dashboard(watched)


def test_it_exports_what_the_monitor_stack_reads_of_any_service(their_api: Run, dev: Run) -> None:
    outputs = dict(their_api.outputs)
    (probe,) = json.loads(outputs.pop("probes"))
    assert (probe["name"], probe["target"]) == ("list", "/orders?limit=1")
    watched = outputs.pop("watched")
    assert (watched["name"], watched["account_id"], watched["region"]) == (
        "orders-prod",
        ACCOUNTS["service"],
        "eu-central-1",
    )
    assert outputs == {
        "api_id": "a1b2c3d4e5",
        "api_url": "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/prod",
        "api_region": "eu-central-1",
        "canary_api_key": None,
        "subscriptions": {"warn": [], "critical": []},
        "dashboard_name": "orders-prod",
        "topics": {level: f"arn:aws:topic:{SERVICE}:orders-prod-{level}" for level in ("warn", "critical")},
        "identity": {"name": "orders-prod", "region": "eu-central-1", "account": ACCOUNTS["service"]},
    }
    assert their_api.outputs.keys() <= dev.outputs.keys()


def test_the_usage_reporter_reads_the_plans_of_the_existing_api(their_api: Run) -> None:
    (function,) = their_api.of("Function").values()
    assert unwrap(function.inputs["environment"])["variables"] == {
        "SERVICE": "orders-prod",
        "REST_API_ID": "a1b2c3d4e5",
    }


def test_its_roles_may_do_this_and_nothing_else(their_api: Run) -> None:
    key = f"arn:aws:key:{SERVICE}:orders-prod-encryption-key-auto"
    letters = f"arn:aws:queue:{SERVICE}:orders-prod-usage-reporter-dead-letters"
    to_letters = [allow("sqs:SendMessage", letters), allow(("kms:Decrypt", "kms:GenerateDataKey"), key)]
    plans = "arn:aws:apigateway:eu-central-1::/usageplans"
    assert granted(their_api) == {
        "orders-prod-evidence-reader-policy": evidence_reader("orders-prod"),
        "orders-prod-usage-reporter-policy": [
            function_logs(SERVICE, "orders-prod-usage-reporter"),
            allow(TRACES, "*"),
            allow("apigateway:GET", [plans, f"{plans}/*/keys", f"{plans}/*/usage"]),
            put_metrics("InferenceWatch"),
            *to_letters,
        ],
        "orders-prod-usage-reporter-daily-policy": [
            allow("lambda:InvokeFunction", f"arn:aws:alias:{SERVICE}:live"),
            *to_letters,
        ],
    }
    assert trusted(their_api)["orders-prod-usage-reporter-role"] == trust({"Service": "lambda.amazonaws.com"})


def test_an_http_api_has_no_usage_reporter_and_no_trace_groups() -> None:
    run = watching({"api": HTTP, "functions": [{"name": "hello", "timeout_ms": 3000}]})
    evidence = {"LogGroup": 1, "Role": 1, "RolePolicy": 1}
    assert kinds(run) == Counter(
        Alias=1, Dashboard=1, Key=1, LayerVersion=1, Topic=2, TopicPolicy=2, **evidence
    )
    assert run.outputs["api_url"] == "https://h1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"


def test_a_stage_without_x_ray_has_no_trace_groups_and_is_sampled_by_nobody_new() -> None:
    run = watching({"api": {"id": "a1b2c3d4e5", "name": "Orders API", "stage": "prod"}})
    assert not run.of("Group")
    assert not run.of("SamplingRule")


def test_what_has_no_api_is_watched_at_the_address_that_is_given() -> None:
    run = watching(
        {"url": "https://api.example.com/v1", "functions": [{"name": "hello", "timeout_ms": 3000}]}
    )
    assert (run.outputs["api_url"], run.outputs["api_id"]) == ("https://api.example.com/v1", "")
    assert run.outputs["watched"]["api"] is None


def test_a_link_is_made_where_a_sink_is_named() -> None:
    sink = "arn:aws:oam:eu-central-1:222222222222:sink/abc"
    run = run_stack("their-api", {"observability": {"sink_arn": sink}})
    assert run.one("Link").inputs["sinkIdentifier"] == sink


@pytest.mark.parametrize(("changes", "warned"), [({}, False), (ONE_ACCOUNT, True)])
def test_a_preview_says_what_one_account_cannot_prove(changes: dict[str, Any], *, warned: bool) -> None:
    said = [text for text in run_stack("their-api", changes, preview=True).warnings if "own account" in text]
    assert len(said) == warned
    assert all("cannot prove that customers of other accounts reach the API" in text for text in said)
