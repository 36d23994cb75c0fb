"""One watched service in the monitor stack: its canary, its alarms and its dashboard.

Physical and logical names begin with the service's own name, so that services come and go without touching
one another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

import monitoring
from components.monitor.canary import Canary, CanaryArgs, needs_api_id
from components.monitor.locations import Location
from components.monitor.stack_outputs import StackOutputs
from components.shared.alarms import Alarms, AlarmsArgs, MuteRules, MuteRulesArgs
from components.shared.common import Common
from components.shared.dashboard import Dashboard, DashboardArgs
from monitoring.names import canary_name, dashboard_name
from monitoring.spec import Level
from monitoring.watched import Watched
from settings.canary import Canary as CanarySettings
from settings.probes import exported


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedServiceArgs:
    """`stack` is the service's own, which `watched` and `probes` were read from, probes unless a preview
    finds none; topics by level.
    """

    common: Common
    stack: StackOutputs
    watched: Watched
    probes: str | None
    canary: CanarySettings
    locations: Mapping[str, Location]
    topic_arns: Mapping[Level, pulumi.Input[str]]


class WatchedService(pulumi.ComponentResource):
    """What watches one service. `exports` are the names that people and commands look for.

    Raises `MonitoringError` before anything is made if an alarm would be wrong.
    """

    exports: dict[str, Any]

    def __init__(self, name: str, args: WatchedServiceArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__("inference-watch:monitor:WatchedService", name, None, opts)
        # Before a stack could watch several services, these were the stack's own children.
        child = pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(parent=opts.parent)])
        watched = args.watched
        alarms = monitoring.monitor_alarms(watched)
        if args.probes is not None:
            self._probe(name, args, args.probes, child)
        made = Alarms(f"{name}-alarms", AlarmsArgs(alarms=alarms, topic_arns=args.topic_arns), opts=child)
        MuteRules(
            f"{name}-maintenance",
            MuteRulesArgs(rules=monitoring.monitor_mutes(watched)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[made]),
        )
        body = monitoring.monitor_dashboard(watched, args.common.account_id)
        Dashboard(
            f"{name}-dashboard",
            DashboardArgs(dashboard_name=dashboard_name(watched.name), body=body),
            opts=child,
        )
        self.exports = {
            "canary_function_name": canary_name(watched.name),
            "dashboard_name": dashboard_name(watched.name),
            "alarms": [alarm.name for alarm in alarms],
        }
        self.register_outputs({})

    def _probe(self, name: str, args: WatchedServiceArgs, probes: str, opts: pulumi.ResourceOptions) -> None:
        Canary(
            f"{name}-canary",
            CanaryArgs(
                common=args.common,
                watched=args.watched,
                api_id=args.stack.require("api_id") if needs_api_id(probes, args.canary) else None,
                api_url=args.stack.require("api_url"),
                api_key=args.stack.require("canary_api_key") if exported.needs_api_key(probes) else None,
                probes=probes,
                settings=args.canary,
                locations=args.locations,
            ),
            opts=opts,
        )
