"""The creators of the model endpoint and its scaling against the emulator's SageMaker."""

import pulumi
import pulumi_aws as aws

from local.emulator import Emulator
from tests.local.deployer.support import REGION, SERVICE, account, deployed, trust

ENDPOINT = "deployer-endpoint"


def test_an_endpoint_has_its_model_its_variant_and_its_scaling(emulator: Emulator) -> None:
    def program() -> None:
        opts = account()
        role = aws.iam.Role(
            "role", name="endpoint-role", assume_role_policy=trust("sagemaker.amazonaws.com"), opts=opts
        )
        model = aws.sagemaker.Model(
            "model",
            execution_role_arn=role.arn,
            primary_container={"image": "registry/image:1", "environment": {"model_name": "x"}},
            opts=opts,
        )
        configuration = aws.sagemaker.EndpointConfiguration(
            "configuration",
            production_variants=[
                {
                    "variant_name": "main",
                    "model_name": model.name,
                    "instance_type": "ml.c6i.large",
                    "initial_instance_count": 2,
                }
            ],
            data_capture_config={
                "destination_s3_uri": "s3://captures/x",
                "initial_sampling_percentage": 10,
                "enable_capture": True,
                "capture_options": [{"capture_mode": "Input"}],
            },
            opts=opts,
        )
        endpoint = aws.sagemaker.Endpoint(
            "endpoint", name=ENDPOINT, endpoint_config_name=configuration.name, opts=opts
        )
        target = aws.appautoscaling.Target(
            "target",
            service_namespace="sagemaker",
            resource_id=endpoint.name.apply(lambda name: f"endpoint/{name}/variant/main"),
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            min_capacity=2,
            max_capacity=4,
            opts=opts,
        )
        policy = aws.appautoscaling.Policy(
            "policy",
            name="deployer-scaling",
            service_namespace=target.service_namespace,
            resource_id=target.resource_id,
            scalable_dimension=target.scalable_dimension,
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration={
                "target_value": 1500,
                "predefined_metric_specification": {
                    "predefined_metric_type": "SageMakerVariantInvocationsPerInstance"
                },
            },
            opts=opts,
        )
        pulumi.export("names", [model.name, configuration.name])
        pulumi.export("arn", endpoint.arn)
        pulumi.export("policy", policy.arn)

    outputs = deployed(emulator, program).outputs
    model_name, configuration_name = outputs["names"]
    assert model_name.startswith("model-")  # Pulumi's own naming: the logical name and a random suffix
    client = emulator.client("sagemaker", SERVICE)
    model = client.describe_model(ModelName=model_name)
    assert model["PrimaryContainer"]["Environment"] == {"model_name": "x"}
    configuration = client.describe_endpoint_config(EndpointConfigName=configuration_name)
    (variant,) = configuration["ProductionVariants"]
    assert (variant["ModelName"], variant["InitialInstanceCount"]) == (model_name, 2)
    assert configuration["DataCaptureConfig"]["CaptureOptions"] == [{"CaptureMode": "Input"}]
    endpoint = client.describe_endpoint(EndpointName=ENDPOINT)
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", configuration_name)
    assert outputs["arn"] == f"arn:aws:sagemaker:{REGION}:{SERVICE}:endpoint/{ENDPOINT}"
    scaling = emulator.client("application-autoscaling", SERVICE)
    resource = {"ServiceNamespace": "sagemaker", "ResourceId": f"endpoint/{ENDPOINT}/variant/main"}
    (target,) = scaling.describe_scalable_targets(
        ServiceNamespace="sagemaker", ResourceIds=[resource["ResourceId"]]
    )["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 4)
    (policy,) = scaling.describe_scaling_policies(**resource)["ScalingPolicies"]
    assert policy["PolicyARN"] == outputs["policy"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 1500


def test_a_serverless_variant_keeps_its_memory(emulator: Emulator) -> None:
    def program() -> None:
        opts = account()
        role = aws.iam.Role(
            "role", name="serverless-role", assume_role_policy=trust("sagemaker.amazonaws.com"), opts=opts
        )
        model = aws.sagemaker.Model(
            "model",
            execution_role_arn=role.arn,
            primary_container={"image": "registry/image:1"},
            opts=opts,
        )
        configuration = aws.sagemaker.EndpointConfiguration(
            "configuration",
            production_variants=[
                {
                    "variant_name": "main",
                    "model_name": model.name,
                    "serverless_config": {"memory_size_in_mb": 2048, "max_concurrency": 20},
                }
            ],
            opts=opts,
        )
        pulumi.export("name", configuration.name)

    made = deployed(emulator, program)
    configuration = emulator.client("sagemaker", SERVICE).describe_endpoint_config(
        EndpointConfigName=made.outputs["name"]
    )
    assert configuration["ProductionVariants"][0]["ServerlessConfig"] == {
        "MemorySizeInMB": 2048,
        "MaxConcurrency": 20,
    }
