"""How the suite is shared between processes: what uses the emulator stays together in one."""

from pathlib import Path

import pytest

EMULATED = Path(__file__).parent / "local"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if EMULATED in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("local"))
