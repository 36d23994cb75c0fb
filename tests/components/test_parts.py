"""What each part of the two stacks is made with."""

import json
from typing import Any

from components.service.reference_data import attributes
from tests.components.harness import Run, run_stack, unwrap


def test_the_table_is_on_demand_recoverable_and_protected_in_prod_alone(dev: Run, prod: Run) -> None:
    for run, protected in ((dev, False), (prod, True)):
        inputs = run.one("Table").inputs
        assert inputs["billingMode"] == "PAY_PER_REQUEST"
        assert inputs["hashKey"] == "id"
        assert inputs["pointInTimeRecovery"] == {"enabled": True}
        assert inputs["deletionProtectionEnabled"] is protected


def test_the_canarys_item_keeps_its_numbers_exactly() -> None:
    assert attributes({"id": "lot-1", "b": 0.1, "a": 127.0, "c": 1e-7, "d": [True, None, {"e": "x"}]}) == {
        "id": {"S": "lot-1"},
        "a": {"N": "127.0"},
        "b": {"N": "0.1"},
        "c": {"N": "1E-7"},
        "d": {"L": [{"BOOL": True}, {"NULL": True}, {"M": {"e": {"S": "x"}}}]},
    }


def document(run: Run) -> Any:
    return json.loads(unwrap(run.one("RestApi").inputs["body"]))


def test_the_resource_policy_lets_one_role_of_the_monitor_account_call_one_operation(dev: Run) -> None:
    (statement,) = document(dev)["x-amazon-apigateway-policy"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/live/POST/v1/predictions",
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/inference-dev-canary"}
        },
    }


# What hangs on the API and is no part of its document, so that PutRestApi leaves it alone.
BESIDE_THE_DOCUMENT = {
    "RestApi",
    "Deployment",
    "Stage",
    "MethodSettings",
    "ApiKey",
    "UsagePlan",
    "UsagePlanKey",
}


def test_nothing_that_an_update_of_the_document_would_remove_stands_beside_it(dev: Run, prod: Run) -> None:
    for run in (dev, prod):
        made = {m.type.split(":")[-1] for m in run.made if m.type.startswith("aws:apigateway")}
        assert made - {"Account"} == BESIDE_THE_DOCUMENT
        inputs = run.one("RestApi").inputs
        assert set(inputs) == {"body", "name", "endpointConfiguration", "disableExecuteApiEndpoint"}
        assert inputs["disableExecuteApiEndpoint"] is False
        assert inputs["name"] == document(run)["info"]["title"]
        assert inputs["endpointConfiguration"] == {"types": "REGIONAL"}


def test_the_role_that_the_policy_trusts_is_the_one_the_canary_runs_with(dev_monitor: Run) -> None:
    assert dev_monitor.of("Role")["inference-dev-canary-role"].inputs["name"] == "inference-dev-canary"


def test_the_stage_is_traced_logged_and_measured(dev: Run) -> None:
    stage = dev.one("Stage").inputs
    assert stage["xrayTracingEnabled"] is True
    assert stage["deployment"] == "inference-dev-api-deployment-id"
    form = stage["accessLogSettings"]["format"]
    assert '"latencyMs":$context.responseLatency' in form  # a number: a metric is made of it
    assert json.loads(form.replace("$context.responseLatency", '"$context.responseLatency"')) == {
        "service": "inference-dev",
        "requestId": "$context.requestId",
        "extendedRequestId": "$context.extendedRequestId",
        "time": "$context.requestTimeEpoch",
        "caller": "$context.identity.userArn",
        "apiKeyId": "$context.identity.apiKeyId",
        "sourceIp": "$context.identity.sourceIp",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "status": "$context.status",
        "errorType": "$context.error.responseType",
        "integrationStatus": "$context.integrationStatus",
        "latencyMs": "$context.responseLatency",
        "integrationLatencyMs": "$context.integrationLatency",
        "traceId": "$context.xrayTraceId",
    }
    answered = dev.one("LogMetricFilter").inputs
    assert answered["logGroupName"] == "/aws/apigateway/inference-dev/access"
    assert answered["pattern"] == '{ ($.status = "2*") && ($.latencyMs = *) && ($.service = *) }'
    assert answered["metricTransformation"] == {
        "namespace": "InferenceWatch",
        "name": "AnsweredLatency",
        "value": "$.latencyMs",
        "unit": "Milliseconds",
        "dimensions": {"Service": "$.service"},
    }
    settings = dev.one("MethodSettings").inputs
    assert settings["methodPath"] == "*/*"
    assert settings["settings"] == {
        "metricsEnabled": True,
        "loggingLevel": "ERROR",
        "dataTraceEnabled": False,
        "throttlingRateLimit": 500,
        "throttlingBurstLimit": 1000,
    }


def test_a_change_of_the_contract_or_of_the_policy_redeploys_the_api(dev: Run) -> None:
    first = dev.one("Deployment").inputs["triggers"]["contract"]
    again = run_stack("dev").one("Deployment").inputs["triggers"]["contract"]
    accounts = {"service": "111111111111", "monitor": "333333333333"}
    changed = run_stack("dev", {"accounts": accounts}).one("Deployment").inputs["triggers"]["contract"]
    assert first == again
    assert first != changed


def test_every_usage_plan_throttles_its_keys_and_the_canary_has_its_own(dev: Run) -> None:
    plans = {m.inputs["name"]: m.inputs for m in dev.of("UsagePlan").values()}
    assert set(plans) == {"inference-dev-canary", "inference-dev-partners", "inference-dev-trial"}
    assert plans["inference-dev-partners"]["quotaSettings"] == {"limit": 50000, "period": "DAY"}
    assert plans["inference-dev-partners"]["throttleSettings"] == {"rateLimit": 400, "burstLimit": 800}
    assert "quotaSettings" not in plans["inference-dev-canary"]
    assert plans["inference-dev-canary"]["throttleSettings"] == {"rateLimit": 2, "burstLimit": 5}
    for plan in plans.values():
        assert plan["apiStages"] == [{"apiId": "inference-dev-api-api-id", "stage": "live"}]


def keys(run: Run) -> dict[str, tuple[str, str]]:
    """Resource name of each key -> its physical name and its plan."""
    names = {f"{m.name}-id": m for m in run.of("UsagePlan").values()}
    plans = {m.inputs["keyId"]: names[m.inputs["usagePlanId"]] for m in run.of("UsagePlanKey").values()}
    return {
        name: (m.inputs["name"], plans[f"{name}-id"].inputs["name"]) for name, m in run.of("ApiKey").items()
    }


PREFIX = "inference-dev-usage-plans"
PLAN = {"rate_per_s": 5, "burst": 10}


def test_a_key_is_named_by_itself_so_that_it_keeps_its_value_whatever_becomes_of_its_plan() -> None:
    def made(*plans: dict[str, Any]) -> dict[str, tuple[str, str]]:
        return keys(run_stack("dev", {"usage_plans": [{**PLAN, **plan} for plan in plans]}))

    before = made({"name": "a", "keys": ["one", "two"]}, {"name": "b", "keys": ["three"]})
    assert before == {
        f"{PREFIX}-canary": ("inference-dev-canary", "inference-dev-canary"),
        f"{PREFIX}-one": ("inference-dev-one", "inference-dev-a"),
        f"{PREFIX}-two": ("inference-dev-two", "inference-dev-a"),
        f"{PREFIX}-three": ("inference-dev-three", "inference-dev-b"),
    }
    renamed = made({"name": "z", "keys": ["one", "two"]}, {"name": "b", "keys": ["three"]})
    moved = made({"name": "a", "keys": ["one"]}, {"name": "b", "keys": ["three", "two"]})
    for after in (renamed, moved):
        assert {k: v[0] for k, v in after.items()} == {k: v[0] for k, v in before.items()}
    assert moved[f"{PREFIX}-two"] == ("inference-dev-two", "inference-dev-b")


def test_a_key_leaves_its_old_plan_before_it_joins_the_new_one(dev: Run) -> None:
    for name, membership in dev.of("UsagePlanKey").items():
        assert membership.options.deleteBeforeReplace, name
        assert name.removesuffix("-membership") in dev.of("ApiKey")
        was = [alias.spec.name for alias in membership.options.aliases]
        (key,) = dev.of("ApiKey")[name.removesuffix("-membership")].options.aliases
        assert was == [f"{key.spec.name}-membership"]


def test_keys_of_stacks_from_before_they_were_named_by_themselves_keep_their_value(dev: Run) -> None:
    aliases = {name: [a.spec.name for a in key.options.aliases] for name, key in dev.of("ApiKey").items()}
    assert aliases == {
        f"{PREFIX}-canary": [f"{PREFIX}-canary-canary"],
        f"{PREFIX}-acme": [f"{PREFIX}-partners-acme"],
        f"{PREFIX}-globex": [f"{PREFIX}-partners-globex"],
        f"{PREFIX}-trial": [f"{PREFIX}-trial-trial"],
    }


def test_sampling_rules_hold_for_this_services_entry_alone(dev: Run, prod: Run) -> None:
    for run, entry in ((dev, "inference-dev/live"), (prod, "inference-prod/live")):
        for rule in run.of("SamplingRule").values():
            assert rule.inputs["serviceName"] == entry
            assert rule.inputs["serviceType"] == "AWS::ApiGateway::Stage"
            assert (rule.inputs["resourceArn"], rule.inputs["version"]) == ("*", 1)


def rules(run: Run) -> list[tuple[str, str, str, float, int]]:
    """Name, method, path, rate and reservoir of each sampling rule, in the order they are tried."""
    found = sorted((r.inputs for r in run.of("SamplingRule").values()), key=lambda r: float(r["priority"]))
    keys = ("ruleName", "httpMethod", "urlPath", "fixedRate", "reservoirSize")
    return [(r[keys[0]], r[keys[1]], r[keys[2]], r[keys[3]], r[keys[4]]) for r in found]


def test_prod_samples_predictions_thinly_health_checks_never_and_what_cannot_succeed_more(prod: Run) -> None:
    assert rules(prod) == [
        ("inference-prod-default", "POST", "*/v1/predictions", 0.01, 1),
        ("inference-prod-health-check", "GET", "*", 0, 0),
        ("inference-prod-errors", "*", "*", 0.05, 1),
    ]


def test_a_rules_priority_and_hosts_are_the_configured_ones(prod: Run) -> None:
    rules = {rule.inputs["ruleName"]: rule.inputs for rule in prod.of("SamplingRule").values()}
    assert {name: rule["priority"] for name, rule in rules.items()} == {
        "inference-prod-default": 1000,
        "inference-prod-health-check": 2000,
        "inference-prod-errors": 9000,
    }
    assert {(rule["host"], rule["resourceArn"], rule["version"]) for rule in rules.values()} == {
        ("*", "*", 1)
    }


def test_dev_samples_everything(dev: Run) -> None:
    assert rules(dev) == [("inference-dev-all", "*", "*", 1, 1)]


def test_the_trace_groups_are_the_slow_and_the_failed_requests(prod: Run) -> None:
    groups = {g.inputs["groupName"]: g.inputs["filterExpression"] for g in prod.of("Group").values()}
    assert groups == {
        "inference-prod-slow": 'service("inference-prod/live") AND responsetime > 0.2',
        "inference-prod-failed": 'service("inference-prod/live") { fault }',
    }
