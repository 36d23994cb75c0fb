"""The overview of a monitor stack: every service side by side, and within CloudWatch's limits."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monitoring import MonitoringError, overview_dashboard
from monitoring.dashboards import limits
from monitoring.spec import CompositeAlarm
from monitoring.stacks import stacks
from monitoring.watched import Watched, WatchedApi
from tests.monitoring.builders import MONITOR, SERVICE, tuned, watched

SCHEMA = json.loads(Path(__file__).with_name("dashboard_body.schema.json").read_text())
OTHER = "333333333333"


def service(number: int, account_id: str = SERVICE) -> Watched:
    name = f"a-long-service-name-{number:03}-staging"
    api = WatchedApi(name=name, stage="live", rate_limit_per_s=50)
    return watched(name=name, account_id=account_id, api=api)


def overview(*services: Watched) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(overview_dashboard(services, MONITOR)))
    return body


def row(body: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """The widgets of the service of this number, left to right."""
    tops = sorted({widget["y"] for widget in body["widgets"]})
    return [widget for widget in body["widgets"] if widget["y"] == tops[number + 1]]


def test_a_row_shows_availability_budget_latency_and_open_pages_of_one_service() -> None:
    second = service(2, OTHER)
    name, kept, latency, pages = (w["properties"] for w in row(overview(service(1), second), 1))
    home = "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1"
    link = f"{home}#dashboards/dashboard/{second.name}-monitor"
    assert name["markdown"] == f"## [{second.name}]({link})\nin account {OTHER}"
    assert kept["title"] == "Promised 99.95 %, and budget left"
    assert [m[-1]["label"] for m in kept["metrics"] if m[-1].get("visible", True)] == [
        "30 days (%)",
        "left (%)",
    ]
    assert [m[0]["expression"] for m in kept["metrics"] if "expression" in m[0]] == [
        "100 - 100 * RUNNING_SUM(FILL(m, 0)) / RUNNING_SUM(FILL(n, 0))",
        "100 - 100 * RUNNING_SUM(FILL(m, 0)) / RUNNING_SUM(FILL(n, 0)) / 0.0005",
    ]
    assert kept["start"] == "-P30D"
    assert latency["title"] == "Latency p90, promised 200 ms"
    for widget in (kept, latency):
        read = [m for m in widget["metrics"] if "expression" not in m[0]]
        assert {(m[3], m[-1]["accountId"]) for m in read} == {(second.name, OTHER)}
    assert (pages["title"], pages["states"]) == ("Open pages", ["ALARM"])
    found = stacks(second)
    assert pages["alarms"] == [
        f"arn:aws:cloudwatch:eu-central-1:{account}:alarm:{entry.alarm.name}"
        for account, own in ((MONITOR, found.monitor), (OTHER, found.service))
        for entry in own
        if isinstance(entry.alarm, CompositeAlarm)
    ]


@pytest.mark.parametrize("count", [1, 2, 100])
def test_any_number_of_services_up_to_100_is_a_body_that_cloudwatch_takes(count: int) -> None:
    body = overview(*map(service, range(count)))
    jsonschema.validate(body, SCHEMA)
    assert len(body["widgets"]) == 1 + 4 * count <= 500
    metrics = [len(widget["properties"].get("metrics", [])) for widget in body["widgets"]]
    assert sum(metrics) == 5 * count <= 2500
    assert max(len(widget["properties"].get("alarms", [])) for widget in body["widgets"]) <= 100
    cells = Counter(
        (x, y)
        for w in body["widgets"]
        for x in range(w["x"], w["x"] + w["width"])
        for y in range(w["y"], w["y"] + w["height"])
    )
    assert set(cells.values()) == {1}
    assert len(cells) == 24 * (1 + 3 * count)


def test_the_services_stand_in_the_order_given_and_their_number_in_the_heading() -> None:
    body = overview(service(2), service(1))
    texts = [w["properties"]["markdown"] for w in body["widgets"] if w["type"] == "text"]
    assert [text.split("]")[0] for text in texts] == [
        "# 2 services: what customers get",
        f"## [{service(2).name}",
        f"## [{service(1).name}",
    ]
    assert overview(service(1))["widgets"][0]["properties"]["markdown"].startswith("# 1 service: ")


def test_a_service_without_alarms_has_no_pages_and_its_row_is_there() -> None:
    silent = tuned(all={"enabled": False})
    assert [widget["type"] for widget in row(overview(silent, service(1)), 0)] == ["text", "metric", "metric"]


def test_more_services_than_a_dashboard_holds_are_refused_with_the_arithmetic_and_the_way_out() -> None:
    with pytest.raises(MonitoringError) as refused:
        overview(*map(service, range(125)))
    assert refused.value.problems == (
        "it has 501 widgets; 500 are allowed. Watch some of the services from another monitor stack: take"
        " them out of `watches`.",
    )


def metrics(count: int) -> dict[str, Any]:
    rows = [["N", f"m{n}", {"id": f"m{n}"}] for n in range(count)]
    return {"type": "metric", "properties": {"title": "T", "metrics": rows}}


def alarms(count: int) -> dict[str, Any]:
    return {"type": "alarm", "properties": {"title": "A", "alarms": [f"a{n}" for n in range(count)]}}


def expression(chars: int) -> dict[str, Any]:
    return {"type": "metric", "properties": {"title": "E", "metrics": [[{"expression": "m" * chars}]]}}


@pytest.mark.parametrize(
    ("fits", "too_many", "said"),
    [
        ([alarms(1)] * 500, [alarms(1)] * 501, ["it has 501 widgets; 500 are allowed. Mend."]),
        ([metrics(500)], [metrics(501)], ["'T' has 501 metrics; 500 are allowed. Mend."]),
        (
            [metrics(500)] * 5,
            [*[metrics(500)] * 5, metrics(1)],
            ["its widgets have 2501 metrics and expressions; 2500 are allowed. Mend."],
        ),
        ([alarms(100)], [alarms(101)], ["'A' has 101 alarms; 100 are allowed. Mend."]),
        (
            [expression(2048)],
            [expression(2049)],
            ["'E' has an expression of 2049 characters; 2048 are allowed. Mend."],
        ),
    ],
)
def test_each_limit_of_a_dashboard_is_met_and_not_passed(
    fits: list[dict[str, Any]], too_many: list[dict[str, Any]], said: list[str]
) -> None:
    limits.check(fits, "Mend")
    with pytest.raises(MonitoringError) as refused:
        limits.check(too_many, "Mend")
    assert list(refused.value.problems) == said
