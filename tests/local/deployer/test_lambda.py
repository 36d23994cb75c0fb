"""The creators of functions and what belongs to them, by calling what they made."""

import json

import pulumi
import pulumi_aws as aws
import pytest

from local.deployer import Deployment
from local.emulator import Emulator
from tests.local.deployer.support import REGION, SERVICE, account, deployed, trust

FUNCTION = "deployer-function"
ARN = f"arn:aws:lambda:{REGION}:{SERVICE}:function:{FUNCTION}"
CODE = """
import os
from shared import WORD

def handler(event, context):
    return {"word": WORD, "color": os.environ["COLOR"], "endpoint": bool(os.environ.get("AWS_ENDPOINT_URL"))}
"""


@pytest.fixture(scope="module")
def function(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    layer_folder = tmp_path_factory.mktemp("layer")
    (layer_folder / "python").mkdir()
    (layer_folder / "python" / "shared.py").write_text("WORD = 'hello'\n")

    def program() -> None:
        opts = account()
        layer = aws.lambda_.LayerVersion(
            "layer",
            layer_name="deployer-layer",
            code=pulumi.FileArchive(str(layer_folder)),
            compatible_runtimes=["python3.14"],
            compatible_architectures=["arm64"],
            opts=opts,
        )
        role = aws.iam.Role(
            "role", name="function-role", assume_role_policy=trust("lambda.amazonaws.com"), opts=opts
        )
        made = aws.lambda_.Function(
            "function",
            name=FUNCTION,
            role=role.arn,
            runtime="python3.14",
            architectures=["arm64"],
            handler="index.handler",
            code=pulumi.AssetArchive({"index.py": pulumi.StringAsset(CODE)}),
            layers=[layer.arn],
            environment={"variables": {"COLOR": "red"}},
            memory_size=256,
            timeout=5,
            publish=True,
            reserved_concurrent_executions=7,
            tracing_config={"mode": "Active"},
            logging_config={"log_format": "JSON", "application_log_level": "INFO"},
            snap_start={"apply_on": "PublishedVersions"},
            opts=opts,
        )
        alias = aws.lambda_.Alias(
            "alias", name="live", function_name=made.name, function_version=made.version, opts=opts
        )
        aws.lambda_.Permission(
            "permission",
            action="lambda:InvokeFunction",
            function=made.name,
            qualifier=alias.name,
            principal="apigateway.amazonaws.com",
            source_arn=f"arn:aws:execute-api:{REGION}:{SERVICE}:api/*",
            opts=opts,
        )
        aws.lambda_.ProvisionedConcurrencyConfig(
            "provisioned",
            function_name=made.name,
            qualifier=alias.name,
            provisioned_concurrent_executions=2,
            opts=opts,
        )
        queue = aws.sqs.Queue("queue", name="function-failures", opts=opts)
        aws.lambda_.FunctionEventInvokeConfig(
            "invoke",
            function_name=made.name,
            qualifier=alias.name,
            maximum_retry_attempts=0,
            maximum_event_age_in_seconds=60,
            destination_config={"on_failure": {"destination": queue.arn}},
            opts=opts,
        )
        pulumi.export("arns", [made.arn, made.qualified_arn, alias.arn])
        pulumi.export("invoke", alias.invoke_arn)
        pulumi.export("layer", layer.version)

    return deployed(emulator, program)


def test_a_function_runs_its_code_with_its_layer_and_environment(
    emulator: Emulator, function: Deployment
) -> None:
    answer = emulator.client("lambda", SERVICE).invoke(FunctionName=FUNCTION, Qualifier="live")
    assert json.loads(answer["Payload"].read()) == {"word": "hello", "color": "red", "endpoint": True}
    assert function.outputs["layer"] == "1"


@pytest.mark.usefixtures("function")
def test_its_settings_are_those_of_the_program(emulator: Emulator) -> None:
    client = emulator.client("lambda", SERVICE)
    settings = client.get_function_configuration(FunctionName=FUNCTION)
    assert (settings["MemorySize"], settings["Timeout"]) == (256, 5)
    assert settings["TracingConfig"] == {"Mode": "Active"}
    assert settings["LoggingConfig"]["ApplicationLogLevel"] == "INFO"
    assert settings["SnapStart"]["ApplyOn"] == "PublishedVersions"
    reserved = client.get_function_concurrency(FunctionName=FUNCTION)["ReservedConcurrentExecutions"]
    assert reserved == 7
    invoke = client.get_function_event_invoke_config(FunctionName=FUNCTION, Qualifier="live")
    assert (invoke["MaximumRetryAttempts"], invoke["MaximumEventAgeInSeconds"]) == (0, 60)
    assert invoke["DestinationConfig"]["OnFailure"]["Destination"].endswith(":function-failures")
    provisioned = client.get_provisioned_concurrency_config(FunctionName=FUNCTION, Qualifier="live")
    assert provisioned["RequestedProvisionedConcurrentExecutions"] == 2
    (statement,) = json.loads(client.get_policy(FunctionName=FUNCTION, Qualifier="live")["Policy"])[
        "Statement"
    ]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert (
        statement["Condition"]["ArnLike"]["AWS:SourceArn"] == f"arn:aws:execute-api:{REGION}:{SERVICE}:api/*"
    )


def test_its_addresses_are_those_that_pulumi_gives(function: Deployment) -> None:
    assert function.outputs["arns"] == [ARN, f"{ARN}:1", f"{ARN}:live"]
    path = f"path/2015-03-31/functions/{ARN}:live/invocations"
    assert function.outputs["invoke"] == f"arn:aws:apigateway:{REGION}:lambda:{path}"
