"""CloudWatch's cross-account sharing, for what an observability link does not share: alarms.

A dashboard that shows another account's alarms reads them through a role there whose name AWS has fixed, and
assumes it as a service-linked role here. Both are IAM's: one an account, whatever the region.
"""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.shared import iam

ROLE_NAME = "CloudWatch-CrossAccountSharingRole"  # CloudWatch looks for this name
READS = (
    "cloudwatch:DescribeAlarmHistory",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SharingRoleArgs:
    """`monitor_account_id` may see this account's alarms."""

    monitor_account_id: str


class SharingRole(pulumi.ComponentResource):
    """In a service account: lets the monitor account's dashboards show this account's alarms."""

    def __init__(self, name: str, args: SharingRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:sharing:SharingRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=ROLE_NAME,
            description="Lets CloudWatch of the monitor account show this account's alarms.",
            assume_role_policy=json.dumps(sharing_trust(args.monitor_account_id)),
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            # Composite alarms are described with the resource `*` only, and metrics have no resource type.
            policy=json.dumps(iam.document([iam.allow(list(READS), "*")])),
            opts=child,
        )
        self.register_outputs({})


class SharingViewer(pulumi.ComponentResource):
    """In the monitor account: the service-linked role with which CloudWatch assumes the others."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:sharing:SharingViewer", name, None, opts)
        aws.iam.ServiceLinkedRole(
            f"{name}-role",
            aws_service_name="cloudwatch-crossaccount.amazonaws.com",
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def sharing_trust(monitor_account_id: str) -> dict[str, Any]:
    """Trusts the monitor account, as AWS documents it; a principal there needs leave to assume it as well."""
    return iam.document(
        [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{monitor_account_id}:root"},
                "Action": "sts:AssumeRole",
            }
        ]
    )
