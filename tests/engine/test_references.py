"""What a monitor stack makes of a service stack that is empty, older or newer than itself."""

from collections.abc import Callable

import pytest

from tests.engine.project import Project
from tests.engine.stacks import MONITOR

pytestmark = pytest.mark.engine
DEPLOY = "pulumi up -s organization/inference-watch/dev"


def test_the_monitor_of_a_service_that_is_not_deployed_yet_previews_and_says_what_to_deploy(
    project: Callable[[], Project],
) -> None:
    new = project()
    new.stack("dev")
    monitor = new.stack("dev-monitor")
    preview, update = monitor.preview(), monitor.up()
    assert preview.error == ""
    assert "Topic inference-dev-notifications-critical" in preview.of("create")
    assert DEPLOY in preview.output
    assert update.error != ""
    assert DEPLOY in update.error + update.output


def test_an_older_service_previews_with_a_warning_and_is_asked_for_in_an_update(deployed: Project) -> None:
    monitor = deployed.stack("dev-monitor")
    deployed.stack("dev").export(probes=None)
    preview, update = monitor.preview(), monitor.up()
    assert preview.error == ""
    assert "probes" in preview.output
    assert DEPLOY in preview.output
    assert DEPLOY in update.error + update.output
    assert deployed.stack("dev").up().error == ""
    assert monitor.up().error == ""
    assert monitor.preview().steps == ()


def test_a_newer_service_changes_nothing_in_its_monitor(deployed: Project) -> None:
    deployed.stack("dev").export(a_later_output=1)
    assert deployed.stack("dev-monitor").preview().steps == ()


def test_a_monitor_whose_name_does_not_tell_what_it_watches_says_which_setting_does(
    project: Callable[..., Project],
) -> None:
    new = project({"elsewhere": MONITOR})
    preview = new.stack("elsewhere").preview()
    assert "inference-watch:watches is not set" in preview.error
    assert "Traceback" not in preview.error + preview.output
