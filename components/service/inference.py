"""The inference function: reads reference data, calls the model, answers the API."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.shared import iam
from components.shared.common import Common
from components.shared.function import PythonFunction, PythonFunctionArgs
from settings import service
from settings.inference import Inference as InferenceSettings
from settings.service import package


@dataclass(frozen=True, kw_only=True, slots=True)
class InferenceArgs:
    """What the function is joined to. `endpoint` is the endpoint's name, `endpoint_name` the same one known
    once it is in service.
    """

    common: Common
    function_name: str
    table_name: pulumi.Input[str]
    table_arn: pulumi.Input[str]
    endpoint: str
    endpoint_name: pulumi.Input[str]
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
                description="Joins a request with its reference data and asks the model.",
                timeout_s=settings.timeout_s,
                memory_mb=settings.memory_mb,
                reserved_concurrency=settings.reserved_concurrency,
                snap_start=settings.start == "snap_start",
                files=package.files(service.load("wine")),
                environment={
                    "TABLE_NAME": args.table_name,
                    "ENDPOINT_NAME": args.endpoint_name,
                    "TIME_BUDGET_MS": str(settings.time_budget_ms),
                    "CACHE_TTL_S": str(settings.cache_ttl_s),
                    "CACHE_SIZE": str(settings.cache_size),
                },
                statements=[
                    iam.allow("dynamodb:GetItem", args.table_arn),
                    iam.allow("kms:Decrypt", args.common.key_arn),
                ],
                grants={
                    args.endpoint: iam.allow(
                        "sagemaker:InvokeEndpoint",
                        f"arn:aws:sagemaker:{args.common.region}:{args.common.account_id}:endpoint/{args.endpoint}",
                    )
                },
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
