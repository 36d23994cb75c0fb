"""Warn and critical on each KPI of an API and what is behind it, in the account where they are."""

from typing import Any, TypedDict

import pulumi

from components.shared import kpi_alarms
from monitoring.watched import WatchedParts
from package.inputs import PartsInput, Topics, topic_arns
from package.wrong import known, model_of


class KpiAlarmsArgs(TypedDict):
    """What is watched, and who hears of it."""

    parts: PartsInput
    """The API, functions, tables, endpoints, usage plans and own KPIs, by name and limits."""
    topics: Topics
    """Where alarms of each level go."""


class KpiAlarms(pulumi.ComponentResource):
    """The standard alarms of existing parts: two levels on each KPI, silence, and composites that page."""

    arns: pulumi.Output[dict[str, str]]
    """The alarms' ARNs by their keys."""

    def __init__(self, name: str, args: KpiAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:index:KpiAlarms", name, None, opts)

        def make(parts: Any) -> dict[str, pulumi.Output[str]]:
            given = kpi_alarms.KpiAlarmsArgs(
                parts=model_of(WatchedParts, parts, "parts"), topic_arns=topic_arns(args["topics"])
            )
            return kpi_alarms.KpiAlarms(name, given, pulumi.ResourceOptions(parent=self)).arns

        self.arns = known(self, "parts", args["parts"], make)
        self.register_outputs({"arns": self.arns})
