"""A state that was lost: an older version of it is put back, as docs/operations.md says."""

import pytest

from tests.engine.project import Project
from tests.engine.release import STATES

pytestmark = pytest.mark.engine


def test_an_older_version_of_a_state_is_put_back_and_a_refresh_brings_it_up_to_date(
    deployed: Project,
) -> None:
    state = deployed.folder / STATES / "dev.json"
    older = state.read_bytes()
    deployed.set("dev", {"inference": {"memory_mb": 2048}})
    assert deployed.stack("dev").up().error == ""
    latest = state.read_bytes()
    assert latest != older
    state.write_bytes(older)
    stack = deployed.stack("dev")
    assert stack.preview().steps != ()
    assert stack.refresh().error == ""
    preview = stack.preview()
    assert preview.error == ""
    assert preview.steps == ()


def test_a_lost_state_is_imported_from_a_copy_and_nothing_is_to_do(
    deployed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of a test")
    copy = deployed.folder / "dev.json"
    done = deployed.cli("stack", "export", "-s", "dev", "--file", str(copy))
    assert done.returncode == 0, done.stderr
    (deployed.folder / STATES / "dev.json").unlink()
    assert deployed.cli("stack", "export", "-s", "dev").returncode != 0
    for arguments in (("stack", "init", "dev"), ("stack", "import", "-s", "dev", "--file", str(copy))):
        done = deployed.cli(*arguments)
        assert done.returncode == 0, done.stderr
    preview = deployed.stack("dev").preview()
    assert preview.error == ""
    assert preview.steps == ()
