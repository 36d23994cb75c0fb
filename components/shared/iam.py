"""IAM documents as plain dicts.

Deliberately no resources: components attach these, and tests read them without Pulumi.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Statement = Mapping[str, Any]


def document(statements: Sequence[Statement]) -> dict[str, Any]:
    """A policy document of these statements."""
    return {"Version": "2012-10-17", "Statement": [dict(statement) for statement in statements]}


def allow(
    actions: str | Sequence[str], resources: Any, condition: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """An identity statement. `resources` may hold Pulumi outputs; serialise with `Output.json_dumps`."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": actions, "Resource": resources}
    if condition is not None:
        statement["Condition"] = dict(condition)
    return statement


def service_trust(service: str, account_id: str) -> dict[str, Any]:
    """Trust for an AWS service acting for this account only (no confused deputy)."""
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
            }
        ]
    )


def plain_trust(service: str) -> dict[str, Any]:
    """Trust for a service that sends no source account: Lambda, and API Gateway for its logging role."""
    return document([{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}])


def put_metric_data(namespace: str) -> dict[str, Any]:
    """Publishing metrics to one namespace; PutMetricData has no resource type, so a condition narrows it."""
    return allow("cloudwatch:PutMetricData", "*", {"StringEquals": {"cloudwatch:namespace": namespace}})


def put_traces() -> dict[str, Any]:
    """Sending traces and reading sampling rules. X-Ray offers no resource type for these."""
    return allow(
        [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
        ],
        "*",
    )


def network_interfaces(account: str, function_arn: str) -> list[Statement]:
    """Connecting a function to a VPC, for Lambda with the function's role and not for the function's code.

    `account` is region and account as ARNs have them. After "Giving Lambda functions access to resources in
    an Amazon VPC", Lambda developer guide: describing has no resource type, deleting takes no narrower one.
    """
    change = [
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
    ]
    look = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    return [
        allow(change, f"arn:aws:ec2:{account}:*/*"),
        allow(look, "*"),
        {
            "Effect": "Deny",
            "Action": [*change, *look],
            "Resource": "*",
            "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}},
        },
    ]
