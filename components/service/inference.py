"""The inference function: reads reference data, calls the model, answers the API."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.shared import iam
from components.shared.common import Common
from components.shared.function import PythonFunction, PythonFunctionArgs
from settings.inference import Inference as InferenceSettings
from settings.service import Service, package


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table of reference data."""

    name: pulumi.Input[str]
    arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class InferenceArgs:
    """The service that it answers for, and what it is joined to: a table and an endpoint, where it uses them.

    `endpoint` is the endpoint's name, `endpoint_name` the same one known once it is in service.
    """

    common: Common
    function_name: str
    service: Service
    table: Table | None
    endpoint: str | None
    endpoint_name: pulumi.Input[str] | None
    settings: InferenceSettings


class Inference(pulumi.ComponentResource):
    """The function behind alias `live`."""

    function: PythonFunction

    def __init__(self, name: str, args: InferenceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:inference:Inference", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = args.settings
        self.function = PythonFunction(
            name,
            PythonFunctionArgs(
                common=args.common,
                function_name=args.function_name,
                package="inference",
                description=description(args.service),
                timeout_s=settings.timeout_s,
                memory_mb=settings.memory_mb,
                reserved_concurrency=settings.reserved_concurrency,
                snap_start=settings.start == "snap_start",
                files=package.files(args.service),
                environment=environment(args),
                statements=statements(args),
                grants=grants(args),
            ),
            opts=child,
        )
        if settings.provisioned_concurrency is not None:
            aws.lambda_.ProvisionedConcurrencyConfig(
                f"{name}-provisioned",
                function_name=self.function.function_name,
                qualifier=self.function.alias_name,
                provisioned_concurrent_executions=settings.provisioned_concurrency,
                opts=child,
            )
        self.register_outputs({})


def description(service: Service) -> str:
    """What the function does for a request."""
    reference = ["joins a request with its reference data"] if service.uses_reference else []
    model = ["asks the model"] if service.uses_model else []
    return f"{' and '.join([*reference, *model]) or 'answers a request'}.".capitalize()


def environment(args: InferenceArgs) -> Mapping[str, pulumi.Input[str]]:
    """Exactly what `handlers.inference.settings` reads for what the service uses."""
    found: dict[str, pulumi.Input[str]] = {"TIME_BUDGET_MS": str(args.settings.time_budget_ms)}
    if args.table is not None:
        found["TABLE_NAME"] = args.table.name
        found["CACHE_TTL_S"] = str(args.settings.cache_ttl_s)
        found["CACHE_SIZE"] = str(args.settings.cache_size)
    if args.endpoint_name is not None:
        found["ENDPOINT_NAME"] = args.endpoint_name
    return found


def statements(args: InferenceArgs) -> list[iam.Statement]:
    """Reading the table, several items at once only where a service answers lists; and what it is encrypted
    by."""
    found = []
    if args.table is not None:
        reads = ["dynamodb:GetItem", "dynamodb:BatchGetItem"]
        found.append(iam.allow(reads if args.service.reads_in_batches else reads[0], args.table.arn))
    return [*found, iam.allow("kms:Decrypt", args.common.key_arn)]


def grants(args: InferenceArgs) -> Mapping[str, iam.Statement]:
    """Asking the endpoint."""
    if args.endpoint is None:
        return {}
    arn = f"arn:aws:sagemaker:{args.common.region}:{args.common.account_id}:endpoint/{args.endpoint}"
    return {args.endpoint: iam.allow("sagemaker:InvokeEndpoint", arn)}
