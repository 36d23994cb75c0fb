"""The monitor account's stack: the canary, and what is watched from outside.

Everything about the service comes from its stack's outputs; nothing here is read by the service stack.
"""

from collections.abc import Mapping
from typing import Any

import pulumi

import monitoring
from components.monitor.canary import Canary, CanaryArgs
from components.monitor.stack_outputs import StackOutputs, service_stack
from components.shared.alarms import Alarms, AlarmsArgs
from components.shared.common import common
from components.shared.dashboard import Dashboard, DashboardArgs
from components.shared.notifications import Notifications, NotificationsArgs, joined
from monitoring.watched import Watched
from settings import Settings


class Monitor(pulumi.ComponentResource):
    """The monitor stack. `exports` is what `__main__` publishes; subscribers come on top of the service's."""

    exports: dict[str, Any]

    def __init__(self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:monitor:Monitor", name, None, opts)
        self._name, self._settings, self._child = name, settings, pulumi.ResourceOptions(parent=self)
        self._prefix = f"{settings.base}-monitor"
        service = StackOutputs(settings.service_stack or service_stack())
        shared = common(name, settings, self._prefix, self._child)
        canary = Canary(
            f"{name}-canary",
            CanaryArgs(
                common=shared,
                service_account_id=settings.accounts.service,
                api_id=service.require("api_id"),
                api_url=service.require("api_url"),
                api_key=service.require("canary_api_key"),
                probes=service.require("probes"),
                settings=settings.canary,
            ),
            opts=self._child,
        )
        notifications = Notifications(
            f"{name}-notifications",
            NotificationsArgs(
                prefix=self._prefix,
                account_id=shared.account_id,
                key_arn=shared.key_arn,
                subscriptions=service.require("subscriptions").apply(
                    lambda theirs: joined(theirs, settings.notifications)
                ),
                set_in=service.name,
            ),
            opts=self._child,
        )
        self.exports = {
            "canary_function_name": canary.function.function_name,
            "dashboard_name": self._prefix,
            # Which alarms there are depends on the service's settings. A StackReference is read during
            # preview too, so these resources show there as soon as the service is deployed.
            "alarms": service.require("watched", read_watched).apply(
                lambda watched: self._watch(watched, notifications)
            ),
        }
        self.register_outputs({})

    def _watch(self, watched: Watched, notifications: Notifications) -> list[str]:
        check_pair(watched, self._settings)
        try:
            alarms = monitoring.monitor_alarms(watched)
        except monitoring.MonitoringError as error:  # for people: without a traceback
            raise pulumi.RunError(str(error)) from None
        Alarms(
            f"{self._name}-alarms",
            AlarmsArgs(alarms=alarms, topic_arns=notifications.topic_arns),
            opts=self._child,
        )
        body = monitoring.monitor_dashboard(watched, self._settings.account_id)
        Dashboard(
            f"{self._name}-dashboard",
            DashboardArgs(dashboard_name=self._prefix, body=body),
            opts=self._child,
        )
        return [alarm.name for alarm in alarms]


def read_watched(output: Mapping[str, Any]) -> Watched:
    """The service's own description. Numbers arrive as floats. Raises `ValidationError`."""
    return Watched.model_validate(output, strict=False)


def check_pair(watched: Watched, settings: Settings) -> None:
    """Raises `pulumi.RunError` when the two stacks do not speak of the same service."""
    ours = (settings.base, settings.accounts.service, settings.region)
    theirs = (watched.name, watched.account_id, watched.region)
    if ours != theirs:
        raise pulumi.RunError(
            f"This stack watches {ours} (name, account, region), but the service stack is {theirs}; "
            f"the canary's calls would be refused. Set name, env, accounts.service and region alike in both."
        )
