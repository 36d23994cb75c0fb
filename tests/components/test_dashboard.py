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


def test_each_service_has_one_dashboard_an_account_whose_name_is_exported(
    prod: Run, prod_monitor: Run
) -> None:
    outside = prod_monitor.outputs["services"]["inference-prod"]
    for run, outputs in ((prod, prod.outputs), (prod_monitor, outside)):
        assert run.one("Dashboard").inputs["dashboardName"] == outputs["dashboard_name"]
