"""One empty emulator and one with both stacks for the whole session; tests keep apart by names."""

import json
from collections.abc import Iterator

import pytest
from botocore.credentials import Credentials

from local.emulator import MONITOR_ACCOUNT, Emulator
from local.emulator.model_server import ModelServer
from tests.local.deployed import Stacks, deployed
from tests.local.emulated_api import EmulatedApi, assume, make_api

CALLERS_SECRET = "INFERENCE_WATCH_CALLERS_SECRET"  # in our environment while the emulator starts


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CALLERS_SECRET, "must not reach a function")
        running = Emulator()
        running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def api(emulator: Emulator) -> EmulatedApi:
    return make_api(emulator, "session-api")


@pytest.fixture(scope="module")
def stand_in_model(emulator: Emulator) -> Iterator[ModelServer]:
    with ModelServer(stand_in="tests.local.stand_in_model:application") as server:
        emulator.attach_model(server.url, pid=server.pid)
        yield server


@pytest.fixture(scope="session")
def stacks() -> Iterator[Stacks]:
    with deployed() as both:
        yield both


@pytest.fixture(scope="session")
def key(stacks: Stacks) -> str:
    return str(stacks.service.outputs["canary_api_key"])


@pytest.fixture(scope="session")
def canary(stacks: Stacks) -> Credentials:
    """A session of the canary's role; its trust is widened from Lambda to its account, for this alone."""
    principals = ({"AWS": f"arn:aws:iam::{MONITOR_ACCOUNT}:root"}, {"Service": "lambda.amazonaws.com"})
    trust = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": who} for who in principals]
    stacks.emulator.client("iam", MONITOR_ACCOUNT).update_assume_role_policy(
        RoleName="inference-dev-canary",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}),
    )
    return assume(stacks.emulator, MONITOR_ACCOUNT, "inference-dev-canary")
