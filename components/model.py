"""The SageMaker endpoint that serves the model, on instances or serverless.

Building and pushing the image is `python -m model.push`; this file only makes the repository for it.
Until an image is set there is no endpoint, and the API answers `model_failure`.
"""

import re
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components import iam

ECR_IMAGE = re.compile(
    r"^(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<name>[^:@]+)[:@]"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class InstancesArgs:
    """Always-on instances, scaled between `min` and `max` on invocations per instance and minute."""

    type: str
    min: int
    max: int
    invocations_per_minute: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerlessArgs:
    """Memory in MB and the most requests at once."""

    memory_mb: int
    max_concurrency: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DataCaptureArgs:
    """Where and how much of the traffic is kept."""

    s3_uri: str
    sampling_pct: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSettings:
    """Exactly one of `instances` and `serverless`; without `image` there is no endpoint yet."""

    image: str | None = None
    instances: InstancesArgs | None = None
    serverless: ServerlessArgs | None = None
    data_capture: DataCaptureArgs | None = None

    def __post_init__(self) -> None:
        if (self.instances is None) == (self.serverless is None):
            raise ValueError("ModelSettings needs exactly one of `instances` and `serverless`")


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelArgs:
    """What the endpoint is called and where it lives."""

    endpoint_name: str
    variant: str
    account_id: str
    region: str
    key_arn: pulumi.Input[str]
    settings: ModelSettings


class Model(pulumi.ComponentResource):
    """Repository, model, endpoint configuration, endpoint, and scaling where there are instances."""

    endpoint_arn: pulumi.Output[str]
    repository_url: pulumi.Output[str] | None

    def __init__(self, name: str, args: ModelArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:model:Model", name, None, opts)
        self._name, self._args, self._child = name, args, pulumi.ResourceOptions(parent=self)
        arn = f"arn:aws:sagemaker:{args.region}:{args.account_id}:endpoint/{args.endpoint_name}"
        self.endpoint_arn = pulumi.Output.from_input(arn)
        self.repository_url = self._repository() if _owns_repository(args) else None
        if args.settings.image is None:
            pulumi.log.warn(
                "model.image is not set: no endpoint is deployed and the API answers 502. Build and push the "
                "image with `python -m model.push`, set model.image to what it prints, and deploy again.",
                self,
            )
        else:
            self._endpoint(args.settings.image)
        self.register_outputs({"endpoint_arn": self.endpoint_arn})

    def _repository(self) -> pulumi.Output[str]:
        repository = aws.ecr.Repository(
            f"{self._name}-repository",
            name=self._args.endpoint_name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": self._args.key_arn}],
            opts=self._child,
        )
        keep = {
            "rulePriority": 1,
            "description": "Keep the last 20 images",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 20},
            "action": {"type": "expire"},
        }
        aws.ecr.LifecyclePolicy(
            f"{self._name}-lifecycle",
            repository=repository.name,
            policy=pulumi.Output.json_dumps({"rules": [keep]}),
            opts=self._child,
        )
        return repository.repository_url

    def _endpoint(self, image: str) -> None:
        name, args = self._name, self._args
        role = aws.iam.Role(
            f"{name}-role",
            name=f"{args.endpoint_name}-execution",
            assume_role_policy=pulumi.Output.json_dumps(
                iam.service_trust("sagemaker.amazonaws.com", args.account_id)
            ),
            opts=self._child,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(iam.document(execution_statements(args, image))),
            opts=self._child,
        )
        model = aws.sagemaker.Model(
            f"{name}-model",
            execution_role_arn=role.arn,
            primary_container={
                "image": image,
                "environment": {
                    "MODEL_NAME": args.endpoint_name,
                    "AWS_REGION": args.region,
                },
            },
            # Network isolation would keep the container from sending its trace segments.
            enable_network_isolation=False,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        # Endpoint configurations are immutable: Pulumi names them, so a change makes the new one first.
        configuration = aws.sagemaker.EndpointConfiguration(
            f"{name}-configuration",
            production_variants=[production_variant(args, model.name)],
            data_capture_config=data_capture(args.settings.data_capture, args.key_arn),
            opts=self._child,
        )
        endpoint = aws.sagemaker.Endpoint(
            f"{name}-endpoint",
            name=args.endpoint_name,
            endpoint_config_name=configuration.name,
            opts=self._child,
        )
        if args.settings.instances is not None:
            self._scaling(args.settings.instances, endpoint)

    def _scaling(self, instances: InstancesArgs, endpoint: aws.sagemaker.Endpoint) -> None:
        name, variant = self._name, self._args.variant
        target = aws.appautoscaling.Target(
            f"{name}-scaling",
            service_namespace="sagemaker",
            resource_id=endpoint.name.apply(
                lambda endpoint_name: f"endpoint/{endpoint_name}/variant/{variant}"
            ),
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            min_capacity=instances.min,
            max_capacity=instances.max,
            opts=self._child,
        )
        aws.appautoscaling.Policy(
            f"{name}-scaling-policy",
            name=f"{self._args.endpoint_name}-invocations",
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            resource_id=target.resource_id,
            scalable_dimension=target.scalable_dimension,
            target_tracking_scaling_policy_configuration={
                "predefined_metric_specification": {
                    "predefined_metric_type": "SageMakerVariantInvocationsPerInstance"
                },
                "target_value": instances.invocations_per_minute,
                "scale_in_cooldown": 300,
                "scale_out_cooldown": 60,
            },
            opts=self._child,
        )


def _owns_repository(args: ModelArgs) -> bool:
    """Whether the image comes, or is to come, from the repository that this component makes."""
    own = f"{args.account_id}.dkr.ecr.{args.region}.amazonaws.com/{args.endpoint_name}"
    return args.settings.image is None or args.settings.image.startswith((f"{own}:", f"{own}@"))


def production_variant(
    args: ModelArgs, model_name: pulumi.Input[str]
) -> aws.sagemaker.EndpointConfigurationProductionVariantArgs:
    """The endpoint's only variant."""
    instances, serverless = args.settings.instances, args.settings.serverless
    return aws.sagemaker.EndpointConfigurationProductionVariantArgs(
        variant_name=args.variant,
        model_name=model_name,
        instance_type=instances.type if instances else None,
        initial_instance_count=instances.min if instances else None,
        serverless_config=(
            aws.sagemaker.EndpointConfigurationProductionVariantServerlessConfigArgs(
                memory_size_in_mb=serverless.memory_mb, max_concurrency=serverless.max_concurrency
            )
            if serverless
            else None
        ),
    )


def data_capture(
    args: DataCaptureArgs | None, key_arn: pulumi.Input[str]
) -> aws.sagemaker.EndpointConfigurationDataCaptureConfigArgs | None:
    """Both directions of a share of the traffic, encrypted; None keeps nothing."""
    if args is None:
        return None
    both = aws.sagemaker.EndpointConfigurationDataCaptureConfigCaptureOptionArgs(
        capture_mode="InputAndOutput"
    )
    return aws.sagemaker.EndpointConfigurationDataCaptureConfigArgs(
        enable_capture=True,
        initial_sampling_percentage=args.sampling_pct,
        destination_s3_uri=args.s3_uri,
        kms_key_id=key_arn,
        capture_options=[both],
    )


def execution_statements(args: ModelArgs, image: str) -> list[dict[str, Any]]:
    """What the endpoint needs: its image, logs, instance metrics, trace segments and captures."""
    logs = f"arn:aws:logs:{args.region}:{args.account_id}:log-group"
    groups = f"{logs}:/aws/sagemaker/Endpoints/{args.endpoint_name}"
    statements = [
        iam.allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            [groups, f"{groups}:log-stream:*"],
        ),
        iam.put_metric_data("/aws/sagemaker/Endpoints"),
        iam.put_traces(),
    ]
    if match := ECR_IMAGE.match(image):
        repository = f"arn:aws:ecr:{match['region']}:{match['account']}:repository/{match['name']}"
        pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        statements.append(iam.allow(pull, repository))
        # GetAuthorizationToken has no resource type.
        statements.append(iam.allow("ecr:GetAuthorizationToken", "*"))
    if args.settings.data_capture is not None:
        bucket, _, prefix = args.settings.data_capture.s3_uri.removeprefix("s3://").partition("/")
        objects = "/".join(part for part in (bucket, prefix.strip("/"), "*") if part)
        statements.append(iam.allow("s3:PutObject", f"arn:aws:s3:::{objects}"))
        statements.append(iam.allow("kms:GenerateDataKey", args.key_arn))
    return statements
