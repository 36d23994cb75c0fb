"""Renders a dashboard body as a CloudWatch dashboard. What is on it is decided in `monitoring`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True, slots=True)
class DashboardArgs:
    """`body` is a dashboard body as `PutDashboard` takes it, before it becomes JSON."""

    dashboard_name: str
    body: Mapping[str, Any]


class Dashboard(pulumi.ComponentResource):
    """One dashboard."""

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:dashboard:Dashboard", name, None, opts)
        aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=args.dashboard_name,
            dashboard_body=json.dumps(args.body, ensure_ascii=False),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
