"""Destroying the stacks in any order, with the CLI as people call it: it does not run the program."""

from collections.abc import Callable

import pytest

from tests.engine.cloud import Fault
from tests.engine.engine import resource_of
from tests.engine.project import Project
from tests.engine.stacks import ACCOUNTS, RETAINED

pytestmark = pytest.mark.engine
CORE = {
    "Key inference-dev-encryption-key",
    "LogGroup inference-dev-evidence-reader-heads",
    "Repository inference-dev-model-repository",
    "RestApi inference-dev-api-api",
    "Table inference-dev-reference-data-table",
}


def left(project: Project, role: str) -> list[str]:
    """What exists in an account."""
    return sorted(f"{t.kind} {t.name}" for t in project.cloud.things.values() if t.account == ACCOUNTS[role])


def test_a_protected_service_is_refused_before_the_first_deletion_and_without_a_preview_keeps_its_core(
    deployed: Project,
) -> None:
    deployed.set("dev", {"deletion_protection": True})
    stack = deployed.stack("dev")
    assert stack.up().error == ""
    assert {resource_of(item["urn"]) for item in stack.state["resources"] if item.get("protect")} == CORE
    before = left(deployed, "service")
    refused = deployed.cli("destroy", "-s", "dev", "--yes")
    assert refused.returncode != 0
    assert "is protected" in refused.stdout + refused.stderr
    assert left(deployed, "service") == before
    assert not [call for call in deployed.cloud.calls if call.method == "Delete"]
    assert deployed.cli("destroy", "-s", "dev", "--yes", "--skip-preview").returncode != 0
    assert set(left(deployed, "service")) >= CORE
    deployed.set("dev", {"deletion_protection": False})
    assert deployed.stack("dev").up().error == ""
    assert deployed.cli("destroy", "-s", "dev", "--yes").returncode == 0
    assert left(deployed, "service") == RETAINED


def test_an_endpoint_that_exists_does_not_take_the_images_of_a_protected_service_away(
    deployed: Project,
) -> None:
    stack = deployed.stack("dev")
    deployed.set("dev", {"deletion_protection": True})
    assert stack.up().error == ""
    exists = {"image": None, "instances": None, "endpoint": "one-that-exists"}
    deployed.set("dev", {"model": exists})
    refused = stack.preview()
    assert "inference-dev-model-repository" in refused.error + refused.output
    assert "is protected" in refused.error + refused.output


def test_a_monitor_outlives_its_service_and_can_still_be_refreshed_and_destroyed(deployed: Project) -> None:
    assert deployed.cli("destroy", "-s", "dev", "--yes").returncode == 0
    assert deployed.cli("refresh", "-s", "dev-monitor", "--yes").returncode == 0
    monitor = deployed.stack("dev-monitor")
    preview = monitor.preview()
    assert preview.error == ""
    assert "has no output" in preview.output
    assert "pulumi up -s organization/inference-watch/dev" in preview.output
    before = left(deployed, "monitor")
    update = monitor.up()
    assert "Deploy it first: pulumi up -s organization/inference-watch/dev" in update.error + update.output
    assert left(deployed, "monitor") == before
    assert deployed.cli("destroy", "-s", "dev-monitor", "--yes").returncode == 0
    assert left(deployed, "monitor") == []


def test_a_monitor_destroyed_first_leaves_its_service_alone(deployed: Project) -> None:
    before = left(deployed, "service")
    assert deployed.cli("destroy", "-s", "dev-monitor", "--yes").returncode == 0
    assert left(deployed, "monitor") == []
    assert left(deployed, "service") == before
    assert deployed.stack("dev").preview().steps == ()


def test_a_service_that_failed_half_way_can_still_be_previewed_from_its_monitor(
    project: Callable[[], Project],
) -> None:
    new = project()
    new.cloud.faults.append(Fault(method="Create", kind="Stage"))
    assert new.stack("dev").up().error != ""
    preview, update = new.stack("dev-monitor").preview(), new.stack("dev-monitor").up()
    assert preview.error == ""
    assert "Dashboard inference-dev-monitor-dashboard-dashboard" not in preview.of("create")
    assert "has no output" in preview.output
    assert "Deploy it first: pulumi up -s organization/inference-watch/dev" in update.error + update.output
