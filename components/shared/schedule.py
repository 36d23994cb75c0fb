"""Calls a function's alias on a schedule, with a role that may do only that."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.shared import iam


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleArgs:
    """`expression` is EventBridge Scheduler's `rate(...)` or `cron(...)`, in UTC.

    `retries` covers failed deliveries; a failure of the function itself is Lambda's to retry.
    """

    schedule_name: str
    expression: str
    alias_arn: pulumi.Input[str]
    account_id: str
    retries: int
    max_age_s: int
    dead_letter_arn: pulumi.Input[str] | None = None
    key_arn: pulumi.Input[str] | None = None


class Schedule(pulumi.ComponentResource):
    """One EventBridge Scheduler schedule and its role."""

    def __init__(self, name: str, args: ScheduleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:schedule:Schedule", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        statements = [iam.allow("lambda:InvokeFunction", args.alias_arn)]
        if args.dead_letter_arn is not None:
            statements.append(iam.allow("sqs:SendMessage", args.dead_letter_arn))
            statements.append(iam.allow(["kms:Decrypt", "kms:GenerateDataKey"], args.key_arn))
        role = aws.iam.Role(
            f"{name}-role",
            name=f"{args.schedule_name}-schedule",
            assume_role_policy=pulumi.Output.json_dumps(
                iam.service_trust("scheduler.amazonaws.com", args.account_id)
            ),
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(iam.document(statements)),
            opts=child,
        )
        aws.scheduler.Schedule(
            f"{name}-schedule",
            name=args.schedule_name,
            schedule_expression=args.expression,
            schedule_expression_timezone="UTC",
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": args.alias_arn,
                "role_arn": role.arn,
                "retry_policy": {
                    "maximum_retry_attempts": args.retries,
                    "maximum_event_age_in_seconds": args.max_age_s,
                },
                "dead_letter_config": {"arn": args.dead_letter_arn} if args.dead_letter_arn else None,
                # The scheduled time, so that a late or repeated run reports the same day.
                "input": '{"time": "<aws.scheduler.scheduled-time>"}',
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.register_outputs({})
