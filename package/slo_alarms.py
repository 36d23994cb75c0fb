"""Alarms on the promise itself: how fast the error budget burns, and the promised latency."""

from typing import Any, TypedDict

import pulumi

import monitoring
from components.shared.alarms import Alarms, AlarmsArgs
from package.inputs import ServiceInput, Topics, topic_arns, watched
from package.wrong import known


class SloAlarmsArgs(TypedDict):
    """What was promised of which API, and who hears of it."""

    service: ServiceInput
    """The service with its API, its account and its SLO; its metrics may be another account's."""
    topics: Topics
    """Where alarms of each level go."""


class SloAlarms(pulumi.ComponentResource):
    """Burn rates of the error budget in pairs of windows, and the promised latency.

    Goes with `KpiAlarms` of the same parts, which own the silence of the metrics.
    """

    arns: pulumi.Output[dict[str, str]]
    """The alarms' ARNs by their keys."""

    def __init__(self, name: str, args: SloAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:index:SloAlarms", name, None, opts)

        def make(service: Any) -> dict[str, pulumi.Output[str]]:
            alarms = monitoring.slo_alarms(watched(service))
            given = AlarmsArgs(alarms=alarms, topic_arns=topic_arns(args["topics"]))
            return Alarms(name, given, pulumi.ResourceOptions(parent=self)).arns

        self.arns = known(self, "service", args["service"], make)
        self.register_outputs({"arns": self.arns})
