"""A caller's API keys as secrets that its roles read from their own account, and nobody else there.

Secrets of another account can be read only where a customer-managed key encrypts them, so each caller has a
KMS key of its own: what one caller may decrypt is no other caller's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.service.access.policies import from_account
from components.shared import iam
from components.shared.common import Common
from components.shared.secret import keep
from settings.api.callers import Caller


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverArgs:
    """`keys` are the values of the caller's API keys, by name."""

    common: Common
    caller: Caller
    keys: Mapping[str, pulumi.Output[str]]


class Handover(pulumi.ComponentResource):
    """One KMS key, and one secret an API key; `secret_arns` by the API key's name."""

    key_arn: pulumi.Output[str]
    secret_arns: Mapping[str, pulumi.Output[str]]

    def __init__(self, name: str, args: HandoverArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:handover:Handover", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        common, caller = args.common, args.caller
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Encrypts the API keys that {caller.name} of account {caller.account} reads.",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=json.dumps(key_policy(common.account_id, common.region, caller)),
            opts=child,
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{common.base}-caller-{caller.name}",
            target_key_id=key.key_id,
            opts=child,
        )
        self.key_arn = key.arn
        self.secret_arns = {
            api_key: self._secret(
                f"{name}-{api_key}", f"{common.base}-api-key-{api_key}", value, key.arn, caller
            )
            for api_key, value in args.keys.items()
        }
        self.register_outputs({"key_arn": self.key_arn})

    def _secret(
        self,
        name: str,
        secret_name: str,
        value: pulumi.Output[str],
        key_arn: pulumi.Output[str],
        caller: Caller,
    ) -> pulumi.Output[str]:
        secret, _ = keep(
            name,
            value,
            called=secret_name,
            description=f"The API key of {caller.name}.",
            key_arn=key_arn,
            opts=pulumi.ResourceOptions(parent=self),
            policy=json.dumps(secret_policy(caller)),
        )
        return secret.arn


def key_policy(account_id: str, region: str, caller: Caller) -> dict[str, Any]:
    """The key's policy: IAM of this account decides, and the caller's roles decrypt through Secrets Manager.

    In a key policy the resource `*` means this key.
    """
    reader = from_account(caller.role_arns)
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}}
    return iam.document(
        [
            {
                "Sid": "Account",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                **reader,
                "Sid": "Caller",
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": "*",
                "Condition": {**reader["Condition"], **through},
            },
        ]
    )


def secret_policy(caller: Caller) -> dict[str, Any]:
    """The secret's policy: the caller's roles read it. In it the resource `*` means this secret."""
    reader = from_account(caller.role_arns)
    return iam.document(
        [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*", **reader}]
    )
