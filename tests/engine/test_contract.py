"""A changed contract, deployed by the engine into the emulator and called as the canary calls it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local.deployer import bootstrap
from local.emulator import MONITOR_ACCOUNT, Emulator
from local.emulator.model_server import ModelServer
from tests.engine.emulated import Emulated
from tests.engine.project import Project
from tests.engine.stacks import BASE, SERVICE
from tests.local.asking import MEASURED
from tests.local.emulated_api import EmulatedApi, assume, make_role

pytestmark = pytest.mark.engine
INVOKE = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
PATH = "/v1/predictions"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running, ModelServer(stand_in="tests.local.stand_in_model:application") as model:
        running.attach_model(model.url, pid=model.pid)
        bootstrap(running, running.region)
        yield running


def test_after_a_changed_contract_the_canary_is_answered_and_the_new_contract_holds(
    emulator: Emulator, tmp_path: Path
) -> None:
    role = f"{BASE}-canary"
    make_role(emulator, MONITOR_ACCOUNT, role, INVOKE)
    with (
        closing(Emulated(emulator)) as make,
        closing(Project.create(tmp_path, {"dev": SERVICE}, make)) as new,
    ):
        stack = new.stack("dev")
        deployed = stack.up()
        assert deployed.error == ""
        outputs = stack.outputs
        api = EmulatedApi(
            emulator=emulator, id=outputs["api_id"], name=BASE, plan="canary", key="canary", role=role
        )

        def status(lot: str) -> int:
            body = {"id": lot, "measurements": MEASURED}
            caller = assume(emulator, MONITOR_ACCOUNT, role)
            return api.post(body, credentials=caller, key=outputs["canary_api_key"], path=PATH)[0]

        assert (status("lot-001"), status("a-longer-name")) == (200, 404)
        new.edit("services/wine/openapi.yaml", "maxLength: 64", "maxLength: 7")
        assert stack.up().error == ""
        assert (status("lot-001"), status("a-longer-name")) == (200, 400)
