import json
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from local.emulator.group import group_is_alive
from local.emulator.model_environment import trained
from local.emulator.model_server import ModelServer, ModelServerError
from local.emulator.net import PortInUseError
from services.wine.model.features import FEATURES

ROOT = Path(__file__).resolve().parents[3]
STAND_IN = "tests.local.stand_in_model:application"


def _predict(server: ModelServer) -> dict[str, object]:
    instances = {"instances": [dict.fromkeys(FEATURES, 1.0)]}
    request = urllib.request.Request(  # noqa: S310 # our own loopback URL
        f"{server.url}/invocations",
        data=json.dumps(instances).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 # as above
        found: dict[str, object] = json.load(answer)
        return found


def test_the_real_model_answers_predictions() -> None:
    with ModelServer(trained=trained("wine")) as server:
        answer = _predict(server)
    assert set(answer) == {"model_version", "predictions"}


def test_stopped_nothing_listens_and_started_again_it_answers_at_the_same_place() -> None:
    with ModelServer(stand_in=STAND_IN) as server:
        first = server.pid
        server.stop()
        assert not group_is_alive(first)
        with pytest.raises(urllib.error.URLError):
            _predict(server)
        server.start()
        assert _predict(server)["model_version"] == "stand-in"


def test_starting_twice_keeps_the_running_process() -> None:
    with ModelServer(stand_in=STAND_IN) as server:
        pid = server.pid
        server.start()
        assert server.pid == pid


def test_a_server_that_cannot_start_shows_the_end_of_its_log() -> None:
    with pytest.raises(ModelServerError, match=r"ended while starting(.|\n)*no_such_module"):
        ModelServer(stand_in="no_such_module:application").start()


def test_a_port_in_use_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortInUseError, match="taken"):
            ModelServer(stand_in=STAND_IN, port=taken.getsockname()[1])


def test_workers_are_children_of_the_master_and_end_with_it() -> None:
    with ModelServer(stand_in=STAND_IN, workers=2) as server:
        pid = server.pid
        deadline = time.monotonic() + 10
        children: list[str] = []
        while len(children) < 2 and time.monotonic() < deadline:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        assert len(children) == 2
    assert not group_is_alive(pid)
