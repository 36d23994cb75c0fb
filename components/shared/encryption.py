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
    """`alias` is the key's alias without `alias/`; `budgets` publish to a topic that the key encrypts."""

    alias: str
    account_id: str
    region: str
    budgets: bool = False
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
            policy=json.dumps(key_policy(args.account_id, args.region, budgets=args.budgets)),
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        aws.kms.Alias(f"{name}-alias", name=f"alias/{args.alias}", target_key_id=key.key_id, opts=child)
        self.key_arn = key.arn
        self.register_outputs({"key_arn": self.key_arn})


def key_policy(account_id: str, region: str, *, budgets: bool) -> dict[str, Any]:
    """The key's policy: IAM of this account decides, and AWS's services may use the key for this account.

    In a key policy the resource `*` means this key. Whoever publishes to an encrypted topic uses the key
    itself: "Enable compatibility between event sources from AWS services and encrypted topics", SNS guide.
    """
    use = ["kms:Decrypt", "kms:GenerateDataKey*"]
    logs = [*use, "kms:Encrypt", "kms:ReEncrypt*", "kms:DescribeKey"]
    publishers = [("Alarm", "cloudwatch"), *([("Budget", "budgets")] if budgets else [])]
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
            *(
                {
                    "Sid": f"{what}Notifications",
                    "Effect": "Allow",
                    "Principal": {"Service": f"{service}.amazonaws.com"},
                    "Action": use,
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
                }
                for what, service in publishers
            ),
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
