"""The callers of other accounts: the keys that they read, and what their own accounts have to allow."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.service.access.handover import Handover, HandoverArgs
from components.service.access.policies import identity_policy
from components.shared.common import Common
from settings.api.callers import Caller
from settings.usage_plans import UsagePlan


@dataclass(frozen=True, kw_only=True, slots=True)
class CallersArgs:
    """`operations` are the signed ones by id, each `<stage>/<METHOD>/<path>`; `key_values` are by name."""

    common: Common
    execution_arn: pulumi.Input[str]
    operations: Mapping[str, str]
    callers: Sequence[Caller]
    plans: Sequence[UsagePlan]
    key_values: Mapping[str, pulumi.Output[str]]


class Callers(pulumi.ComponentResource):
    """What to tell each caller's account: `told` is by the caller's name, and nothing in it is secret."""

    told: dict[str, pulumi.Output[dict[str, Any]]]

    def __init__(self, name: str, args: CallersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:callers:Callers", name, None, opts)
        keys = [key for plan in args.plans for key in plan.keys]
        self.told = {}
        for caller in args.callers:
            theirs = {key.name: args.key_values[key.name] for key in keys if key.caller == caller.name}
            secrets: Mapping[str, pulumi.Output[str]] = {}
            key_arn: pulumi.Output[str] | None = None
            if theirs:
                handover = Handover(
                    f"{name}-{caller.name}",
                    HandoverArgs(common=args.common, caller=caller, keys=theirs),
                    opts=pulumi.ResourceOptions(parent=self),
                )
                secrets, key_arn = handover.secret_arns, handover.key_arn
            self.told[caller.name] = _told(args, caller, secrets, key_arn)
        self.register_outputs({})


def _told(
    args: CallersArgs,
    caller: Caller,
    secrets: Mapping[str, pulumi.Output[str]],
    key_arn: pulumi.Output[str] | None,
) -> pulumi.Output[dict[str, Any]]:
    operations = [args.operations[name] for name in caller.operations or args.operations]
    return pulumi.Output.all(args.execution_arn, dict(secrets), key_arn).apply(
        lambda known: {
            "roles": list(caller.role_arns),
            "api_key_secrets": known[1],
            "policy": json.dumps(identity_policy(known[0], operations, list(known[1].values()), known[2])),
        }
    )
