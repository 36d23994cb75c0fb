"""The standard alarms for what another program deployed: its API, function, table or model endpoint, by name.

The same KPIs, levels, composites and checks as for this program's own service (see docs/kpi-alarms.md).
Nothing is looked up in AWS: names and limits are given, so a preview needs no credentials.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.shared.alarms import Alarms, AlarmsArgs
from monitoring import parts_alarms
from monitoring.spec import Level
from monitoring.watched import WatchedParts


@dataclass(frozen=True, kw_only=True, slots=True)
class KpiAlarmsArgs:
    """`parts.name` begins the alarms' names; topics by level."""

    parts: WatchedParts
    topic_arns: Mapping[Level, pulumi.Input[str]]

    def __post_init__(self) -> None:
        parts = self.parts
        if not any((parts.api, parts.functions, parts.tables, parts.endpoints, parts.own_kpis)):
            raise ValueError(
                f"KpiAlarms {parts.name!r} watches nothing; give an api, function, table, endpoint or own KPI"
            )


class KpiAlarms(pulumi.ComponentResource):
    """Standard alarms for existing parts. `arns` is keyed by alarm key.

    Raises `MonitoringError` before anything is made if an alarm would be wrong.
    """

    arns: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: KpiAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:kpi-alarms:KpiAlarms", name, None, opts)
        self.arns = Alarms(
            name,
            AlarmsArgs(alarms=parts_alarms(args.parts), topic_arns=args.topic_arns),
            opts=pulumi.ResourceOptions(parent=self),
        ).arns
        self.register_outputs({"arns": self.arns})
