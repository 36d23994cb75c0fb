"""What the pages say of the components is what they take, give, make and cost."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
import yaml

import monitoring
import package
from config import ROOT
from docs import bill
from docs.prices import Item, told
from monitoring.spec import Alarm
from monitoring.watched import WatchedParts
from package.inputs import watched

DOCS = ROOT / "docs"
PAGES = {
    "KpiAlarms": "package-kpi-alarms.md",
    "SloAlarms": "package-slo-alarms.md",
    "Canary": "package-canary.md",
    "Dashboard": "package-dashboard.md",
}
OVERVIEW = (DOCS / "package.md").read_text()
PROGRAM = yaml.safe_load((DOCS / "examples" / "yaml" / "Pulumi.yaml").read_text())
EXAMPLE = {
    "name": "orders-prod",
    "api": {"name": "orders", "stage": "prod", "rate_limit_per_s": 50, "min_per_minute": 0},
    "functions": [{"name": "orders-api", "timeout_ms": 10_000, "reserved_concurrency": 20}],
}
RUNS = ("canary, requests", "canary, time", "canary, schedule")
FIELD = re.compile(r"`(\w+)`")
ROW = re.compile(r"^\| (.*?) \| ?(\d*) \| (?:\*\*)?([\d.]+) USD(?:\*\*)? \|$", re.MULTILINE)


def page(component: str) -> str:
    return (DOCS / PAGES[component]).read_text()


def costs(component: str) -> list[Item]:
    """What the example's costs a month, by lines."""
    alarms: dict[str, tuple[Alarm, ...]] = {
        "KpiAlarms": monitoring.parts_alarms(WatchedParts.model_validate(EXAMPLE, strict=False)),
        "SloAlarms": monitoring.slo_alarms(
            watched({**EXAMPLE, "account_id": "1" * 12, "region": "eu-central-1"})
        ),
    }
    if component == "Canary":
        found = [*bill.canary()]
        runs = [item for item in found if item.what in RUNS]
        whole = Item(
            what="runs: requests, time, schedule",
            count=bill.PROBES,
            dollars=sum(item.dollars for item in runs),
        )
        named = {
            "custom metrics of the canary": "custom metrics",
            "PutMetricData requests of the canary": "requests to publish them",
            "canary, traces": "traces recorded",
        }
        lines = [
            Item(what=named.get(item.what, item.what), count=item.count, dollars=item.dollars)
            for item in found
            if item not in runs
        ]
        return [*lines, whole, bill.priced("KMS keys", 1, "key")]
    items = told(alarms.get(component, ()), dashboards=component == "Dashboard")
    return [item for item in items if item.count]


def shown(items: Iterable[Item]) -> set[tuple[str, str, str]]:
    return {
        (item.what, str(round(bill.PROBES if item.count < 1 else item.count)), f"{item.dollars:.2f}")
        for item in items
    }


def test_each_component_has_a_page_which_the_overview_names_with_its_price() -> None:
    assert {component.__name__ for component in package.COMPONENTS} == set(PAGES)
    for component, name in PAGES.items():
        price = sum(item.dollars for item in costs(component))
        (line,) = (line for line in OVERVIEW.splitlines() if line.startswith(f"| [`{component}`]({name}) |"))
        assert line.endswith(f"| {price:.2f} USD |")
        assert page(component).startswith(f"# `{component}`\n")


@pytest.mark.parametrize("component", PAGES)
def test_a_page_shows_the_call_of_the_program_that_is_deployed(component: str) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", page(component), re.DOTALL)
    ((name, call),) = yaml.safe_load(block)["resources"].items()
    assert call == PROGRAM["resources"][name]
    assert call["type"] == f"inference-watch:{component}"


@pytest.mark.parametrize("component", PAGES)
def test_a_page_says_what_a_component_takes_and_gives(component: str, schema: Any) -> None:
    said = schema["resources"][f"inference-watch:index:{component}"]
    names = re.findall(r"^\| `(\w+)` \|", page(component).partition("## Parts")[0], re.MULTILINE)
    assert sorted(names) == sorted([*said["inputProperties"], *said["properties"]])


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("`parts`, `service`", "WatchedParts"),
        ("`api`", "WatchedApi"),
        ("`functions[]`", "WatchedFunction"),
        ("`tables[]`", "WatchedTable"),
        ("`endpoints[]`", "WatchedEndpoint"),
        ("`usagePlans[]`", "WatchedPlan"),
        ("`quotas`", "WatchedQuotas"),
    ],
)
def test_a_page_lists_the_fields_of_each_part_and_which_it_has_to_have(
    row: str, kind: str, schema: Any
) -> None:
    ((has_to, may),) = (
        line.split(" | ")[1:]
        for line in page("KpiAlarms").partition("## Parts")[2].splitlines()
        if line.startswith(f"| {row} |")
    )
    said = schema["types"][f"inference-watch:index:{kind}"]
    required = set(said.get("required", ()))
    assert set(FIELD.findall(has_to)) == required
    assert set(FIELD.findall(re.sub(r"\(.*?\)", "", may))) == said["properties"].keys() - required


@pytest.mark.parametrize("component", PAGES)
def test_a_page_says_what_the_example_costs(component: str) -> None:
    items = costs(component)
    *rows, whole = ROW.findall(page(component).partition("## What it costs")[2])
    assert set(rows) == shown(items)
    assert whole == ("**together**", "", f"{sum(item.dollars for item in items):.2f}")
