"""Asks the management API once a day how much of its quota each key has used, and publishes that.

A run that fails is retried twice by Lambda and then kept in a dead-letter queue.
"""

from dataclasses import dataclass

import pulumi

from components.shared import iam
from components.shared.common import Common
from components.shared.function import PythonFunction, PythonFunctionArgs
from components.shared.schedule import DailyArgs, dead_letters, run_daily
from monitoring.names import NAMESPACE

SCHEDULE = "cron(5 0 * * ? *)"  # just after the UTC day that it reports


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
        queue = dead_letters(name, args.common, function_name, child)
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
                    *queue.statements,
                ],
            ),
            opts=child,
        )
        run_daily(
            name,
            DailyArgs(
                common=args.common,
                function=function,
                schedule_name=function_name,
                expression=SCHEDULE,
                queue=queue,
            ),
            child,
        )
        self.register_outputs({})
