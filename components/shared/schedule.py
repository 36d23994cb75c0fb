"""Calls a function's alias on a schedule, with a role that may do only that."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.shared import iam
from components.shared.common import Common
from components.shared.function import PythonFunction

QUEUE_RETENTION_S = 14 * 86_400
MAX_AGE_S = 6 * 3600


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


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetters:
    """The queue, and what a function's role needs to send to it. It has to be there before the function."""

    arn: pulumi.Output[str]
    statements: list[dict[str, object]]


def dead_letters(name: str, common: Common, function_name: str, opts: pulumi.ResourceOptions) -> DeadLetters:
    """A queue of a function's own, encrypted with the stack's key."""
    queue = aws.sqs.Queue(
        f"{name}-dead-letters",
        name=f"{function_name}-dead-letters",
        kms_master_key_id=common.key_arn,
        message_retention_seconds=QUEUE_RETENTION_S,
        opts=opts,
    )
    send = iam.allow("sqs:SendMessage", queue.arn)
    return DeadLetters(
        arn=queue.arn,
        statements=[send, iam.allow(["kms:Decrypt", "kms:GenerateDataKey"], common.key_arn)],
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyArgs:
    """`expression` is the schedule's, in UTC; what fails for good goes to `queue`."""

    common: Common
    function: PythonFunction
    schedule_name: str
    expression: str
    queue: DeadLetters


def run_daily(name: str, args: DailyArgs, opts: pulumi.ResourceOptions) -> None:
    """Schedules the function; Lambda repeats a failed run twice and then keeps the event in the queue."""
    aws.lambda_.FunctionEventInvokeConfig(
        f"{name}-retries",
        function_name=args.function.function_name,
        qualifier=args.function.alias_name,
        maximum_retry_attempts=2,
        maximum_event_age_in_seconds=MAX_AGE_S,
        destination_config={"on_failure": {"destination": args.queue.arn}},
        opts=opts,
    )
    Schedule(
        f"{name}-daily",
        ScheduleArgs(
            schedule_name=args.schedule_name,
            expression=args.expression,
            alias_arn=args.function.alias_arn,
            account_id=args.common.account_id,
            retries=10,
            max_age_s=MAX_AGE_S,
            dead_letter_arn=args.queue.arn,
            key_arn=args.common.key_arn,
        ),
        opts=opts,
    )
