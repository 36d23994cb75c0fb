"""The monitor account's stack: the canary, and what is watched from outside.

Everything about the service comes from its stack's outputs; nothing here is read by the service stack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

import monitoring
from components.alarms import Alarms, AlarmsArgs
from components.canary import Canary, CanaryArgs
from components.dashboard import Dashboard, DashboardArgs
from components.encryption import Encryption, EncryptionArgs
from components.notifications import Notifications, NotificationsArgs, Subscriptions, joined
from components.sdk_layer import sdk_layer
from components.stack_outputs import StackOutputs
from monitoring.watched import Watched


@dataclass(frozen=True, kw_only=True, slots=True)
class MonitorArgs:
    """`service` is what the service stack exports; `stage` and `api_path` name its operation.

    `subscriptions` come on top of the service stack's.
    """

    base: str
    account_id: str
    service_account_id: str
    region: str
    stage: str
    api_path: str
    service: StackOutputs
    log_retention_days: int
    timeout_ms: int
    subscriptions: Subscriptions = field(default_factory=dict)


class Monitor(pulumi.ComponentResource):
    """The monitor stack. `exports` is what `__main__` publishes."""

    exports: dict[str, Any]

    def __init__(self, name: str, args: MonitorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:monitor:Monitor", name, None, opts)
        self._name, self._args, self._child = name, args, pulumi.ResourceOptions(parent=self)
        prefix = f"{args.base}-monitor"
        key_arn = Encryption(
            f"{self._name}-encryption",
            EncryptionArgs(alias=prefix, account_id=args.account_id, region=args.region),
            opts=self._child,
        ).key_arn
        canary = self._canary(key_arn)
        notifications = Notifications(
            f"{self._name}-notifications",
            NotificationsArgs(
                prefix=prefix,
                account_id=args.account_id,
                key_arn=key_arn,
                subscriptions=args.service.require("subscriptions").apply(
                    lambda theirs: joined(theirs, args.subscriptions)
                ),
                set_in=args.service.name,
            ),
            opts=self._child,
        )
        self.exports = {
            "canary_function_name": canary.function.function_name,
            "dashboard_name": prefix,
            "warn_topic_arn": notifications.topic_arns["warn"],
            "critical_topic_arn": notifications.topic_arns["critical"],
        }
        # Which alarms there are depends on the service's settings. A StackReference is read during preview
        # too, so these resources show there as soon as the service is deployed.
        self.exports["alarms"] = args.service.require("watched", read_watched).apply(
            lambda watched: self._watch(watched, prefix, notifications)
        )
        self.register_outputs({})

    def _canary(self, key_arn: pulumi.Output[str]) -> Canary:
        args = self._args
        return Canary(
            f"{self._name}-canary",
            CanaryArgs(
                base=args.base,
                account_id=args.account_id,
                service_account_id=args.service_account_id,
                region=args.region,
                api_id=args.service.require("api_id"),
                api_url=args.service.require("api_url"),
                stage=args.stage,
                api_path=args.api_path,
                api_key=args.service.require("canary_api_key"),
                probe=args.service.require("probe"),
                timeout_ms=args.timeout_ms,
                layer_arn=sdk_layer(f"{self._name}-sdk", f"{args.base}-monitor-xray-sdk", self._child).arn,
                key_arn=key_arn,
                log_retention_days=args.log_retention_days,
            ),
            opts=self._child,
        )

    def _watch(self, watched: Watched, prefix: str, notifications: Notifications) -> list[str]:
        check_pair(watched, self._args)
        try:
            alarms = monitoring.monitor_alarms(watched)
        except monitoring.MonitoringError as error:  # for people: without a traceback
            raise pulumi.RunError(str(error)) from None
        Alarms(
            f"{self._name}-alarms",
            AlarmsArgs(alarms=alarms, topic_arns=notifications.topic_arns),
            opts=self._child,
        )
        Dashboard(
            f"{self._name}-dashboard",
            DashboardArgs(
                dashboard_name=prefix,
                body=monitoring.monitor_dashboard(watched, self._args.account_id),
            ),
            opts=self._child,
        )
        return [alarm.name for alarm in alarms]


def read_watched(output: Mapping[str, Any]) -> Watched:
    """The service's own description. Numbers arrive as floats. Raises `ValidationError`."""
    return Watched.model_validate(output, strict=False)


def check_pair(watched: Watched, args: MonitorArgs) -> None:
    """Raises `pulumi.RunError` when the two stacks do not speak of the same service."""
    ours = (args.base, args.service_account_id, args.region)
    theirs = (watched.name, watched.account_id, watched.region)
    if ours != theirs:
        raise pulumi.RunError(
            f"This stack watches {ours} (name, account, region), but the service stack is {theirs}; "
            f"the canary's calls would be refused. Set name, env, accounts.service and region alike in both."
        )
