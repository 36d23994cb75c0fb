"""What stands in the state: no secret in plain, whichever output it comes back in."""

from pathlib import Path

import pytest

from tests.engine.project import Project
from tests.engine.stacks import PAIR, WEBHOOK_TOKEN

pytestmark = pytest.mark.engine


def test_no_api_key_is_readable_in_a_state_nor_in_its_backend_and_the_canarys_reaches_its_secret(
    pair: Project,
) -> None:
    values = {key.outputs["value"] for key in pair.cloud.of("ApiKey")}
    assert len(values) == len(pair.cloud.of("ApiKey"))
    for name in PAIR:
        state = exported(pair, name)
        assert {value for value in values if value in state} == set()
    files = [path for path in (pair.folder / "state").rglob("*") if path.is_file()]
    assert files
    assert {(path.name, value) for path in files for value in values if value in text(path)} == set()
    (canary,) = [key for key in pair.cloud.of("ApiKey") if key.name.endswith("canary")]
    (secret,) = pair.cloud.of("SecretVersion")
    assert secret.inputs["secretString"] == canary.outputs["value"]


def test_an_encrypted_setting_stays_encrypted_in_both_states(deployed: Project) -> None:
    path = "inference-watch:notifications.critical[0].endpoint"
    value = f"https://hooks.example.com/{WEBHOOK_TOKEN}"
    done = deployed.cli("config", "set", "-s", "dev", "--secret", "--path", path, value)
    assert done.returncode == 0, done.stderr
    assert WEBHOOK_TOKEN not in deployed.file("dev").read_text()
    for name in PAIR:
        stack = deployed.stack(name)
        change = stack.up()
        assert change.error == ""
        assert WEBHOOK_TOKEN not in change.output
        assert WEBHOOK_TOKEN not in exported(deployed, name)
    endpoints = {subscription.inputs["endpoint"] for subscription in deployed.cloud.of("TopicSubscription")}
    assert endpoints == {value}


def exported(project: Project, stack: str) -> str:
    """The state as people get it."""
    done = project.cli("stack", "export", "-s", stack)
    assert done.returncode == 0, done.stderr
    return done.stdout


def text(path: Path) -> str:
    return path.read_text(errors="replace")
