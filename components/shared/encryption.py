"""One customer-managed KMS key for everything a stack stores or queues.

AWS-managed keys will not do: CloudWatch alarms cannot publish to a topic encrypted with one.
"""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True, slots=True)
class EncryptionArgs:
    """`alias` is the key's alias without `alias/`."""

    alias: str
    account_id: str
    region: str
    deletion_protection: bool = False


class Encryption(pulumi.ComponentResource):
    """The stack's key, rotated yearly."""

    key_arn: pulumi.Output[str]

    def __init__(self, name: str, args: EncryptionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:encryption:Encryption", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Encrypts what {args.alias} stores and queues.",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=json.dumps(key_policy(args.account_id, args.region)),
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        aws.kms.Alias(f"{name}-alias", name=f"alias/{args.alias}", target_key_id=key.key_id, opts=child)
        self.key_arn = key.arn
        self.register_outputs({"key_arn": self.key_arn})


def key_policy(account_id: str, region: str) -> dict[str, Any]:
    """The key's policy: IAM of this account decides, and two services may use the key for this account.

    In a key policy the resource `*` means this key.
    """
    use = ["kms:Decrypt", "kms:GenerateDataKey*"]
    logs = [*use, "kms:Encrypt", "kms:ReEncrypt*", "kms:DescribeKey"]
    log_groups = f"arn:aws:logs:{region}:{account_id}:log-group:*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                # Without this statement IAM policies could not grant the key, and nobody could manage it.
                "Sid": "Account",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "AlarmNotifications",
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": use,
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
            },
            {
                "Sid": "Logs",
                "Effect": "Allow",
                "Principal": {"Service": f"logs.{region}.amazonaws.com"},
                "Action": logs,
                "Resource": "*",
                "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
            },
        ],
    }
