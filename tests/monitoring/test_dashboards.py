"""Both dashboards: valid for CloudWatch, complete, and fit for looking."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monitoring import MonitoringError, monitor_dashboard, service_dashboard
from monitoring.dashboards.widgets import AMBER, GREEN, RED
from monitoring.spec import CompositeAlarm, MetricAlarm
from monitoring.stacks import stacks
from monitoring.watched import Watched
from settings.slo import Slo
from tests.monitoring.builders import GPU_INSTANCES, MONITOR, SERVERLESS, SERVICE, tuned, watched

SCHEMA = json.loads(Path(__file__).with_name("dashboard_body.schema.json").read_text())
SCREEN_ROWS = 15  # of a desktop browser
SHAPES = [watched(), watched(endpoint=SERVERLESS), watched(endpoint=GPU_INSTANCES), watched(usage_plans=())]


def bodies(service: Watched) -> list[dict[str, Any]]:
    return [service_dashboard(service), monitor_dashboard(service, MONITOR)]


def metric_widgets(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (widget["properties"] for widget in body["widgets"] if widget["type"] == "metric")


def titled(body: dict[str, Any], title: str) -> dict[str, Any]:
    (found,) = (properties for properties in metric_widgets(body) if properties["title"] == title)
    return found


def expression(properties: dict[str, Any]) -> str:
    (found,) = (row[0]["expression"] for row in properties["metrics"] if "expression" in row[0])
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize("service", SHAPES)
def test_both_bodies_have_cloudwatchs_structure(service: Watched) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for body in bodies(service):
        jsonschema.validate(json.loads(json.dumps(body)), SCHEMA)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("widgets", 0, "x"), 24),
        (("widgets", 1, "properties", "veiw"), "singleValue"),
        (("widgets", 1, "properties", "metrics"), []),
        (("widgets", 1, "properties", "region"), "Frankfurt"),
        (("start",), "3 hours"),
    ],
)
def test_the_schema_refuses_what_cloudwatch_would_refuse_or_ignore(
    path: tuple[Any, ...], value: object
) -> None:
    body = json.loads(json.dumps(service_dashboard(watched())))
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, SCHEMA)


@pytest.mark.parametrize("service", SHAPES)
def test_no_two_widgets_overlap_and_none_leaves_the_grid(service: Watched) -> None:
    for body in bodies(service):
        cells = Counter(
            (x, y)
            for w in body["widgets"]
            for x in range(w["x"], w["x"] + w["width"])
            for y in range(w["y"], w["y"] + w["height"])
        )
        assert max(cells.values()) == 1
        assert max(x for x, _ in cells) == 23


@pytest.mark.parametrize("service", SHAPES)
def test_a_section_is_no_more_than_one_screen(service: Watched) -> None:
    for body in bodies(service):
        headings = [w["y"] for w in body["widgets"] if w["type"] == "text" and w["width"] == 24]
        end = max(w["y"] + w["height"] for w in body["widgets"])
        heights = [following - y for y, following in zip(headings, [*headings[1:], end], strict=True)]
        assert headings[0] == 0
        assert max(heights) <= SCREEN_ROWS


@pytest.mark.parametrize("service", SHAPES)
def test_each_kpi_is_shown_with_its_warn_and_critical_lines_on_both_dashboards(service: Watched) -> None:
    for body in bodies(service):
        for entry in stacks(service).service:
            if entry.rule.kpi is None or not isinstance(entry.alarm, MetricAlarm):
                continue
            lines = titled(body, entry.rule.kpi.title)["annotations"]["horizontal"]
            color = {"warn": AMBER, "critical": RED}[entry.rule.severity]
            label = f"{entry.rule.severity} {entry.alarm.threshold:g}"
            assert {"value": entry.alarm.threshold, "label": label, "color": color} in lines


def test_a_line_is_where_the_tuned_alarm_fires_and_gone_when_it_is_switched_off() -> None:
    service = tuned(each={"api-5xx-warn": {"threshold": 0.25}, "api-5xx-critical": {"enabled": False}})
    lines = titled(service_dashboard(service), "API requests failed (5XX)")["annotations"]["horizontal"]
    assert [(line["value"], line["color"]) for line in lines] == [(0.25, AMBER)]


def test_availability_and_latency_are_shown_against_the_promise() -> None:
    body = service_dashboard(watched(slo=Slo(availability_pct=99.9, latency_p90_ms=300)))
    for title, value in (("Availability", 99.9), ("Latency", 300)):
        (line,) = titled(body, title)["annotations"]["horizontal"]
        assert (line["value"], line["color"]) == (value, GREEN)


def test_the_error_budget_is_a_number_and_a_trend_over_the_slos_window() -> None:
    for body in bodies(watched()):
        number, trend = titled(body, "Error budget left"), titled(body, "Error budget left, 30 days")
        assert (number["view"], trend["view"]) == ("singleValue", "timeSeries")
        assert number["start"] == trend["start"] == "-P30D"
        assert expression(number) == expression(trend)
        assert expression(trend) == ("100 - 100 * RUNNING_SUM(FILL(m, 0)) / RUNNING_SUM(FILL(n, 0)) / 0.0005")


def test_the_forecast_is_a_number_of_days_over_the_slos_window() -> None:
    for body in bodies(watched()):
        forecast = titled(body, "Budget gone in, at today's burn")
        assert (forecast["view"], forecast["start"]) == ("singleValue", "-P30D")
        assert {row[-1]["period"] for row in forecast["metrics"] if "expression" not in row[0]} == {86_400}
        left = "(1 - RUNNING_SUM(m) / RUNNING_SUM(n) / 0.0005)"
        until = f"30 * {left} * 0.0005 * n / m"
        whole = f"IF(m > 0, IF({left} > 0, IF({until} < 30, {until}, 30), 0), 30)"
        assert expression(forecast) == whole


def test_usage_is_shown_against_quota_one_line_a_plan_with_a_quota() -> None:
    found = titled(service_dashboard(watched()), "Usage against quota")
    assert [row[-1]["label"] for row in found["metrics"]] == ["gold"]
    assert [line["value"] for line in found["annotations"]["horizontal"]] == [100, 90, 80]


def test_the_monitor_dashboard_reads_the_services_metrics_across_accounts_and_its_own_at_home() -> None:
    accounts: dict[str, set[object]] = {}
    for properties in metric_widgets(monitor_dashboard(watched(), MONITOR)):
        for row in properties["metrics"]:
            if "expression" not in row[0]:
                own = row[0] == "InferenceWatch" and str(row[1]).startswith("Canary")
                accounts.setdefault("canary" if own else "service", set()).add(row[-1].get("accountId"))
    assert accounts == {"canary": {None}, "service": {SERVICE}}


def test_the_service_dashboard_reads_its_own_account() -> None:
    assert "accountId" not in json.dumps(service_dashboard(watched()))


def test_the_pages_of_both_accounts_are_on_the_monitor_dashboard() -> None:
    shown = [
        arn
        for widget in monitor_dashboard(watched(), MONITOR)["widgets"]  # type: ignore[attr-defined]  # a list
        if widget["type"] == "alarm"
        for arn in widget["properties"]["alarms"]
    ]
    found = stacks(watched())
    expected = {
        f"arn:aws:cloudwatch:eu-central-1:{account}:alarm:{entry.alarm.name}"
        for account, own in ((SERVICE, found.service), (MONITOR, found.monitor))
        for entry in own
        if isinstance(entry.alarm, CompositeAlarm)
    }
    assert set(shown) == expected
    assert len(shown) == len(expected)


def test_every_graph_has_a_legend_a_unit_and_visible_lines_with_labels() -> None:
    for body in bodies(watched(endpoint=GPU_INSTANCES)):
        for properties in metric_widgets(body):
            shown = [row[-1] for row in properties["metrics"] if row[-1].get("visible", True)]
            assert shown
            assert all(options["label"] for options in shown)
            assert len({options["color"] for options in shown}) == len(shown)
            if properties["view"] == "timeSeries":
                assert properties["legend"] == {"position": "bottom"}
                assert properties["yAxis"]["left"]["label"] in ("%", "ms", "count")


def test_the_links_lead_to_traces_logs_alarms_and_the_runbook() -> None:
    (links,) = (
        widget["properties"]["markdown"]
        for widget in service_dashboard(watched())["widgets"]  # type: ignore[attr-defined]  # a list
        if widget["type"] == "text" and "Look further" in widget["properties"]["markdown"]
    )
    console = "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#"
    assert f"[Traces]({console}xray:traces/query)" in links
    slow = "service*28*22shop-prod*2flive*22*29*20AND*20responsetime*20*3e*200.2"
    assert f"[slow]({console}xray:traces/query?~(query~(expression~'{slow})))" in links
    failed = "service*28*22shop-prod*2flive*22*29*20*7b*20fault*20*7d"
    assert f"[failed]({console}xray:traces/query?~(query~(expression~'{failed})))" in links
    assert f"[Alarms]({console}alarmsV2:)" in links
    assert "log-group/$252Faws$252Flambda$252Fshop-prod-inference" in links
    assert "[Runbook](https://example.com/runbook)" in links


def test_a_dashboard_of_alarms_that_cannot_be_deployed_is_refused() -> None:
    with pytest.raises(MonitoringError):
        service_dashboard(tuned(each={"no-such-alarm": {"enabled": False}}))
