"""Both stacks as the program makes them, in an emulator, with the real model or a stand-in for it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from local.deployer import Deployment, bootstrap, deploy
from local.emulator import SERVICE_ACCOUNT, Emulator
from local.emulator.model_environment import Trained
from local.emulator.model_server import ModelServer
from tests.local.asking import ask

IMAGE = f"{SERVICE_ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/inference-dev-model:1"
PATH = "/v1/predictions"
JSON = "application/json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stacks:
    """Both stacks, deployed, and the model server behind their endpoint."""

    emulator: Emulator
    model: ModelServer
    service: Deployment
    monitor: Deployment

    def call(self, credentials: Credentials | None, key: str | None) -> tuple[int, Any]:
        """The canary's own request, signed when there are credentials; status and JSON body."""
        status, _, answer = self.send(ask().body or b"", credentials, key)
        return status, answer

    def send(
        self, body: bytes, credentials: Credentials | None, key: str | None, content_type: str = JSON
    ) -> tuple[int, Mapping[str, str], Any]:
        """Any body, signed when there are credentials; status, headers, JSON body."""
        headers = {"content-type": content_type, **({"x-api-key": key} if key else {})}
        request = AWSRequest("POST", self.service.outputs["api_url"] + PATH, data=body, headers=headers)
        if credentials is not None:
            SigV4Auth(credentials, "execute-api", self.service.outputs["api_region"]).add_auth(request)
        answer = URLLib3Session(timeout=30).send(request.prepare())
        return answer.status_code, answer.headers, json.loads(answer.text)


@contextmanager
def deployed(
    model: Trained | None = None, overrides: Mapping[str, Any] = MappingProxyType({})
) -> Iterator[Stacks]:
    """Deploy into a fresh emulator; `model` serves, or a stand-in.

    `overrides` are those of the service stack's configuration.
    """
    with Emulator() as emulator, model_server(emulator, model) as server:
        emulator.attach_model(server.url, pid=server.pid)
        bootstrap(emulator, emulator.region)
        service = deploy("dev", emulator, overrides={"model.image": IMAGE, **overrides})
        monitor = deploy("dev-monitor", emulator, stack_outputs=service)
        yield Stacks(emulator=emulator, model=server, service=service, monitor=monitor)


def model_server(emulator: Emulator, model: Trained | None) -> ModelServer:
    """The server, not started yet."""
    if model is None:
        return ModelServer(stand_in="tests.local.stand_in_model:application")
    return ModelServer(trained=model, environment=emulator.sdk_environment(SERVICE_ACCOUNT))
