"""Complete traces under load: gateway, function and the real model, none orphaned."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local.emulator import SERVICE_ACCOUNT, Emulator
from local.emulator.model_environment import trained
from local.emulator.model_server import ModelServer
from local.fillins.xray.traces import TraceHeader, new_id, new_trace_id
from services.wine.model.features import FEATURES
from tests.local.emulated_api import EmulatedApi, make_api, root

ROOT = Path(__file__).resolve().parents[3]
REQUESTS = 40
CALLS_THE_MODEL = """
import json, os
import botocore.session

FEATURES = %r
CLIENT = botocore.session.get_session().create_client("sagemaker-runtime")

def handler(event, context):
    answer = CLIENT.invoke_endpoint(
        EndpointName="traced-endpoint",
        ContentType="application/json",
        Body=json.dumps({"instances": [dict.fromkeys(FEATURES, 1.0)]}),
        CustomAttributes=os.environ["_X_AMZN_TRACE_ID"],
    )
    return {"statusCode": 200, "headers": {}, "body": answer["Body"].read().decode()}
"""


@pytest.fixture(scope="module")
def traced_api(emulator: Emulator) -> Iterator[EmulatedApi]:
    environment = emulator.sdk_environment(SERVICE_ACCOUNT)
    with ModelServer(trained=trained("wine"), environment=environment) as server:
        emulator.attach_model(server.url, pid=server.pid)
        client = emulator.client("sagemaker", SERVICE_ACCOUNT)
        role = f"arn:aws:iam::{SERVICE_ACCOUNT}:role/sagemaker-execution"
        client.create_model(ModelName="traced", ExecutionRoleArn=role, PrimaryContainer={"Image": "image"})
        variant: Any = {"VariantName": "main", "ModelName": "traced", "InitialInstanceCount": 2}
        client.create_endpoint_config(
            EndpointConfigName="traced", ProductionVariants=[variant | {"InstanceType": "ml.c6i.large"}]
        )
        client.create_endpoint(EndpointName="traced-endpoint", EndpointConfigName="traced")
        yield make_traced_api(emulator)


def make_traced_api(emulator: Emulator) -> EmulatedApi:
    api = make_api(emulator, "complete-traces", source=CALLS_THE_MODEL % (list(FEATURES),))
    policy = (
        '{"Version": "2012-10-17", "Statement": '
        '{"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "Resource": "*"}}'
    )
    emulator.client("iam", SERVICE_ACCOUNT).put_role_policy(
        RoleName=f"{api.name}-function", PolicyName="model", PolicyDocument=policy
    )
    return api


def test_every_request_leaves_one_complete_trace_without_an_orphan(
    emulator: Emulator, traced_api: EmulatedApi
) -> None:
    headers = [TraceHeader(root=new_trace_id(), parent=new_id(), sampled=True) for _ in range(REQUESTS)]

    def call(header: TraceHeader) -> int:
        sent = {"x-amzn-trace-id": str(header)}
        return traced_api.post(credentials=root(SERVICE_ACCOUNT), headers=sent)[0]

    with ThreadPoolExecutor(4) as clients:
        assert list(clients.map(call, headers)) == [200] * REQUESTS

    wanted = {header.root: header.parent for header in headers}
    deadline = time.monotonic() + 15
    found: list[dict[str, Any]] = []
    while len(found) < 4 * REQUESTS and time.monotonic() < deadline:
        time.sleep(0.2)  # the model sends in batches
        found = [segment for segment in emulator.segments() if segment["trace_id"] in wanted]

    assert Counter(segment.get("origin", segment["name"]) for segment in found) == {
        "AWS::ApiGateway::Stage": REQUESTS,
        "AWS::Lambda": REQUESTS,
        "AWS::Lambda::Function": REQUESTS,
        "model": REQUESTS,
    }
    known = {part["id"] for segment in found for part in (segment, *segment.get("subsegments", ()))}
    parents = [(segment["trace_id"], segment["parent_id"]) for segment in found]
    assert [parent for trace, parent in parents if parent not in known and parent != wanted[trace]] == []
