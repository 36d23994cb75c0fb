"""CloudWatch's cross-account link: metrics, logs and traces of the service account seen from the monitor's.

The service account makes the narrow role (`LinkRole`); the monitor account makes the sink and, through a
provider that assumes that role, the link (`ObservabilityLink`). Links work within one region.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components import iam

SHARED = ("AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace")
LINK_ACTIONS = ("cloudwatch:Link", "logs:Link", "xray:Link")


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkRoleArgs:
    """`deployer_arns` narrows who in the monitor account may assume the role; empty trusts the account."""

    role_name: str
    account_id: str
    region: str
    monitor_account_id: str
    deployer_arns: Sequence[str] = ()


class LinkRole(pulumi.ComponentResource):
    """The role that the monitor stack's second provider assumes, to make the link and nothing else."""

    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: LinkRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:observability:LinkRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            description="Lets the monitor account link itself to this account's metrics, logs and traces.",
            assume_role_policy=json.dumps(link_trust(args.monitor_account_id, args.deployer_arns)),
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=json.dumps(iam.document(link_statements(args.region, args.account_id))),
            opts=child,
        )
        # Known only once the policy is there, so that nobody assumes a role that may do nothing yet.
        self.role_arn = pulumi.Output.all(role.arn, policy.id).apply(lambda parts: parts[0])
        self.register_outputs({"role_arn": self.role_arn})


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservabilityLinkArgs:
    """`sink_arn` names a sink that exists already: an account has one a region at most."""

    sink_name: str
    service_account_id: str
    sink_arn: str | None = None


class ObservabilityLink(pulumi.ComponentResource):
    """Sink and sink policy in this account, link in the other."""

    sink_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: ObservabilityLinkArgs,
        *,
        service_provider: aws.Provider,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("inference-watch:observability:ObservabilityLink", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        depends_on: list[pulumi.Resource] = []
        if args.sink_arn is None:
            sink = aws.oam.Sink(f"{name}-sink", name=args.sink_name, opts=child)
            self.sink_arn = sink.arn
            policy = json.dumps(sink_policy(args.service_account_id))
            depends_on.append(
                aws.oam.SinkPolicy(f"{name}-sink-policy", sink_identifier=sink.arn, policy=policy, opts=child)
            )
        else:
            self.sink_arn = pulumi.Output.from_input(args.sink_arn)
        aws.oam.Link(
            f"{name}-link",
            label_template="$AccountName",
            resource_types=list(SHARED),
            sink_identifier=self.sink_arn,
            opts=pulumi.ResourceOptions(parent=self, provider=service_provider, depends_on=depends_on),
        )
        self.register_outputs({"sink_arn": self.sink_arn})


def link_trust(monitor_account_id: str, deployer_arns: Sequence[str]) -> dict[str, Any]:
    """Trusts the monitor account, narrowed to its deployers where they are named."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{monitor_account_id}:root"},
        "Action": "sts:AssumeRole",
    }
    if deployer_arns:
        statement["Condition"] = {"ArnLike": {"aws:PrincipalArn": list(deployer_arns)}}
    return iam.document([statement])


def link_statements(region: str, account_id: str) -> list[dict[str, Any]]:
    """Making and keeping links from this account."""
    links = f"arn:aws:oam:{region}:{account_id}:link/*"  # a link's id is AWS's
    return [
        iam.allow(
            ["oam:GetLink", "oam:UpdateLink", "oam:DeleteLink", "oam:ListTagsForResource", "oam:TagResource"],
            links,
        ),
        # Creating checks the sink too, which lives in the monitor account under an id of AWS's.
        iam.allow("oam:CreateLink", [links, f"arn:aws:oam:{region}:*:sink/*"]),
        # The Link actions have no resource type; each allows sharing one kind of telemetry.
        iam.allow(list(LINK_ACTIONS), "*"),
    ]


def sink_policy(service_account_id: str) -> dict[str, Any]:
    """The service account may link these kinds of telemetry to the sink, and no other."""
    return iam.document(
        [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{service_account_id}:root"},
                "Action": ["oam:CreateLink", "oam:UpdateLink"],
                "Resource": "*",  # in a sink's policy: this sink
                "Condition": {"ForAllValues:StringEquals": {"oam:ResourceTypes": list(SHARED)}},
            }
        ]
    )
