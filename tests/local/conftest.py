"""One emulator for the whole session; tests keep apart by names, not by processes."""

from collections.abc import Iterator

import pytest

from local.emulator import Emulator
from local.model_server import ModelServer
from tests.local.emulated_api import EmulatedApi, make_api


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture(scope="session")
def api(emulator: Emulator) -> EmulatedApi:
    return make_api(emulator, "session-api")


@pytest.fixture(scope="module")
def stand_in_model(emulator: Emulator) -> Iterator[ModelServer]:
    with ModelServer(stand_in="tests.local.stand_in_model:application") as server:
        emulator.attach_model(server.url, pid=server.pid)
        yield server
