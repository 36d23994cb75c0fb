"""What the page says of the components is what they have and cost."""

import re

import pytest

import monitoring
import package
from config import ROOT
from monitoring.spec import Alarm, CompositeAlarm
from monitoring.watched import WatchedParts
from package.inputs import watched
from rehearsal.price import dollars, prices

PAGE = (ROOT / "docs" / "package.md").read_text()
EXAMPLE = {
    "name": "orders-prod",
    "api": {"name": "orders", "stage": "prod", "rate_limit_per_s": 50, "min_per_minute": 0},
    "functions": [{"name": "orders-api", "timeout_ms": 10_000, "reserved_concurrency": 20}],
}


def test_the_page_has_a_section_for_each_component() -> None:
    assert re.findall(r"^## `(\w+)`", PAGE, re.MULTILINE) == ["KpiAlarms", "SloAlarms", "Canary", "Dashboard"]
    assert {component.__name__ for component in package.COMPONENTS} == set(
        re.findall(r"^## `(\w+)`", PAGE, re.MULTILINE)
    )


@pytest.mark.parametrize("component", ["KpiAlarms", "SloAlarms"])
def test_the_page_says_what_the_examples_alarms_cost(component: str) -> None:
    alarms: dict[str, tuple[Alarm, ...]] = {
        "KpiAlarms": monitoring.parts_alarms(WatchedParts.model_validate(EXAMPLE, strict=False)),
        "SloAlarms": monitoring.slo_alarms(
            watched({**EXAMPLE, "account_id": "1" * 12, "region": "eu-central-1"})
        ),
    }
    made = alarms[component]
    composites = sum(isinstance(alarm, CompositeAlarm) for alarm in made)
    said = f"{len(made) - composites} metric alarms and {composites} composites: {dollars(made):.2f} USD"
    assert said in PAGE.partition(f"## `{component}`")[2].partition("\n## ")[0]


def test_the_page_says_what_a_canarys_metrics_and_a_dashboard_cost() -> None:
    price = prices()
    minutes = price.assumptions.days_per_month * 24 * 60
    assert f"four custom metrics {price.assumptions.canary_metrics * price.custom_metric:.2f} USD" in PAGE
    assert price.assumptions.canary_metrics == 4
    assert f"publish them {minutes / 1000 * price.put_metric_data:.2f}" in PAGE
    assert f"**Costs** {price.dashboard:.2f} USD" in PAGE
