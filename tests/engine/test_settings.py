"""What the engine makes of settings: refused ones before anything is made, the CLI's form of them as ours."""

from typing import Any

import pytest

from tests.engine.project import Project
from tests.engine.stacks import IMAGE

pytestmark = pytest.mark.engine
NEVER = {"name": "move", "schedule": "cron(0 2 30 2 *)", "duration": "PT2H", "reason": "A move"}
NOT_DEPLOYED = "The stack configuration is wrong; nothing was deployed."


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        (
            {"alarms": {"each": {"no-such-alarm": {"threshold": 1}}}},
            "inference-watch:alarms.each.no-such-alarm",
        ),
        ({"slo": {"latency_p90_ms": 2000}}, "inference-watch:"),
        ({"inference": {"memory_mb": "much"}}, "inference-watch:inference.memory_mb"),
        ({"maintenance": [NEVER]}, "inference-watch:maintenance[0].schedule"),
    ],
    ids=[
        "an unknown alarm",
        "limits that contradict each other",
        "no number",
        "planned work that never comes",
    ],
)
def test_what_is_wrong_is_said_before_anything_is_made(
    deployed: Project, changes: dict[str, Any], key: str
) -> None:
    deployed.set("dev", {"runbook_url": "https://wiki.example.com/other", **changes})
    for change in (deployed.stack("dev").preview(), deployed.stack("dev").up()):
        assert NOT_DEPLOYED in change.error
        assert key in change.error
        assert "Traceback" not in change.error + change.output
        assert change.steps == ()
    assert deployed.cloud.calls == []


def test_a_placeholder_for_the_image_can_be_previewed_and_is_refused_before_anything_is_made(
    deployed: Project,
) -> None:
    deployed.set("dev", {"model": {"image": f"{IMAGE}{'0' * 64}"}})
    stack = deployed.stack("dev")
    preview, update = stack.preview(), stack.up()
    assert preview.error == ""
    assert "Model inference-dev-model-model" in preview.of("create-replacement")
    assert NOT_DEPLOYED in update.error
    assert "inference-watch:model.image" in update.error
    assert deployed.cloud.calls == []


def test_a_stack_file_as_the_cli_writes_it_changes_nothing(deployed: Project) -> None:
    deployed.set("dev", {"log_retention_days": 14, "deletion_protection": False})
    done = deployed.cli("config", "set", "-s", "dev", "--path", "inference-watch:inference.memory_mb", "1024")
    assert done.returncode == 0, done.stderr
    written = deployed.file("dev").read_text()
    assert 'log_retention_days: "14"' in written
    assert 'deletion_protection: "false"' in written
    assert deployed.stack("dev").preview().steps == ()


def test_keys_that_were_named_after_their_plans_keep_their_values(deployed: Project) -> None:
    place, now, former = "components/service/usage_plans.py", 'f"{name}-{value}", f', "was, f"
    deployed.edit(place, now, former)
    stack = deployed.stack("dev")
    assert "ApiKey inference-dev-usage-plans-partners-acme" in stack.up().of("create")
    values = {key.outputs["value"] for key in deployed.cloud.of("ApiKey")}
    deployed.edit(place, former, now)
    assert stack.up().table == {}
    assert {key.outputs["value"] for key in deployed.cloud.of("ApiKey")} == values
