"""The service account's side of the evidence: a role that the collector assumes, and where heads are kept.

The collector reads metrics, alarm history, usage and the access log, and writes one thing: each day's head of
the chain of evidence, into a log group. Events can be added and not be changed, and CloudWatch's own clock
dates them, so whoever rewrites the evidence in the monitor account cannot rewrite the heads.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.shared import iam
from components.shared.common import Common
from monitoring.names import COLLECTOR, access_log_group, evidence_reader, heads_group

LONGEST_DAYS = 3653  # ten years, the longest that CloudWatch Logs has


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceReaderArgs:
    """`monitor_account_id` is the account whose collectors may read."""

    common: Common
    monitor_account_id: str
    deletion_protection: bool


class EvidenceReader(pulumi.ComponentResource):
    """The role, and the log group of the heads, which keeps them for as long as AWS keeps anything."""

    def __init__(
        self, name: str, args: EvidenceReaderArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-watch:evidence:EvidenceReader", name, None, opts)
        common = args.common
        heads = aws.cloudwatch.LogGroup(
            f"{name}-heads",
            name=heads_group(common.base),
            retention_in_days=LONGEST_DAYS,
            kms_key_id=common.key_arn,
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        role = aws.iam.Role(
            f"{name}-role",
            name=evidence_reader(common.base),
            assume_role_policy=pulumi.Output.json_dumps(trust(args.monitor_account_id)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(iam.document(statements(common, heads.arn))),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def trust(account_id: str) -> dict[str, object]:
    """Collectors of the monitor account, by how their roles end: which stacks watch is not known here."""
    return iam.document(
        [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{account_id}:role/*{COLLECTOR}"}
                },
            }
        ]
    )


def statements(common: Common, heads_arn: pulumi.Input[str]) -> list[dict[str, object]]:
    """What is read, and the heads that are added."""
    home = f"{common.region}:{common.account_id}"
    gateway = f"arn:aws:apigateway:{common.region}::"
    plans = f"{gateway}/usageplans"
    log_group = f"arn:aws:logs:{home}:log-group:{access_log_group(common.base)}"
    return [
        # Metrics and a query's results have no resource type; the history is asked of all alarms at once.
        iam.allow(
            ["cloudwatch:GetMetricData", "cloudwatch:DescribeAlarmHistory", "logs:GetQueryResults"], "*"
        ),
        # AWS writes a log group's ARN with and without the last part.
        iam.allow("logs:StartQuery", [log_group, f"{log_group}:*"]),
        # The API's id is found by its name, and plans by their stage. Keys' values are not among these.
        iam.allow("apigateway:GET", [f"{gateway}/restapis", plans, f"{plans}/*/keys", f"{plans}/*/usage"]),
        iam.allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"], [heads_arn, pulumi.Output.concat(heads_arn, ":*")]
        ),
    ]
