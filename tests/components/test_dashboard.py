"""A dashboard body becomes one dashboard."""

import json
from typing import Any

import pytest

from components.shared.dashboard import Dashboard, DashboardArgs
from monitoring import monitor_dashboard, service_dashboard
from tests.components.harness import Recorder, Run, run_program
from tests.monitoring.builders import MONITOR, watched


@pytest.mark.parametrize("body", [service_dashboard(watched()), monitor_dashboard(watched(), MONITOR)])
def test_the_body_is_rendered_as_it_is(body: dict[str, Any]) -> None:
    recorder = Recorder()
    run_program(
        lambda: Dashboard("dashboard", DashboardArgs(dashboard_name="shop-prod", body=body)), recorder
    )
    (made,) = (made for made in recorder.made if made.type.startswith("aws:"))
    assert made.type == "aws:cloudwatch/dashboard:Dashboard"
    assert made.inputs["dashboardName"] == "shop-prod"
    assert json.loads(made.inputs["dashboardBody"]) == json.loads(json.dumps(body))


def test_the_dashboards_have_the_names_that_are_exported(prod: Run, prod_monitor: Run) -> None:
    of_the_service = prod_monitor.outputs["services"]["inference-prod"]["dashboard_name"]
    for run, names in (
        (prod, {prod.outputs["dashboard_name"]}),
        (prod_monitor, {of_the_service, prod_monitor.outputs["dashboard_name"]}),
    ):
        assert {m.inputs["dashboardName"] for m in run.of("Dashboard").values()} == names
