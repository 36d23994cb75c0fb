"""Asks the management API once a day how much of its quota each key has used, and publishes that.

A run that fails is retried twice by Lambda and then kept in a dead-letter queue.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.shared import iam
from components.shared.common import Common
from components.shared.function import PythonFunction, PythonFunctionArgs
from components.shared.schedule import Schedule, ScheduleArgs
from monitoring.watched import NAMESPACE

SCHEDULE = "cron(5 0 * * ? *)"  # just after the UTC day that it reports
QUEUE_RETENTION_S = 14 * 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageReporterArgs:
    """The API whose usage is reported."""

    common: Common
    api_id: pulumi.Input[str]


class UsageReporter(pulumi.ComponentResource):
    """Function, schedule and dead-letter queue."""

    def __init__(
        self, name: str, args: UsageReporterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-watch:usage-reporter:UsageReporter", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        function_name = f"{args.common.base}-usage-reporter"
        dead_letters = aws.sqs.Queue(
            f"{name}-dead-letters",
            name=f"{function_name}-dead-letters",
            kms_master_key_id=args.common.key_arn,
            message_retention_seconds=QUEUE_RETENTION_S,
            opts=child,
        )
        plans = f"arn:aws:apigateway:{args.common.region}::/usageplans"
        function = PythonFunction(
            name,
            PythonFunctionArgs(
                common=args.common,
                function_name=function_name,
                package="usage_reporter",
                description="Publishes the previous day's usage of every plan and key.",
                timeout_s=300,
                environment={"SERVICE": args.common.base, "REST_API_ID": args.api_id},
                statements=[
                    # Plans of this API are found by listing; their ids are AWS's.
                    iam.allow("apigateway:GET", [plans, f"{plans}/*/keys", f"{plans}/*/usage"]),
                    iam.put_metric_data(NAMESPACE),
                    iam.allow("sqs:SendMessage", dead_letters.arn),
                    iam.allow(["kms:Decrypt", "kms:GenerateDataKey"], args.common.key_arn),
                ],
            ),
            opts=child,
        )
        aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-retries",
            function_name=function.function_name,
            qualifier=function.alias_name,
            maximum_retry_attempts=2,
            maximum_event_age_in_seconds=6 * 3600,
            destination_config={"on_failure": {"destination": dead_letters.arn}},
            opts=child,
        )
        Schedule(
            f"{name}-daily",
            ScheduleArgs(
                schedule_name=function_name,
                expression=SCHEDULE,
                alias_arn=function.alias_arn,
                account_id=args.common.account_id,
                retries=10,
                max_age_s=6 * 3600,
                dead_letter_arn=dead_letters.arn,
                key_arn=args.common.key_arn,
            ),
            opts=child,
        )
        self.register_outputs({})
