import json
import time
from collections.abc import Iterator
from typing import Any

import botocore.exceptions
import pytest

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from local.emulator.model_server import ModelServer
from local.emulator.net import free_port
from tests.local.emulated_api import assume, make_role

ROLE = f"arn:aws:iam::{SERVICE_ACCOUNT}:role/sagemaker-execution"
VARIANT = {
    "VariantName": "main",
    "ModelName": "sm-model",
    "InitialInstanceCount": 2,
    "InstanceType": "ml.c6i.large",
}


@pytest.fixture(scope="module")
def endpoint(emulator: Emulator, stand_in_model: ModelServer) -> str:
    del stand_in_model  # attached
    client = emulator.client("sagemaker", SERVICE_ACCOUNT)
    client.create_model(ModelName="sm-model", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "image"})
    client.create_endpoint_config(EndpointConfigName="sm-config", ProductionVariants=[variant()])
    client.create_endpoint(EndpointName="sm-endpoint", EndpointConfigName="sm-config")
    return "sm-endpoint"


def variant(**changed: Any) -> dict[str, Any]:
    return VARIANT | changed


@pytest.fixture(autouse=True)
def no_faults_left(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.clear_faults()


def invoke(emulator: Emulator, endpoint: str, instance: dict[str, Any] | None = None, **options: Any) -> Any:
    return emulator.client("sagemaker-runtime", SERVICE_ACCOUNT).invoke_endpoint(
        EndpointName=endpoint,
        ContentType="application/json",
        Body=json.dumps({"instances": [instance or {}]}),
        **options,
    )


def sums(emulator: Emulator, name: str) -> dict[str, float]:
    dimensions = {"EndpointName": name, "VariantName": "main"}
    found: dict[str, float] = {}
    for point in emulator.datapoints(SERVICE_ACCOUNT):
        if point["namespace"] == "AWS/SageMaker" and point["dimensions"] == dimensions:
            found[point["metric"]] = found.get(point["metric"], 0) + point["value"]
    return found


def own_endpoint(emulator: Emulator, name: str) -> str:
    emulator.client("sagemaker", SERVICE_ACCOUNT).create_endpoint(
        EndpointName=name, EndpointConfigName="sm-config"
    )
    return name


def test_an_endpoint_describes_its_variants_and_is_in_service(emulator: Emulator, endpoint: str) -> None:
    described = emulator.client("sagemaker", SERVICE_ACCOUNT).describe_endpoint(EndpointName=endpoint)
    assert described["EndpointStatus"] == "InService"
    assert (
        described["EndpointArn"] == f"arn:aws:sagemaker:eu-central-1:{SERVICE_ACCOUNT}:endpoint/sm-endpoint"
    )
    assert described["ProductionVariants"] == [
        {
            "VariantName": "main",
            "CurrentWeight": 1.0,
            "DesiredWeight": 1.0,
            "CurrentInstanceCount": 2,
            "DesiredInstanceCount": 2,
        }
    ]


def test_a_reference_to_what_is_not_there_is_refused(emulator: Emulator) -> None:
    client = emulator.client("sagemaker", SERVICE_ACCOUNT)
    with pytest.raises(botocore.exceptions.ClientError, match="Could not find model"):
        client.create_endpoint_config(
            EndpointConfigName="sm-bad", ProductionVariants=[variant(ModelName="no-such-model")]
        )
    with pytest.raises(botocore.exceptions.ClientError, match="Could not find endpoint-config"):
        client.create_endpoint(EndpointName="sm-bad", EndpointConfigName="no-such-config")


def test_the_other_account_has_no_such_endpoint(emulator: Emulator, endpoint: str) -> None:
    client = emulator.client("sagemaker", MONITOR_ACCOUNT)
    with pytest.raises(botocore.exceptions.ClientError, match="Could not find endpoint"):
        client.describe_endpoint(EndpointName=endpoint)
    with pytest.raises(
        botocore.exceptions.ClientError, match=rf"Endpoint {endpoint} of account {MONITOR_ACCOUNT}"
    ):
        emulator.client("sagemaker-runtime", MONITOR_ACCOUNT).invoke_endpoint(
            EndpointName=endpoint, Body=b"{}"
        )


def test_an_invocation_reaches_the_model_with_its_custom_attributes(
    emulator: Emulator, endpoint: str
) -> None:
    answer = invoke(emulator, endpoint, CustomAttributes="Root=1-a-b;Parent=c;Sampled=1")
    assert answer["InvokedProductionVariant"] == "main"
    assert json.load(answer["Body"]) == {
        "model_version": "stand-in",
        "predictions": [{"label": "barolo", "probability": 0.98}],
        "custom_attributes": "Root=1-a-b;Parent=c;Sampled=1",
        "content_type": "application/json",
    }


@pytest.mark.parametrize(("status", "side"), [(400, "client"), (500, "server")])
def test_an_error_of_the_model_is_a_model_error(
    emulator: Emulator, endpoint: str, status: int, side: str
) -> None:
    with pytest.raises(
        botocore.exceptions.ClientError, match=rf"Received {side} error \({status}\)"
    ) as caught:
        invoke(emulator, endpoint, {"status": status})
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "ModelError"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["OriginalStatusCode"] == status


def test_invocations_publish_sagemakers_metrics(emulator: Emulator, endpoint: str) -> None:
    del endpoint
    name = own_endpoint(emulator, "sm-measured")
    invoke(emulator, name)
    for status in (400, 500):
        with pytest.raises(botocore.exceptions.ClientError):
            invoke(emulator, name, {"status": status})
    found = sums(emulator, name)
    assert {
        metric: found[metric] for metric in ("Invocations", "Invocation4XXErrors", "Invocation5XXErrors")
    } == {
        "Invocations": 3,
        "Invocation4XXErrors": 1,
        "Invocation5XXErrors": 1,
    }
    assert 0 < found["OverheadLatency"] < 3e6
    assert 0 < found["ModelLatency"] < 3e6


def test_utilization_comes_from_the_model_servers_processes(emulator: Emulator, endpoint: str) -> None:
    for _ in range(20):
        invoke(emulator, endpoint)
    dimensions = {"EndpointName": endpoint, "VariantName": "main"}
    latest = {
        point["metric"]: point["value"]
        for point in emulator.datapoints(SERVICE_ACCOUNT)
        if point["namespace"] == "/aws/sagemaker/Endpoints" and point["dimensions"] == dimensions
    }
    assert set(latest) == {"CPUUtilization", "MemoryUtilization", "DiskUtilization"}
    assert 0 < latest["MemoryUtilization"] < 100
    assert 0 < latest["DiskUtilization"] < 100
    assert latest["CPUUtilization"] >= 0


def test_a_slow_model_costs_model_latency(emulator: Emulator, endpoint: str) -> None:
    del endpoint
    name = own_endpoint(emulator, "sm-slow")
    emulator.fault("model-slow", delay_ms=300)
    started = time.monotonic()
    invoke(emulator, name)
    assert time.monotonic() - started >= 0.3
    assert sums(emulator, name)["ModelLatency"] >= 300_000


def test_a_stopped_model_server_is_unavailable_until_it_is_back(
    emulator: Emulator, endpoint: str, stand_in_model: ModelServer
) -> None:
    stand_in_model.stop()
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        invoke(emulator, endpoint)
    assert caught.value.response["Error"]["Code"] == "ServiceUnavailable"
    assert sums(emulator, endpoint)["Invocation5XXErrors"] >= 1
    stand_in_model.start()
    emulator.attach_model(stand_in_model.url, pid=stand_in_model.pid)
    assert invoke(emulator, endpoint)["InvokedProductionVariant"] == "main"


def test_an_endpoint_with_a_model_server_of_its_own_asks_that_and_the_others_theirs(
    emulator: Emulator, endpoint: str
) -> None:
    own = own_endpoint(emulator, "sm-own-model")
    emulator.attach_model(f"http://127.0.0.1:{free_port(0)}", endpoint=own)  # where nobody listens
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        invoke(emulator, own)
    assert caught.value.response["Error"]["Code"] == "ServiceUnavailable"
    assert invoke(emulator, endpoint)["InvokedProductionVariant"] == "main"


def test_a_wrong_model_answers_what_it_predicted_for_another(emulator: Emulator, endpoint: str) -> None:
    right = json.load(invoke(emulator, endpoint)["Body"])["predictions"]
    emulator.fault("model-wrong")
    wrong = json.load(invoke(emulator, endpoint)["Body"])["predictions"]
    # What another test's endpoint predicted, or the same while it knows no other.
    assert wrong == right or [each["label"] for each in wrong] != [each["label"] for each in right]


def test_a_role_may_invoke_the_endpoint_its_policy_names_and_no_other(
    emulator: Emulator, endpoint: str
) -> None:
    own_endpoint(emulator, "sm-forbidden")
    arn = f"arn:aws:sagemaker:{emulator.region}:{SERVICE_ACCOUNT}:endpoint/{endpoint}"
    make_role(
        emulator,
        SERVICE_ACCOUNT,
        "sm-invoker",
        {"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "Resource": arn},
    )
    given = assume(emulator, SERVICE_ACCOUNT, "sm-invoker")
    client = emulator.session(SERVICE_ACCOUNT).client(
        "sagemaker-runtime",
        endpoint_url=emulator.url,
        aws_access_key_id=given.access_key,
        aws_secret_access_key=given.secret_key,
        aws_session_token=given.token,
    )
    body = json.dumps({"instances": [{}]})
    assert client.invoke_endpoint(EndpointName=endpoint, Body=body)["InvokedProductionVariant"] == "main"
    with pytest.raises(
        botocore.exceptions.ClientError, match="not authorized to perform: sagemaker:InvokeEndpoint"
    ):
        client.invoke_endpoint(EndpointName="sm-forbidden", Body=body)


def test_endpoints_are_listed_page_by_page_for_their_own_account(emulator: Emulator, endpoint: str) -> None:
    for account, there in ((SERVICE_ACCOUNT, True), (MONITOR_ACCOUNT, False)):
        pages = emulator.client("sagemaker", account).get_paginator("list_endpoints")
        names = [one["EndpointName"] for page in pages.paginate(MaxResults=1) for one in page["Endpoints"]]
        assert (endpoint in names) is there
        assert len(names) == len(set(names))
