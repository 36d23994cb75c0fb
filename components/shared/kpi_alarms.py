"""The standard alarms for what another program deployed: its API, function, table or model endpoint, by name.

The same KPIs, levels, composites and checks as for this program's own service (see docs/kpi-alarms.md).
Nothing is looked up in AWS: names and limits are given, so a preview needs no credentials.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from components.shared.alarms import Alarms, AlarmsArgs
from monitoring import parts
from monitoring.alarms.entry import Scope
from monitoring.spec import Alarm, Level
from monitoring.targets import ApiTarget, EndpointTarget, FunctionTarget, TableTarget, Targets
from settings.alarms import AlarmsTuning
from settings.slo import Levels


@dataclass(frozen=True, kw_only=True, slots=True)
class KpiAlarmsArgs:
    """`prefix` begins the alarms' names; parts that are None are not watched. Topics by level."""

    prefix: str
    runbook_url: str | None = None
    topic_arns: Mapping[Level, pulumi.Input[str]]
    api: ApiTarget | None = None
    function: FunctionTarget | None = None
    table: TableTarget | None = None
    endpoint: EndpointTarget | None = None
    levels: Levels = field(default_factory=Levels)
    tuning: AlarmsTuning = field(default_factory=AlarmsTuning)

    def __post_init__(self) -> None:
        if not any((self.api, self.function, self.table, self.endpoint)):
            raise ValueError(
                f"KpiAlarms {self.prefix!r} watches nothing; give an api, function, table or endpoint"
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
            AlarmsArgs(alarms=alarms(args), topic_arns=args.topic_arns),
            opts=pulumi.ResourceOptions(parent=self),
        ).arns
        self.register_outputs({"arns": self.arns})


def alarms(args: KpiAlarmsArgs) -> tuple[Alarm, ...]:
    """The specs that are rendered."""
    targets = Targets(api=args.api, function=args.function, table=args.table, endpoint=args.endpoint)
    scope = Scope(prefix=args.prefix, runbook_url=args.runbook_url, tuning=args.tuning)
    return parts.alarms(targets, args.levels, scope)
