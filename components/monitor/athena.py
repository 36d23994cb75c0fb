"""Athena over the evidence: the same SQL as the report's, where a fleet's months outgrow one machine.

Tables are those of `reports.sla.evidence.schema`. Partitions are projected from the services that are watched
and the day, so nothing has to be registered as days come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.shared import iam
from components.shared.buckets import secure
from components.shared.common import Common
from reports.sla.evidence.schema import TABLES, Table
from settings.evidence import Athena as AthenaSettings

HIVE = {"TIMESTAMP": "timestamp", "BIGINT": "bigint", "DOUBLE": "double", "VARCHAR": "string"}
PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
MB = 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceAthenaArgs:
    """`bucket_name` has the evidence of `services`."""

    common: Common
    bucket_name: pulumi.Input[str]
    services: Sequence[str]
    settings: AthenaSettings


class EvidenceAthena(pulumi.ComponentResource):
    """Database, tables, and a workgroup with a limit. `exports` are what `--athena` takes.

    `environment` and `statements` are what the collector needs to let it answer.
    """

    exports: dict[str, Any]
    environment: dict[str, pulumi.Output[str]]
    statements: list[dict[str, object]]

    def __init__(
        self, name: str, args: EvidenceAthenaArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-watch:evidence:EvidenceAthena", name, None, opts)
        child, common = pulumi.ResourceOptions(parent=self), args.common
        results = aws.s3.Bucket(
            f"{name}-results",
            bucket=f"{common.base}-athena-{common.account_id}",
            force_destroy=True,  # only what queries leave behind
            opts=child,
        )
        secure(f"{name}-results", results, common.key_arn, child)
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-results-lifecycle",
            bucket=results.id,
            rules=[
                {
                    "id": "results",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "expiration": {"days": args.settings.results_days},
                }
            ],
            opts=child,
        )
        workgroup = aws.athena.Workgroup(
            f"{name}-workgroup",
            name=f"{common.base}-evidence",
            force_destroy=True,
            configuration={
                "enforce_workgroup_configuration": True,  # a client can choose neither place nor limit
                "bytes_scanned_cutoff_per_query": args.settings.scan_limit_mb * MB,
                "publish_cloudwatch_metrics_enabled": False,
                "result_configuration": {
                    "output_location": pulumi.Output.concat("s3://", results.id, "/"),
                    "encryption_configuration": {
                        "encryption_option": "SSE_KMS",
                        "kms_key_arn": common.key_arn,
                    },
                },
            },
            opts=child,
        )
        database = aws.glue.CatalogDatabase(
            f"{name}-database", name=f"{common.base}-evidence".replace("-", "_"), opts=child
        )
        for table in TABLES:
            self._table(f"{name}-{table.name}", table, database, args)
        self.environment = {"ATHENA_WORKGROUP": workgroup.name, "ATHENA_DATABASE": database.name}
        glue = f"arn:aws:glue:{common.region}:{common.account_id}"
        self.statements = [
            iam.allow(
                ["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"],
                workgroup.arn,
            ),
            iam.allow(
                ["glue:GetDatabase", "glue:GetTable", "glue:GetPartitions"],
                [
                    f"{glue}:catalog",
                    pulumi.Output.concat(f"{glue}:database/", database.name),
                    pulumi.Output.concat(f"{glue}:table/", database.name, "/*"),
                ],
            ),
            iam.allow(["s3:GetBucketLocation", "s3:ListBucket"], results.arn),
            iam.allow(["s3:GetObject", "s3:PutObject"], pulumi.Output.concat(results.arn, "/*")),
        ]
        self.exports = {"workgroup": workgroup.name, "database": database.name}
        self.register_outputs({})

    def _table(
        self, name: str, table: Table, database: aws.glue.CatalogDatabase, args: EvidenceAthenaArgs
    ) -> None:
        aws.glue.CatalogTable(
            name,
            name=table.name,
            database_name=database.name,
            description=table.meaning,
            table_type="EXTERNAL_TABLE",
            parameters=pulumi.Output.from_input(args.bucket_name).apply(
                lambda bucket: parameters(table, bucket, args.services)
            ),
            partition_keys=[
                aws.glue.CatalogTablePartitionKeyArgs(name="service", type="string"),
                aws.glue.CatalogTablePartitionKeyArgs(name="day", type="date"),
            ],
            storage_descriptor=aws.glue.CatalogTableStorageDescriptorArgs(
                location=pulumi.Output.concat("s3://", args.bucket_name, f"/{table.name}/"),
                input_format=f"{PARQUET}.MapredParquetInputFormat",
                output_format=f"{PARQUET}.MapredParquetOutputFormat",
                ser_de_info=aws.glue.CatalogTableStorageDescriptorSerDeInfoArgs(
                    serialization_library=f"{PARQUET}.serde.ParquetHiveSerDe"
                ),
                columns=[
                    aws.glue.CatalogTableStorageDescriptorColumnArgs(
                        name=column.name, type=HIVE[column.type], comment=column.meaning
                    )
                    for column in table.columns
                ],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def parameters(table: Table, bucket: str, services: Sequence[str]) -> dict[str, str]:
    """Where the partitions are: "Partition projection" in Athena's user guide."""
    return {
        "EXTERNAL": "TRUE",
        "classification": "parquet",
        "projection.enabled": "true",
        "projection.service.type": "enum",
        "projection.service.values": ",".join(services),
        "projection.day.type": "date",
        "projection.day.format": "yyyy-MM-dd",
        "projection.day.range": "NOW-10YEARS,NOW",
        "storage.location.template": f"s3://{bucket}/{table.name}/service=${{service}}/day=${{day}}",
    }
