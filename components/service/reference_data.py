"""The table that the function joins a request with.

Loading the data is the owner's job; only the probes' items are put here, so that a probe works at once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pulumi
import pulumi_aws as aws

from settings.probes.definition import Probe

KEY = "id"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceDataArgs:
    """`probes` name the items that the table must hold."""

    table_name: str
    key_arn: pulumi.Input[str]
    deletion_protection: bool
    probes: Sequence[Probe]


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
        items = {item[KEY]: item for probe in args.probes for item in probe.reference}
        for key, item in items.items():
            aws.dynamodb.TableItem(
                f"{name}-item-{key}",
                table_name=table.name,
                hash_key=KEY,
                item=json.dumps(attributes(item)),
                opts=child,
            )
        self.table_name = table.name
        self.table_arn = table.arn
        self.register_outputs({"table_name": self.table_name, "table_arn": self.table_arn})


def attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    """One item in DynamoDB's attribute-value form, by name, the key first."""
    names = sorted(item, key=lambda name: (name != KEY, name))
    return {name: attribute_value(item[name]) for name in names}


def attribute_value(value: Any) -> dict[str, Any]:
    """One value of JSON; numbers keep their shortest decimal form."""
    match value:
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": str(Decimal(repr(value)))}
        case str():
            return {"S": value}
        case None:
            return {"NULL": True}
        case list():
            return {"L": [attribute_value(one) for one in value]}
    return {"M": {name: attribute_value(one) for name, one in sorted(value.items())}}
