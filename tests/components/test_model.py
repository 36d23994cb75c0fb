"""The model's repository and endpoint, and what a change of them touches."""

from typing import Any

from tests.components.harness import IMAGE, Run, policy_documents, run_stack, unwrap


def test_the_serverless_variant_and_the_instance_variant_are_what_is_configured(dev: Run, prod: Run) -> None:
    (serverless,) = dev.one("EndpointConfiguration").inputs["productionVariants"]
    assert serverless["variantName"] == "main"
    assert serverless["serverlessConfig"] == {"memorySizeInMb": 2048, "maxConcurrency": 20}
    assert "instanceType" not in serverless
    (instances,) = prod.one("EndpointConfiguration").inputs["productionVariants"]
    assert (instances["instanceType"], instances["initialInstanceCount"]) == ("ml.c6i.large", 2)
    assert "serverlessConfig" not in instances


def test_instances_scale_on_invocations_between_their_bounds(prod: Run) -> None:
    target, policy = prod.one("Target").inputs, prod.one("Policy").inputs
    assert (target["minCapacity"], target["maxCapacity"]) == (2, 6)
    assert target["scalableDimension"] == "sagemaker:variant:DesiredInstanceCount"
    assert target["resourceId"] == "endpoint/inference-prod-model-c6i-large/variant/main"
    tracking = policy["targetTrackingScalingPolicyConfiguration"]
    assert tracking["targetValue"] == 3000
    assert (tracking["scaleInCooldown"], tracking["scaleOutCooldown"]) == (300, 60)
    kind = tracking["predefinedMetricSpecification"]["predefinedMetricType"]
    assert kind == "SageMakerVariantInvocationsPerInstance"


def test_the_endpoint_configuration_is_named_by_pulumi_so_that_the_new_one_is_made_first(prod: Run) -> None:
    assert "name" not in prod.one("EndpointConfiguration").inputs
    assert "name" not in prod.one("Model").inputs


def test_the_container_is_told_its_name_and_may_reach_x_ray(prod: Run) -> None:
    model = unwrap(prod.one("Model").inputs)
    assert model["primaryContainer"] == {
        "image": IMAGE,
        "environment": {"MODEL_NAME": "inference-prod-model-c6i-large", "AWS_REGION": "eu-central-1"},
    }
    assert model["enableNetworkIsolation"] is False


def test_without_an_image_there_is_a_repository_and_no_endpoint() -> None:
    run = run_stack("dev", {"model": {"serverless": {}}})
    assert run.of("Repository")
    assert not run.of("Endpoint")
    assert not run.of("Model")


def test_the_stacks_own_repository_stays_whatever_the_image_is() -> None:
    for image in (IMAGE, "public.ecr.aws/acme/model:1"):
        run = run_stack("dev", {"model": {"image": image, "serverless": {}}})
        assert run.one("Repository").inputs["name"] == "inference-dev-model"
        assert run.of("Endpoint")


def test_a_repository_with_images_can_be_deleted_only_where_the_service_may_be(dev: Run, prod: Run) -> None:
    for run, forced in ((dev, True), (prod, False)):
        inputs = run.one("Repository").inputs
        assert inputs["forceDelete"] is forced
        assert inputs["imageTagMutability"] == "IMMUTABLE"
        assert inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        (encryption,) = inputs["encryptionConfigurations"]
        assert encryption["encryptionType"] == "KMS"
        assert ":key:" in encryption["kmsKey"]


def pulled(image: str) -> Any:
    run = run_stack("dev", {"model": {"image": image, "serverless": {}}})
    document = policy_documents(run)["inference-dev-model-policy"]
    return next(s["Resource"] for s in document["Statement"] if "ecr:BatchGetImage" in s["Action"])


def test_the_endpoint_may_pull_from_the_own_repository_and_the_one_of_its_image_alone() -> None:
    own = "arn:aws:repository:eu-central-1:111111111111:inference-dev-model"
    shared = "333333333333.dkr.ecr.eu-west-1.amazonaws.com/shared/model:1"
    assert pulled(IMAGE) == [own]
    assert pulled("public.ecr.aws/acme/model:1") == [own]
    assert pulled(shared) == [own, "arn:aws:ecr:eu-west-1:333333333333:repository/shared/model"]
    assert pulled(shared.replace("333333333333", "111111111111")) == [
        own,
        "arn:aws:ecr:eu-west-1:111111111111:repository/shared/model",
    ]


INSTANCES = {"type": "ml.c6i.large", "min": 2, "max": 4}


def serving(**model: Any) -> Run:
    return run_stack("dev", {"model": {"image": IMAGE, **model}})


def test_an_endpoint_is_named_after_what_no_update_can_change() -> None:
    def name(**model: Any) -> str:
        return str(serving(**model).one("Endpoint").inputs["name"])

    assert name(serverless={}) == name(serverless={"memory_mb": 4096}) == "inference-dev-model-serverless"
    assert (
        name(instances=INSTANCES)
        == name(instances={**INSTANCES, "min": 3})
        == "inference-dev-model-c6i-large"
    )
    assert name(instances={**INSTANCES, "type": "ml.m7g.xlarge"}) == "inference-dev-model-m7g-xlarge"


def test_two_endpoints_of_a_service_share_no_resource_that_one_would_take_from_the_other() -> None:
    old, new = serving(instances=INSTANCES), serving(serverless={})
    for kind in ("Endpoint", "Target", "Policy", "LogGroup", "RolePolicy"):
        mine = {name for name in old.of(kind) if "model-c6i-large" in name}
        assert mine, kind
        assert mine & set(new.of(kind)) == set(), kind


def test_another_endpoint_is_in_service_before_the_function_and_the_alarms_turn_to_it(prod: Run) -> None:
    made = [m.name for m in prod.made]
    endpoint = made.index(prod.one("Endpoint").name)
    function = made.index("inference-prod-inference-function")
    alarms = [made.index(name) for name in prod.metric_alarms()]
    assert endpoint < function < min(alarms)
    # and it may call the new one by then
    assert made.index("inference-prod-inference-inference-prod-model-c6i-large-policy") < function
    assert made.index("inference-prod-model-c6i-large-logs") < endpoint
    assert made.index("inference-prod-model-c6i-large-logs-policy") < endpoint


def test_a_fixed_number_of_instances_is_no_scalable_target() -> None:
    run = serving(instances={**INSTANCES, "max": 2})
    assert not run.of("Target")
    assert not run.of("Policy")


def test_models_and_configurations_outlive_their_replacement_and_nothing_else_does(
    prod: Run, prod_monitor: Run
) -> None:
    for run, retained in ((prod, {"EndpointConfiguration", "Model"}), (prod_monitor, set[str]())):
        assert {m.type.split(":")[-1] for m in run.made if m.options.retainOnDelete} == retained


def test_the_endpoints_log_group_is_the_one_that_sagemaker_writes_to(prod: Run) -> None:
    group = prod.of("LogGroup")["inference-prod-model-c6i-large-logs"]
    assert group.inputs["name"] == "/aws/sagemaker/Endpoints/inference-prod-model-c6i-large"
    (statement,) = policy_documents(prod)["inference-prod-model-c6i-large-logs-policy"]["Statement"]
    assert statement["Resource"] == [group.outputs["arn"], f"{group.outputs['arn']}:*"]


def test_what_the_endpoint_should_serve_is_exported(prod: Run) -> None:
    configuration = prod.one("EndpointConfiguration")
    assert prod.outputs["endpoint_configuration_name"] == configuration.outputs["name"]
    assert run_stack("dev", {"model": {}}).outputs["endpoint_configuration_name"] is None


def test_a_captured_share_of_the_traffic_goes_to_one_prefix_encrypted() -> None:
    capture = {"s3_uri": "s3://bucket/drift/", "sampling_pct": 5}
    run = run_stack("dev", {"model": {"image": IMAGE, "instances": {}, "data_capture": capture}})
    config = unwrap(run.one("EndpointConfiguration").inputs["dataCaptureConfig"])
    assert config["enableCapture"] is True
    assert config["captureOptions"] == [{"captureMode": "InputAndOutput"}]
    assert config["captureContentTypeHeader"] == {"jsonContentTypes": ["application/json"]}
    assert (config["destinationS3Uri"], config["initialSamplingPercentage"]) == ("s3://bucket/drift/", 5)
    assert ":key:" in config["kmsKeyId"]
    policy = unwrap(run.of("RolePolicy")["inference-dev-model-policy"].inputs["policy"])
    assert '"arn:aws:s3:::bucket/drift/*"' in policy
