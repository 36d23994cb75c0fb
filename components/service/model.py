"""The model: the repository for its image, and the SageMaker endpoint that serves it.

Building and pushing the image is `python -m model.push`. Until an image is set there is no endpoint, and the
API answers `model_failure`.

SageMaker rolls a failed update back, and the provider takes that for success (terraform-provider-aws issues
48997 and 46663). The endpoint then still serves the old configuration with the old model, so both are
retained when they are replaced; `make smoke` tells. The repository is the stack's whatever the image is:
ECR refuses to delete one that holds images.
"""

import re
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.service.endpoint import Endpoint, EndpointArgs
from components.shared import iam
from components.shared.common import Common
from monitoring.watched import WatchedEndpoint
from settings.model import DataCapture
from settings.model import Model as ModelSettings

ECR_IMAGE = re.compile(
    r"^(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<name>[^:@]+)[:@]"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelArgs:
    """`endpoint` is what monitoring watches.

    `deletion_protection` keeps the repository from being deleted, and its images with it.
    """

    common: Common
    endpoint: WatchedEndpoint
    deletion_protection: bool
    settings: ModelSettings


class Model(pulumi.ComponentResource):
    """Repository, model, endpoint configuration and endpoint.

    `endpoint_name` is known once the endpoint is in service, `configuration_name` None while there is none.
    """

    endpoint_name: pulumi.Output[str]
    configuration_name: pulumi.Output[str] | None
    repository_url: pulumi.Output[str]

    def __init__(self, name: str, args: ModelArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:model:Model", name, None, opts)
        self._name, self._args, self._child = name, args, pulumi.ResourceOptions(parent=self)
        repository = self._repository()
        self.repository_url = repository.repository_url
        if args.settings.image is None:
            pulumi.log.warn(
                "model.image is not set: no endpoint is deployed and the API answers 502. Build and push the "
                "image with `python -m model.push`, set model.image to what it prints, and deploy again.",
                self,
            )
            self.endpoint_name = pulumi.Output.from_input(args.endpoint.name)
            self.configuration_name = None
        else:
            self._serve(args.settings.image, repository)
        self.register_outputs({"endpoint_name": self.endpoint_name})

    def _repository(self) -> aws.ecr.Repository:
        repository = aws.ecr.Repository(
            f"{self._name}-repository",
            name=f"{self._args.common.base}-model",
            force_delete=not self._args.deletion_protection,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": self._args.common.key_arn}],
            # ECR refuses it as well while there are images, but in the middle of an update.
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.deletion_protection),
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
        return repository

    def _serve(self, image: str, repository: aws.ecr.Repository) -> None:
        name, args = self._name, self._args
        role = aws.iam.Role(
            f"{name}-role",
            name=f"{args.common.base}-model-execution",
            assume_role_policy=pulumi.Output.json_dumps(
                iam.service_trust("sagemaker.amazonaws.com", args.common.account_id)
            ),
            opts=self._child,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(iam.document(execution_statements(args, image, repository.arn))),
            opts=self._child,
        )
        # Immutable, both: Pulumi names them, so a change makes the new one first.
        model = aws.sagemaker.Model(
            f"{name}-model",
            execution_role_arn=role.arn,
            primary_container={
                "image": image,
                "environment": {
                    "MODEL_NAME": args.endpoint.name,
                    "AWS_REGION": args.common.region,
                    **args.common.traces.environment,
                },
            },
            # Network isolation would keep the container from sending its trace segments.
            enable_network_isolation=False,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy], retain_on_delete=True),
        )
        configuration = aws.sagemaker.EndpointConfiguration(
            f"{name}-configuration",
            production_variants=[production_variant(args, model.name)],
            data_capture_config=data_capture(args.settings.data_capture, args.common.key_arn),
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        self.configuration_name = configuration.name
        self.endpoint_name = Endpoint(
            args.endpoint.name,
            EndpointArgs(
                common=args.common,
                watched=args.endpoint,
                configuration_name=configuration.name,
                role_name=role.name,
                instances=args.settings.instances,
            ),
            opts=self._child,
        ).endpoint_name


def production_variant(
    args: ModelArgs, model_name: pulumi.Input[str]
) -> aws.sagemaker.EndpointConfigurationProductionVariantArgs:
    """The endpoint's only variant."""
    instances, serverless = args.settings.instances, args.settings.serverless
    return aws.sagemaker.EndpointConfigurationProductionVariantArgs(
        variant_name=args.endpoint.variant,
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
    settings: DataCapture | None, key_arn: pulumi.Input[str]
) -> aws.sagemaker.EndpointConfigurationDataCaptureConfigArgs | None:
    """Both directions of a share of the traffic, encrypted; None keeps nothing."""
    if settings is None:
        return None
    both = aws.sagemaker.EndpointConfigurationDataCaptureConfigCaptureOptionArgs(
        capture_mode="InputAndOutput"
    )
    # SageMaker writes other content types in base64.
    json_types = aws.sagemaker.EndpointConfigurationDataCaptureConfigCaptureContentTypeHeaderArgs(
        json_content_types=["application/json"]
    )
    return aws.sagemaker.EndpointConfigurationDataCaptureConfigArgs(
        enable_capture=True,
        initial_sampling_percentage=settings.sampling_pct,
        destination_s3_uri=settings.s3_uri,
        kms_key_id=key_arn,
        capture_options=[both],
        capture_content_type_header=json_types,
    )


def execution_statements(
    args: ModelArgs, image: str, repository_arn: pulumi.Input[str]
) -> list[iam.Statement]:
    """What every endpoint of the stack needs: images, instance metrics, trace segments and captures.

    Images of the stack's own repository always: an endpoint that was rolled back goes on pulling from there.
    """
    repositories = [repository_arn]
    if (match := ECR_IMAGE.match(image)) and not _is_own(match, args):
        repositories.append(f"arn:aws:ecr:{match['region']}:{match['account']}:repository/{match['name']}")
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    statements: list[iam.Statement] = [
        iam.put_metric_data("/aws/sagemaker/Endpoints"),
        iam.put_traces(),
        iam.allow(pull, repositories),
        iam.allow("ecr:GetAuthorizationToken", "*"),  # it has no resource type
        *args.common.traces.statements,
    ]
    if args.settings.data_capture is not None:
        bucket, _, prefix = args.settings.data_capture.s3_uri.removeprefix("s3://").partition("/")
        objects = "/".join(part for part in (bucket, prefix.strip("/"), "*") if part)
        statements.append(iam.allow("s3:PutObject", f"arn:aws:s3:::{objects}"))
        statements.append(iam.allow("kms:GenerateDataKey", args.common.key_arn))
    return statements


def _is_own(match: re.Match[str], args: ModelArgs) -> bool:
    return (match["account"], match["region"], match["name"]) == (
        args.common.account_id,
        args.common.region,
        f"{args.common.base}-model",
    )
