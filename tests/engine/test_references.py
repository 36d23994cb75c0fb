"""What a monitor stack makes of a service stack that is empty, older or newer than itself."""

from collections.abc import Callable

import pytest

from tests.engine.project import Project

pytestmark = pytest.mark.engine
# An output that an older service stack did not have.
PROBE = ('"probe": settings', '"former_probe": settings')
DEPLOY = "pulumi up -s organization/inference-watch/dev"


def test_the_monitor_of_a_service_that_is_not_deployed_yet_previews_and_says_what_to_deploy(
    project: Callable[[], Project],
) -> None:
    new = project()
    new.stack("dev")
    monitor = new.stack("dev-monitor")
    preview, update = monitor.preview(), monitor.up()
    assert preview.error == ""
    assert "Function inference-dev-canary-function" in preview.of("create")
    assert DEPLOY in preview.output
    assert update.error != ""
    assert DEPLOY in update.error + update.output


def test_an_older_service_previews_with_a_warning_and_is_asked_for_in_an_update(deployed: Project) -> None:
    monitor = deployed.stack("dev-monitor")
    deployed.edit("components/service/stack.py", *PROBE)
    assert deployed.stack("dev").up().error == ""
    deployed.edit("components/service/stack.py", *reversed(PROBE))
    preview, update = monitor.preview(), monitor.up()
    assert preview.error == ""
    assert "probe" in preview.output
    assert DEPLOY in preview.output
    assert DEPLOY in update.error + update.output
    assert deployed.stack("dev").up().error == ""
    assert monitor.up().error == ""
    assert monitor.preview().steps == ()


def test_a_newer_service_changes_nothing_in_its_monitor(deployed: Project) -> None:
    deployed.edit("components/service/stack.py", PROBE[0], f'"a_later_output": 1, {PROBE[0]}')
    assert deployed.stack("dev").up().error == ""
    assert deployed.stack("dev-monitor").preview().steps == ()
