"""A dashboard of a service: what customers get, every KPI, and what is in alarm."""

from typing import Any, TypedDict

import pulumi

import monitoring
from components.shared import dashboard
from package.inputs import ServiceInput, watched
from package.wrong import known


class DashboardArgs(TypedDict):
    """What is drawn; the pages in it are those of `KpiAlarms` of the same parts."""

    service: ServiceInput
    """The service with its parts, account and region; its `name` is the dashboard's."""


class Dashboard(pulumi.ComponentResource):
    """One CloudWatch dashboard."""

    dashboard_name: pulumi.Output[str]
    """What CloudWatch calls it."""

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:index:Dashboard", name, None, opts)

        def make(service: Any) -> str:
            found = watched(service)
            body = monitoring.service_dashboard(found)
            given = dashboard.DashboardArgs(dashboard_name=found.name, body=body)
            dashboard.Dashboard(name, given, pulumi.ResourceOptions(parent=self))
            return found.name

        self.dashboard_name = known(self, "service", args["service"], make)
        self.register_outputs({"dashboard_name": self.dashboard_name})
