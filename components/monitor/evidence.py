"""Keeps the proof: once a day, what was measured of all watched services goes into a bucket of this account.

What is collected, and how it is chained and reported on, is `reports.sla`; nothing here decides a figure.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

import monitoring
from components.monitor.athena import EvidenceAthena, EvidenceAthenaArgs
from components.monitor.evidence_bucket import EvidenceBucket, EvidenceBucketArgs
from components.shared import iam
from components.shared.alarms import Alarms, AlarmsArgs
from components.shared.common import Common, lambda_layer
from components.shared.function import PythonFunction, PythonFunctionArgs
from components.shared.packages import COLLECTOR, EVIDENCE
from components.shared.schedule import DailyArgs, dead_letters, run_daily
from monitoring.names import NAMESPACE, evidence_name, evidence_reader
from monitoring.notify.maintenance import INFIX
from monitoring.spec import Level
from monitoring.stacks import monitor_prefix
from monitoring.watched import Watched
from reports.sla.evidence.schema import BY_NAME
from settings.evidence import Evidence as EvidenceSettings

SCHEDULE = "cron(20 3 * * ? *)"  # a day is whole three hours after its end: metrics and logs arrive late
SERVICES = "reports/sla/collect/generated/services.json"
TIMEOUT_S = 900  # Lambda's most
WRITTEN = ("chain", "reports")  # folders beside those of the tables


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceArgs:
    """`services` are all that are watched; topics by level."""

    common: Common
    services: Sequence[Watched]
    topic_arns: Mapping[Level, pulumi.Input[str]]
    deletion_protection: bool
    runbook_url: str | None
    settings: EvidenceSettings


class Evidence(pulumi.ComponentResource):
    """The bucket, the function that fills it, its schedule, and the alarm on a day that is missing.

    `exports` are the names that people and commands look for.
    """

    exports: dict[str, Any]

    def __init__(self, name: str, args: EvidenceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:evidence:Evidence", name, None, opts)
        child, common, settings = pulumi.ResourceOptions(parent=self), args.common, args.settings
        function_name = evidence_name(common.base)
        bucket = EvidenceBucket(
            f"{name}-store",
            EvidenceBucketArgs(
                common=common, deletion_protection=args.deletion_protection, settings=settings
            ),
            opts=child,
        )
        athena = (
            EvidenceAthena(
                f"{name}-athena",
                EvidenceAthenaArgs(
                    common=common,
                    bucket_name=bucket.bucket_name,
                    services=[watched.name for watched in args.services],
                    settings=settings.athena,
                ),
                opts=child,
            )
            if settings.athena
            else None
        )
        queue = dead_letters(name, common, function_name, child)
        layer = lambda_layer(
            f"{name}-layer",
            f"{function_name}-libraries",
            "duckdb and what else reports/sla/collect/requirements.txt pins",
            EVIDENCE,
            child,
        )
        function = PythonFunction(
            name,
            PythonFunctionArgs(
                common=common,
                function_name=function_name,
                package=COLLECTOR,
                description="Keeps yesterday's evidence of every watched service.",
                timeout_s=TIMEOUT_S,
                memory_mb=settings.memory_mb,
                storage_mb=settings.storage_mb,
                layers=[layer.arn],
                files=packaged(args.services),
                environment={
                    "BUCKET": bucket.bucket_name,
                    "COLLECTOR": function_name,
                    "TOPIC_ARN": args.topic_arns["warn"],
                    "TELL_HEADS": json.dumps(settings.tell_heads),
                    "REPORT": json.dumps(settings.report),
                    "TIMEZONE": settings.timezone,
                    **(athena.environment if athena else {}),
                },
                reserved_concurrency=1,  # two runs at once would both write the same day
                statements=[
                    *statements(args, bucket.arn),
                    *(athena.statements if athena else ()),
                    *queue.statements,
                ],
            ),
            opts=child,
        )
        run_daily(
            name,
            DailyArgs(
                common=common,
                function=function,
                schedule_name=function_name,
                expression=SCHEDULE,
                queue=queue,
            ),
            child,
        )
        alarms = monitoring.evidence_alarms(common.base, args.runbook_url)
        Alarms(f"{name}-alarms", AlarmsArgs(alarms=alarms, topic_arns=args.topic_arns), opts=child)
        self.exports = {
            "bucket_name": bucket.bucket_name,
            "function_name": function.function_name,
            "alarms": [alarm.name for alarm in alarms],
            **({"athena": athena.exports} if athena else {}),
        }
        self.register_outputs({})


def packaged(services: Sequence[Watched]) -> dict[str, bytes]:
    """What the function's package holds besides the code: the services, without a secret."""
    text = json.dumps([watched.model_dump(mode="json") for watched in services], indent=1, sort_keys=True)
    return {SERVICES: text.encode()}


def statements(args: EvidenceArgs, bucket_arn: pulumi.Output[str]) -> list[dict[str, object]]:
    """Reading this account's metrics and alarms, each service's account by its role, and the bucket.

    Announcements of maintenance cannot be written, nor anything deleted.
    """
    readers = [f"arn:aws:iam::{one.account_id}:role/{evidence_reader(one.name)}" for one in args.services]
    written = [pulumi.Output.concat(bucket_arn, f"/{folder}/*") for folder in (*WRITTEN, *BY_NAME)]
    rules = [
        f"arn:aws:cloudwatch:{args.common.region}:{args.common.account_id}:alarm-mute-rule:"
        f"{monitor_prefix(one.name)}{INFIX}*"
        for one in args.services
    ]
    return [
        # Metrics have no resource type; the history is asked of all alarms at once.
        iam.allow(["cloudwatch:GetMetricData", "cloudwatch:DescribeAlarmHistory"], "*"),
        # When planned work was announced: a rule's last change, on CloudWatch's own clock.
        iam.allow("cloudwatch:GetAlarmMuteRule", rules),
        iam.allow("sts:AssumeRole", readers),
        iam.allow("s3:ListBucket", bucket_arn),
        iam.allow("s3:GetObject", pulumi.Output.concat(bucket_arn, "/*")),
        iam.allow("s3:PutObject", written),
        iam.allow("sns:Publish", args.topic_arns["warn"]),
        iam.put_metric_data(NAMESPACE),
    ]
