"""Several parts of a kind, an HTTP API, and a service that lacks parts."""

import json

import pytest
from pydantic import ValidationError

from monitoring import catalogue
from monitoring.alarms import ownership
from monitoring.dashboards import monitor_dashboard, service_dashboard
from monitoring.spec import MetricAlarm, MetricStat
from monitoring.stacks import stacks
from monitoring.watched import Watched, WatchedApi, WatchedFunction, WatchedPlan, WatchedTable
from tests.monitoring.builders import INSTANCES, MONITOR, MONTHLY, REST_API, alarms, watched

HTTP_API = WatchedApi(
    kind="http", name="shop", id="a1b2c3d4e5", stage="$default", rate_limit_per_s=50, traced=False
)
GET = WatchedFunction(name="Get-Items_1", key="get-items-1", timeout_ms=3000, rate_limit_per_s=50)
PUT = WatchedFunction(name="put", key="put", timeout_ms=3000, rate_limit_per_s=50, steady=False)
SCAN = WatchedTable(name="items", key="items-scan", operation="Scan")
SILENT = "endpoint-churn-silent"
WRITE = WatchedTable(name="items", key="items-putitem", operation="PutItem", steady=False)


def several(**changes: object) -> Watched:
    parts = {"functions": (GET, PUT), "tables": (SCAN, WRITE), "endpoints": (), "usage_plans": ()}
    return watched(function=None, table=None, endpoint=None).model_copy(update={**parts, **changes})


def metrics(service: Watched) -> set[tuple[str, str, tuple[tuple[str, str], ...]]]:
    return {
        (query.namespace, query.metric, tuple(sorted(query.dimensions.items())))
        for alarm in alarms(service).values()
        if isinstance(alarm, MetricAlarm)
        for query in alarm.queries
        if isinstance(query, MetricStat)
    }


def test_an_export_that_names_one_part_of_a_kind_is_read_as_one_of_several() -> None:
    now = json.loads(watched().model_dump_json())
    before = {key: value for key, value in now.items() if key not in ("functions", "tables", "endpoints")}
    before |= {"function": now["functions"][0], "table": now["tables"][0], "endpoint": None}
    read = Watched.model_validate(before, strict=False)
    assert read == watched(endpoint=None)
    assert Watched.model_validate_json(json.dumps(before)) == read


def test_alarms_of_one_of_several_functions_and_tables_have_its_key_in_theirs() -> None:
    keys = {key for key in alarms(several()) if key.startswith(("function-", "table-"))}
    assert {key for key in keys if "get-items-1" in key} == {
        f"function-get-items-1-{what}-{level}"
        for what in ("invocations", "errors", "throttles", "duration")
        for level in ("warn", "critical")
    } | {"function-get-items-1-silent"}
    assert {key for key in keys if "items-putitem" in key} == {
        f"table-items-putitem-{what}-{level}"
        for what in ("throttles", "system-errors", "latency")
        for level in ("warn", "critical")
    }
    assert len(keys) == 8 + 8 + 1 + 6 + 6 + 1


def test_alarms_of_several_parts_lead_to_the_runbook_sections_of_one() -> None:
    one = {entry.rule.anchor for entry in stacks(watched()).service}
    assert {entry.rule.anchor for entry in stacks(several()).service} <= one


def test_titles_tell_parts_of_a_kind_apart_and_only_where_there_are_several() -> None:
    titles = {kpi.key: kpi.title for kpi in catalogue.kpis(several())}
    assert titles["function-get-items-1-errors"] == "Function errors of Get-Items_1"
    assert titles["table-items-scan-throttles"] == "Table throttles of items Scan"
    assert {kpi.title for kpi in catalogue.kpis(watched()) if kpi.component == "function"} == {
        "Function invocations",
        "Function errors",
        "Function throttles",
        "Function duration p95",
        "Function concurrency",
    }


def test_each_part_is_in_the_pages_of_its_signal() -> None:
    rule = alarms(several())["page-function-errors"].rule  # type: ignore[union-attr]
    for function in ("get-items-1", "put"):
        assert f'ALARM("shop-prod-function-{function}-errors-critical")' in rule


def test_nobody_owns_the_silence_of_a_part_that_may_rest_and_no_request_is_no_failure() -> None:
    found = stacks(several())
    seen = ownership.watchers([*found.service, *found.monitor])
    resting = {m for m, watchers in seen.items() if watchers.may_rest}
    assert {value for metric in resting for _, value in metric.dimensions} == {"put", "items", "PutItem"}
    assert all(not seen[metric].owners for metric in resting)
    for key, alarm in alarms(several()).items():
        if isinstance(alarm, MetricAlarm) and ("-put-" in key or "-putitem-" in key):
            assert alarm.missing_data == "notBreaching", key


@pytest.mark.parametrize(("reserved", "watches"), [(1, False), (2, False), (3, True)])
def test_two_executions_are_all_in_use_too_often_to_be_told(reserved: int, watches: bool) -> None:
    few = GET.model_copy(update={"reserved_concurrency": reserved})
    assert ("function-get-items-1-concurrency-warn" in alarms(several(functions=(few,)))) is watches


def test_a_steady_part_still_needs_an_owner_of_its_silence() -> None:
    off = {"each": {"function-get-items-1-silent": {"enabled": False}}}
    service = several(tuning=watched().tuning.model_validate(off))
    with pytest.raises(ValueError, match="no alarm would notice if it stopped"):
        stacks(service)


def test_an_http_api_is_watched_under_its_own_names_and_dimensions() -> None:
    stage = (("ApiId", "a1b2c3d4e5"), ("Stage", "$default"))
    of_api = {
        (name, found) for namespace, name, found in metrics(several(api=HTTP_API)) if "Api" in namespace
    }
    assert of_api == {(name, stage) for name in ("Count", "4xx", "5xx", "Latency", "IntegrationLatency")}


def test_the_throttle_of_the_account_is_called_that() -> None:
    api = REST_API.model_copy(update={"throttled_by": "account", "rate_limit_per_s": 10_000})
    (requests,) = [kpi for kpi in catalogue.kpis(several(api=api)) if kpi.key == "api-requests"]
    assert requests.limit_source == "the account's throttle of 10000 requests a second"


def test_what_x_ray_does_not_see_has_no_link_to_traces() -> None:
    for api, links in ((REST_API, True), (HTTP_API, False)):
        for body in (service_dashboard(several(api=api)), monitor_dashboard(several(api=api), MONITOR)):
            assert ("xray:traces/query?" in json.dumps(body)) is links


def test_a_service_without_an_api_is_judged_by_its_canary_alone() -> None:
    service = several(api=None)
    keys = alarms(service).keys()
    assert {key for key in keys if key.startswith("api-") or "promise-latency-" in key} == {
        "page-promise-latency-warn",
        "page-promise-latency-critical",
    }
    assert {"canary-success", "canary-attempts", "canary-burn-1h-long", "page-slo-burn-1h"} <= keys
    assert "outside-blind" not in keys
    assert not [m for m in metrics(service) if m[0] == "AWS/ApiGateway"]
    for body in (service_dashboard(service), monitor_dashboard(service, MONITOR)):
        assert "AWS/ApiGateway" not in json.dumps(body)


def test_the_function_s_logs_are_linked_for_each() -> None:
    text = json.dumps(service_dashboard(several()))
    assert "The function's log of Get-Items_1]" in text
    assert "$252Faws$252Flambda$252Fput)" in text


def test_a_plan_whose_name_will_not_do_for_a_key_has_one_of_its_own() -> None:
    service = several(usage_plans=(WatchedPlan(name="Basic Plan", key="basic-plan", quota=MONTHLY.quota),))
    found = alarms(service)["usage-basic-plan-warn"]
    assert isinstance(found, MetricAlarm)
    assert {"Service": "shop-prod", "Plan": "Basic Plan"} in [
        dict(query.dimensions) for query in found.queries if isinstance(query, MetricStat)
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"functions": (GET, GET)}, "'get-items-1' is the `key` of several"),
        ({"api": {**HTTP_API.model_dump(), "id": None}}, "an HTTP API reports under its id"),
        ({"api": {**HTTP_API.model_dump(), "traced": True}}, "X-Ray does not see an HTTP API"),
        ({"functions": ({**GET.model_dump(), "key": "Get_1"},)}, "should match pattern"),
    ],
)
def test_what_could_not_be_told_apart_or_found_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Watched.model_validate(watched().model_dump() | change)


def test_instances_of_a_model_that_is_asked_now_and_then_report_all_the_time() -> None:
    def silent(**changes: object) -> set[str]:
        endpoint = INSTANCES.model_copy(update={"key": "churn", "steady": False, **changes})
        owner = alarms(several(endpoints=(endpoint,))).get(SILENT)
        queries = owner.queries if isinstance(owner, MetricAlarm) else ()
        return {query.metric for query in queries if isinstance(query, MetricStat)}

    assert silent() == {"CPUUtilization", "MemoryUtilization", "DiskUtilization"}
    assert "Invocations" in silent(steady=True)
    assert silent(always_on=False) == set()
    assert silent(cores=None) == set()


def test_first_steps_name_the_only_function_and_of_several_none() -> None:
    def said(service: Watched) -> str:
        made = stacks(service)
        return " ".join(entry.alarm.description for entry in (*made.service, *made.monitor))

    one = said(several(functions=(GET,), runbook_url=None))
    assert "aws logs tail /aws/lambda/Get-Items_1 --since" in one
    both = said(several(runbook_url=None))
    assert "aws logs tail /aws/lambda/FUNCTION --since" in both
    assert "--function-name FUNCTION --name" in both
    for text in (one, both):
        assert "-inference " not in text
