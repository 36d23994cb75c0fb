"""One SageMaker endpoint and what belongs to it alone: its log group, the right to write there, its scaling.

An endpoint is named after what cannot be changed in place. AWS refuses another instance type while a
variant is a scalable target ("Update endpoints that use auto scaling"), and an instance endpoint cannot
become serverless ("Update a serverless endpoint"). So another kind or instance type is another endpoint: it
is made and in service first, the function is switched to it, then the old one goes, its scaling first. That
needs the service quota for both at once. Whatever else changes updates the endpoint in place.

Such an update starts at the smallest number of instances although more may run: the provider cannot retain
the current number (terraform-provider-aws issue 48990).
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.shared import iam
from components.shared.common import Common
from monitoring.watched import WatchedEndpoint
from settings.model import Instances


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointArgs:
    """`configuration_name` is what the endpoint serves; `role_name` the role that its container runs with."""

    common: Common
    watched: WatchedEndpoint
    configuration_name: pulumi.Input[str]
    role_name: pulumi.Input[str]
    instances: Instances | None


class Endpoint(pulumi.ComponentResource):
    """Everything here carries the endpoint's name, so that two endpoints stand side by side for a while.

    `endpoint_name` is known once the endpoint is in service: who takes it from here is switched after that.
    """

    endpoint_name: pulumi.Output[str]

    def __init__(self, name: str, args: EndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:endpoint:Endpoint", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/sagemaker/Endpoints/{args.watched.name}",
            retention_in_days=args.common.log_retention_days,
            kms_key_id=args.common.key_arn,
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-logs-policy",
            role=args.role_name,
            policy=pulumi.Output.json_dumps(iam.document([write_logs(logs.arn)])),
            opts=child,
        )
        endpoint = aws.sagemaker.Endpoint(
            f"{name}-endpoint",
            name=args.watched.name,
            endpoint_config_name=args.configuration_name,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        # With nothing to scale between there is no scalable target, which would only stand in the way.
        if args.instances is not None and args.instances.min < args.instances.max:
            self._scaling(name, args.watched.variant, args.instances, endpoint)
        self.endpoint_name = endpoint.name
        self.register_outputs({"endpoint_name": self.endpoint_name})

    def _scaling(
        self, name: str, variant: str, instances: Instances, endpoint: aws.sagemaker.Endpoint
    ) -> None:
        child = pulumi.ResourceOptions(parent=self)
        target = aws.appautoscaling.Target(
            f"{name}-scaling",
            service_namespace="sagemaker",
            resource_id=pulumi.Output.concat("endpoint/", endpoint.name, f"/variant/{variant}"),
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            min_capacity=instances.min,
            max_capacity=instances.max,
            opts=child,
        )
        aws.appautoscaling.Policy(
            f"{name}-scaling-policy",
            name=pulumi.Output.concat(endpoint.name, "-invocations"),
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
            opts=child,
        )


def write_logs(log_group_arn: pulumi.Input[str]) -> iam.Statement:
    """Writing to the endpoint's own group. SageMaker asks whether it has to make it, so it may."""
    return iam.allow(
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        [log_group_arn, pulumi.Output.concat(log_group_arn, ":*")],
    )
