"""Renders planned work as CloudWatch's alarm mute rules, one to one.

What is muted is decided in `monitoring`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from monitoring.notify.maintenance import MuteRule


@dataclass(frozen=True, kw_only=True, slots=True)
class MuteRulesArgs:
    """`rules` of one account."""

    rules: Sequence[MuteRule]


class MuteRules(pulumi.ComponentResource):
    """The rules. They have to be made after the alarms that they name."""

    def __init__(self, name: str, args: MuteRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:mute-rules:MuteRules", name, None, opts)
        for rule in args.rules:
            aws.cloudwatch.AlarmMuteRule(
                f"{name}-{rule.name}",
                name=rule.name,
                description=rule.work.reason,
                rule={
                    "schedule": {
                        "expression": rule.work.schedule,
                        "duration": rule.work.duration,
                        "timezone": rule.work.timezone,
                    }
                },
                mute_targets={"alarm_names": list(rule.targets)},
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
