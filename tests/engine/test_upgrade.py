"""What a release deployed is taken over: nothing that holds data or identity is replaced or deleted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.project import Project
from tests.engine.release import RELEASES, restore

pytestmark = pytest.mark.engine
# A class whose resource keeps what nobody can make again, or is what others know: an address, a key, a name.
KEPT = {
    *("Table", "TableItem", "Key", "Alias", "Bucket", "Secret", "Repository"),
    *("RestApi", "Stage", "ApiKey", "UsagePlan", "UsagePlanKey", "DomainName"),
    *("Topic", "TopicSubscription", "Role", "Endpoint", "Function", "LogGroup", "Queue"),
}
LAST = max(RELEASES.iterdir(), key=lambda path: tuple(map(int, path.name.split(".")))).name


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A pair that the last release deployed, of this program now."""
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "a passphrase for tests")  # the release's states have it
    project = Project.create(tmp_path / "project", {})
    restore(LAST, project)
    yield project
    project.close()


@pytest.mark.parametrize("stack", ["dev", "dev-monitor"])
def test_what_the_last_release_deployed_is_kept(released: Project, stack: str) -> None:
    change = released.stack(stack).preview()
    assert change.error == ""
    lost = change.of("delete", "replace", "create-replacement", "delete-replaced")
    assert not {resource for resource in lost if resource.partition(" ")[0] in KEPT}
    again = {
        resource
        for resource in change.of("create")
        if resource.partition(" ")[0] in {"Table", "Key", "RestApi", "ApiKey", "Topic"}
    }
    assert not again  # under another name it would be a second, empty one
