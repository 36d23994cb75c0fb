"""Where the stacks' state is kept: a bucket and a key of the monitor account.

The service account writes the state of its own stacks there and neither reads nor writes that of monitor
stacks: what proves the promise is not in the hands of who made it.
"""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.shared import iam
from components.shared.buckets import secure, versioned
from settings.delivery import state_bucket

KEPT_DAYS = 90  # of a state that was overwritten or deleted
READS = ("s3:GetObject", "s3:ListBucket")
WRITES = ("s3:DeleteObject", "s3:PutObject")
USES = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
# All that the CLI keeps of a stack: state, history, backups, locks; of bootstrap's own stack, too.
MONITOR_STACKS = (".pulumi/*-monitor*", ".pulumi/*/monitor*")


@dataclass(frozen=True, kw_only=True, slots=True)
class StateArgs:
    """Where it is, and the other accounts whose IAM may let somebody use it."""

    account_id: str
    region: str
    service_account_ids: tuple[str, ...]


class State(pulumi.ComponentResource):
    """A versioned bucket and the key that secrets in the state are encrypted with.

    `backend_url` is what `pulumi login` takes, `secrets_provider` what `pulumi stack init` takes.
    """

    backend_url: pulumi.Output[str]
    secrets_provider: pulumi.Output[str]
    key_arn: pulumi.Output[str]

    def __init__(self, name: str, args: StateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:state:State", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = aws.kms.Key(
            f"{name}-key",
            description="Encrypts the state of the stacks and the secrets in it.",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=json.dumps(key_policy(args)),
            opts=child,
        )
        bucket = aws.s3.Bucket(
            f"{name}-bucket", bucket=state_bucket(args.account_id, args.region), opts=child
        )
        versioned(name, bucket, KEPT_DAYS, child)
        secure(name, bucket, key.arn, child, access(bucket.arn, args))
        self.key_arn = key.arn
        self.backend_url = bucket.bucket.apply(lambda it: f"s3://{it}?region={args.region}&awssdk=v2")
        self.secrets_provider = key.arn.apply(lambda arn: f"awskms:///{arn}?region={args.region}&awssdk=v2")
        self.register_outputs({"backend_url": self.backend_url})


def _roots(account_ids: tuple[str, ...]) -> dict[str, list[str]]:
    return {"AWS": [f"arn:aws:iam::{account_id}:root" for account_id in account_ids]}


def key_policy(args: StateArgs) -> dict[str, Any]:
    """IAM of this account decides all; IAM of the service accounts may let their own use it."""
    return iam.document(
        [
            {
                "Effect": "Allow",
                "Principal": _roots((args.account_id,)),
                "Action": "kms:*",
                "Resource": "*",  # in a key's policy: this key
            },
            {
                "Effect": "Allow",
                "Principal": _roots(args.service_account_ids),
                "Action": list(USES),
                "Resource": "*",
            },
        ]
    )


def access(arn: pulumi.Output[str], args: StateArgs) -> list[dict[str, Any]]:
    """The service accounts may use the bucket, but for what belongs to monitor stacks."""
    everything = [arn, pulumi.Output.concat(arn, "/*")]
    return [
        {
            "Effect": "Allow",
            "Principal": _roots(args.service_account_ids),
            "Action": [*READS, *WRITES],
            "Resource": everything,
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:GetObject", *WRITES],
            "Resource": [pulumi.Output.concat(arn, "/", stacks) for stacks in MONITOR_STACKS],
            "Condition": {"StringEquals": {"aws:PrincipalAccount": list(args.service_account_ids)}},
        },
    ]
