"""The table that the function joins a request with.

Loading the data is the owner's job; only the canary's item is put here, so that a probe works at once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pulumi
import pulumi_aws as aws

from settings.probe import Probe

KEY = "id"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceDataArgs:
    """`probe` has the canary's item."""

    table_name: str
    key_arn: pulumi.Input[str]
    deletion_protection: bool
    probe: Probe


class ReferenceData(pulumi.ComponentResource):
    """An on-demand DynamoDB table with point-in-time recovery, keyed by `id`."""

    table_name: pulumi.Output[str]
    table_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: ReferenceDataArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-watch:reference-data:ReferenceData", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        table = aws.dynamodb.Table(
            f"{name}-table",
            name=args.table_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=KEY,
            attributes=[{"name": KEY, "type": "S"}],
            point_in_time_recovery={"enabled": True},
            server_side_encryption={"enabled": True, "kms_key_arn": args.key_arn},
            deletion_protection_enabled=args.deletion_protection,
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        aws.dynamodb.TableItem(
            f"{name}-probe",
            table_name=table.name,
            hash_key=KEY,
            item=json.dumps(attribute_values(args.probe.id, args.probe.reference.model_dump())),
            opts=child,
        )
        self.table_name = table.name
        self.table_arn = table.arn
        self.register_outputs({"table_name": self.table_name, "table_arn": self.table_arn})


def attribute_values(item_id: str, reference: Mapping[str, float]) -> dict[str, Any]:
    """One item in DynamoDB's attribute-value form; numbers keep their shortest decimal form."""
    numbers = {feature: {"N": str(Decimal(repr(value)))} for feature, value in sorted(reference.items())}
    return {KEY: {"S": item_id}, **numbers}
