"""Settings that would make another service of a deployed stack."""

from typing import Any

import pytest

from tests.engine.project import Project

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("changes", [{"name": "other"}, {"env": "test"}, {"region": "us-east-1"}], ids=str)
def test_a_deployed_service_is_not_renamed_and_the_message_says_how_to_move(
    deployed: Project, changes: dict[str, Any]
) -> None:
    deployed.set("dev", changes)
    before = len(deployed.cloud.calls)
    for change in (deployed.stack("dev").preview(), deployed.stack("dev").up()):
        said = change.error + change.output
        assert "This stack is inference-dev in eu-central-1 of account 111111111111 and its settings" in said
        assert "pulumi destroy -s organization/inference-watch/dev" in said
        assert "Traceback" not in said
        assert change.of("create", "delete", "replace", "create-replacement") == set()
    assert [call for call in deployed.cloud.calls[before:] if call.method in ("Create", "Delete")] == []


def test_a_destroyed_stack_may_become_another_service(deployed: Project) -> None:
    assert deployed.cli("destroy", "-s", "dev", "--yes").returncode == 0
    deployed.set("dev", {"name": "other"})
    assert deployed.stack("dev").preview().error == ""
