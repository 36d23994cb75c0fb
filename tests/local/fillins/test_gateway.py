import json
from typing import Any

import pytest

from components.service.contract import GATEWAY_ERRORS, gateway_response
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from local.fillins.xray.traces import parse_header
from tests.local.emulated_api import EmulatedApi, assume, make_api, make_role, root

THIRD_ACCOUNT = "333333333333"


def points(
    emulator: Emulator, metric: str, dimensions: dict[str, str], account: str = SERVICE_ACCOUNT
) -> list[float]:
    return [
        point["value"]
        for point in emulator.datapoints(account)
        if point["metric"] == metric and point["dimensions"] == dimensions
    ]


def error(answer: Any) -> tuple[str, str]:
    return answer["error"]["code"], answer["error"]["message"]


def test_the_trusted_role_of_the_other_account_gets_an_answer(emulator: Emulator, api: EmulatedApi) -> None:
    status, headers, answer = api.post(credentials=assume(emulator, MONITOR_ACCOUNT, api.role))
    assert status == 200
    identity = answer["context"]["identity"]
    assert identity["accountId"] == MONITOR_ACCOUNT
    assert identity["userArn"] == f"arn:aws:sts::{MONITOR_ACCOUNT}:assumed-role/{api.role}/test"
    assert identity["apiKeyId"] == api.key
    assert answer["context"]["requestId"] == headers["x-amzn-requestid"]


@pytest.mark.parametrize("account", [MONITOR_ACCOUNT, THIRD_ACCOUNT])
def test_another_accounts_root_needs_the_resource_policy_like_anyone_there(
    api: EmulatedApi, account: str
) -> None:
    status, _headers, answer = api.post(credentials=root(account))
    assert status == 403
    code, message = error(answer)
    assert code == "forbidden"
    assert message.startswith(
        f"User: arn:aws:iam::{account}:root is not authorized to perform: execute-api:Invoke"
    )


def test_the_resource_policy_alone_does_not_let_a_role_of_the_other_account_in(
    emulator: Emulator, api: EmulatedApi
) -> None:
    make_role(emulator, MONITOR_ACCOUNT, "no-identity-policy")
    credentials = assume(emulator, MONITOR_ACCOUNT, "no-identity-policy")
    status, _headers, answer = api.post(credentials=credentials)
    assert (status, error(answer)[0]) == (403, "forbidden")


def test_another_role_of_the_trusted_account_is_refused_by_the_resource_policy(
    emulator: Emulator, api: EmulatedApi
) -> None:
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    make_role(emulator, MONITOR_ACCOUNT, "allowed-but-not-trusted", allow)
    credentials = assume(emulator, MONITOR_ACCOUNT, "allowed-but-not-trusted")
    status, _headers, answer = api.post(credentials=credentials)
    assert (status, error(answer)[0]) == (403, "forbidden")


@pytest.mark.parametrize("key", [None, "not-a-key-of-any-usage-plan-at-all"])
def test_without_a_valid_api_key_the_call_is_refused(api: EmulatedApi, key: str | None) -> None:
    status, _headers, answer = api.post(credentials=root(SERVICE_ACCOUNT), key=key)
    assert (status, error(answer)) == (403, ("forbidden", "Forbidden"))


def test_an_unsigned_call_is_refused(api: EmulatedApi) -> None:
    status, _headers, answer = api.post()
    assert (status, error(answer)) == (403, ("forbidden", "Missing Authentication Token"))


def test_a_forged_signature_is_refused(emulator: Emulator, api: EmulatedApi) -> None:
    credentials = assume(emulator, MONITOR_ACCOUNT, api.role)
    credentials.secret_key = "forged"
    status, _headers, answer = api.post(credentials=credentials)
    assert (status, error(answer)[0]) == (403, "forbidden")


def test_a_body_that_breaks_the_schema_is_refused_with_the_calls_request_id(api: EmulatedApi) -> None:
    status, headers, answer = api.post({"status": "not a number"}, credentials=root(SERVICE_ACCOUNT))
    assert (status, error(answer)) == (400, ("invalid_request", "Invalid request body"))
    assert answer["error"]["request_id"] == headers["x-amzn-requestid"]


def test_a_failed_function_is_a_502_without_its_text(api: EmulatedApi) -> None:
    status, _headers, answer = api.post({"raise": True}, credentials=root(SERVICE_ACCOUNT))
    assert (status, error(answer)) == (502, ("internal_error", "Internal server error"))


LOG = (
    '{"status":"$context.status","type":"$context.error.responseType",'
    '"integration":"$context.integrationStatus","error":"$context.integrationErrorMessage",'
    '"waf":"$context.wafResponseCode"}'
)


def last_logged(emulator: Emulator, api: EmulatedApi) -> dict[str, str]:
    events = emulator.client("logs", SERVICE_ACCOUNT).filter_log_events(logGroupName=f"/api/{api.name}")
    found: dict[str, str] = json.loads(events["events"][-1]["message"])
    return found


def patch_stage(emulator: Emulator, api: EmulatedApi, **values: str) -> None:
    emulator.client("apigateway", SERVICE_ACCOUNT).update_stage(
        restApiId=api.id,
        stageName="live",
        patchOperations=[
            {"op": "replace", "path": f"/{p.replace('_', '/')}", "value": v} for p, v in values.items()
        ],
    )


def test_a_throttled_function_is_a_500_unless_the_contract_maps_integration_failures(
    emulator: Emulator,
) -> None:
    api = make_api(emulator, "throttled-function")
    patch_stage(emulator, api, accessLogSettings_format=LOG)
    emulator.client("lambda", SERVICE_ACCOUNT).put_function_concurrency(
        FunctionName=api.name, ReservedConcurrentExecutions=0
    )
    status, _headers, answer = api.post(credentials=root(SERVICE_ACCOUNT))
    assert (status, error(answer)) == (500, ("internal_error", "Internal server error"))
    assert points(emulator, "Throttles", {"FunctionName": api.name}) == [1.0]
    assert last_logged(emulator, api) == {
        "status": "500",
        "type": "INTEGRATION_FAILURE",
        "integration": "429",
        "error": "Lambda invocation failed with status: 429. Rate Exceeded.",
        "waf": "-",
    }
    gateway = emulator.client("apigateway", SERVICE_ACCOUNT)
    ours = gateway_response(*GATEWAY_ERRORS["INTEGRATION_FAILURE"])
    gateway.put_gateway_response(restApiId=api.id, responseType="INTEGRATION_FAILURE", **ours)
    patch_stage(emulator, api, deploymentId=gateway.create_deployment(restApiId=api.id)["id"])
    status, _headers, answer = api.post(credentials=root(SERVICE_ACCOUNT))
    assert (status, error(answer)) == (503, ("unavailable", "Internal server error"))


def test_the_gateways_own_throttle_is_a_429_that_no_integration_has_seen(emulator: Emulator) -> None:
    api = make_api(emulator, "throttled-plan", quota=1)
    patch_stage(emulator, api, accessLogSettings_format=LOG)
    assert api.post(credentials=root(SERVICE_ACCOUNT))[0] == 200
    status, _headers, answer = api.post(credentials=root(SERVICE_ACCOUNT))
    assert (status, error(answer)[0]) == (429, "too_many_requests")
    logged = last_logged(emulator, api)
    assert (logged["type"], logged["integration"], logged["error"]) == ("QUOTA_EXCEEDED", "-", "-")


def test_every_request_publishes_count_errors_as_zero_or_one_and_latencies(emulator: Emulator) -> None:
    api = make_api(emulator, "measured-api")
    for body in ({}, {"status": 404}, {"status": 500}):
        api.post(body, credentials=root(SERVICE_ACCOUNT))
    api.post()  # refused before the integration
    for dimensions in ({"ApiName": api.name}, {"ApiName": api.name, "Stage": "live"}):
        assert points(emulator, "Count", dimensions) == [1, 1, 1, 1]
        assert points(emulator, "4XXError", dimensions) == [0, 1, 0, 1]
        assert points(emulator, "5XXError", dimensions) == [0, 0, 1, 0]
        latencies = points(emulator, "Latency", dimensions)
        integration = points(emulator, "IntegrationLatency", dimensions)
        assert (len(latencies), len(integration)) == (4, 3)
        assert all(inner <= outer for inner, outer in zip(integration, latencies, strict=False))
    assert points(emulator, "Count", {"ApiName": api.name}, MONITOR_ACCOUNT) == []


def test_detailed_metrics_add_resource_and_method(emulator: Emulator) -> None:
    api = make_api(emulator, "detailed-api")
    emulator.client("apigateway", SERVICE_ACCOUNT).update_stage(
        restApiId=api.id,
        stageName="live",
        patchOperations=[{"op": "replace", "path": "/*/*/metrics/enabled", "value": "true"}],
    )
    api.post(credentials=root(SERVICE_ACCOUNT))
    detailed = {"ApiName": api.name, "Stage": "live", "Resource": "/things", "Method": "POST"}
    assert points(emulator, "Count", detailed) == [1]


def test_each_request_writes_one_json_line_to_the_stages_access_log(emulator: Emulator) -> None:
    api = make_api(emulator, "logged-api")
    _status, headers, _answer = api.post(credentials=assume(emulator, MONITOR_ACCOUNT, api.role))
    api.post()
    events = emulator.client("logs", SERVICE_ACCOUNT).filter_log_events(logGroupName=f"/api/{api.name}")[
        "events"
    ]
    first, second = (json.loads(event["message"]) for event in events)
    caller = f"arn:aws:sts::{MONITOR_ACCOUNT}:assumed-role/{api.role}/test"
    assert (first.pop("ms") >= 0, first.pop("name")) == (True, api.name)
    assert first == {"id": headers["x-amzn-requestid"], "status": "200", "caller": caller, "x": "-"}
    assert (second["status"], second["caller"]) == ("403", "-")


def test_a_metric_filter_on_the_access_log_publishes_the_latency_of_what_was_answered(
    emulator: Emulator,
) -> None:
    api = make_api(emulator, "filtered-api")
    emulator.client("logs", SERVICE_ACCOUNT).put_metric_filter(
        logGroupName=f"/api/{api.name}",
        filterName="answered",
        filterPattern='{ ($.status = "2*") && ($.ms = *) && ($.name = *) }',
        metricTransformations=[
            {
                "metricNamespace": "Mine",
                "metricName": "Answered",
                "metricValue": "$.ms",
                "unit": "Milliseconds",
                "dimensions": {"Service": "$.name"},
            }
        ],
    )
    api.post({"sleep_s": 0.05}, credentials=root(SERVICE_ACCOUNT))
    api.post()  # refused
    api.post({"status": 500}, credentials=root(SERVICE_ACCOUNT))
    (ms,) = points(emulator, "Answered", {"Service": api.name})
    assert ms >= 50


def test_functions_called_by_the_gateway_publish_lambdas_metrics(emulator: Emulator) -> None:
    api = make_api(emulator, "lambda-metrics")
    api.post({"sleep_s": 0.05}, credentials=root(SERVICE_ACCOUNT))
    api.post({"raise": True}, credentials=root(SERVICE_ACCOUNT))
    dimensions = {"FunctionName": api.name}
    assert points(emulator, "Invocations", dimensions) == [1, 1]
    assert points(emulator, "Errors", dimensions) == [0, 1]
    assert points(emulator, "ConcurrentExecutions", dimensions) == [1, 1]
    durations = points(emulator, "Duration", dimensions)
    assert durations[0] >= 50
    assert all(duration < 5000 for duration in durations)


def test_a_direct_invocation_is_counted_once(emulator: Emulator) -> None:
    api = make_api(emulator, "direct-call")
    emulator.client("lambda", SERVICE_ACCOUNT).invoke(FunctionName=api.name, Payload=b'{"body": null}')
    assert points(emulator, "Invocations", {"FunctionName": api.name}) == [1]


def test_a_stage_without_tracing_passes_the_header_on_and_records_nothing(emulator: Emulator) -> None:
    api = make_api(emulator, "untraced-stage")
    emulator.client("apigateway", SERVICE_ACCOUNT).update_stage(
        restApiId=api.id,
        stageName="live",
        patchOperations=[{"op": "replace", "path": "/tracingEnabled", "value": "false"}],
    )
    header = "Root=1-00000001-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0"
    _status, _headers, answer = api.post(
        credentials=root(SERVICE_ACCOUNT), headers={"x-amzn-trace-id": header}
    )
    assert answer["header"] == header
    function = parse_header(answer["trace"])
    assert function is not None
    assert (function.root, function.sampled) == ("1-00000001-0123456789abcdef01234567", False)
    assert [s for s in emulator.segments() if s["trace_id"] == function.root] == []
