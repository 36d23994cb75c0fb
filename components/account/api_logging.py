"""The role that API Gateway writes logs with: one setting for all APIs of an account and region."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.shared import iam


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiLoggingArgs:
    """Where the APIs are."""

    account_id: str
    region: str


class ApiLogging(pulumi.ComponentResource):
    """The role, and the account's setting that names it. Without it AWS refuses a stage that logs."""

    def __init__(self, name: str, args: ApiLoggingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:api-logging:ApiLogging", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=f"api-gateway-logs-{args.region}",  # roles belong to the account, the setting to the region
            assume_role_policy=json.dumps(iam.plain_trust("apigateway.amazonaws.com")),
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=json.dumps(iam.document(log_statements(args.region, args.account_id))),
            opts=child,
        )
        aws.apigateway.Account(
            f"{name}-account",
            cloudwatch_role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.register_outputs({})


def log_statements(region: str, account_id: str) -> list[dict[str, Any]]:
    """Writing logs for every API of this account and region, which is what the account role is for."""
    groups = f"arn:aws:logs:{region}:{account_id}:log-group:*"
    return [
        iam.allow(
            [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogGroups",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
                "logs:GetLogEvents",
                "logs:FilterLogEvents",
            ],
            groups,
        )
    ]
