"""What a release deployed is taken over: nothing that holds data or identity is replaced or deleted."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.engine import ROOT
from tests.engine.project import Project
from tests.engine.release import last, lost, project_version, restore, stacks

# What a careless version would do: another name in the program with no alias, and another one in AWS.
CARELESS = {
    "components/service/reference_data.py": ('f"{name}-table"', 'f"{name}-items"'),
    "components/notify/notifications.py": ('f"{args.prefix}-{level}"', 'f"{args.prefix}-at-{level}"'),
}
TAKEN = {
    "Table inference-dev-reference-data-table",
    "Table inference-dev-reference-data-items",
    "Topic inference-dev-notifications-warn",
    "Topic inference-dev-notifications-critical",
}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """What the last release deployed, of this program now. Not to be changed: `fork` it."""
    with (
        pytest.MonkeyPatch.context() as patch,
        closing(Project.create(tmp_path_factory.mktemp("released") / "project", {})) as project,
    ):
        patch.setenv("PULUMI_CONFIG_PASSPHRASE", "a passphrase for tests")  # that of the first release
        restore(last(), project)
        yield project


@pytest.mark.engine
@pytest.mark.parametrize("name", list(stacks(last())))
def test_what_the_last_release_deployed_is_kept(released: Project, name: str) -> None:
    stack = released.stack(name)
    change = stack.preview()
    assert change.error == ""
    assert lost(stack, change) == set()


@pytest.mark.engine
def test_an_upgrade_that_would_take_data_or_an_address_away_is_found(
    released: Project, tmp_path: Path
) -> None:
    with closing(released.fork(tmp_path / "copy")) as project:
        for path, (old, new) in CARELESS.items():
            project.edit(path, old, new)
        stack = project.stack("dev")
        change = stack.preview()
    assert change.error == ""
    assert lost(stack, change) >= TAKEN


def test_the_last_release_is_in_the_changelog_and_kept() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+) - 20\d\d-\d\d-\d\d$", changelog, re.MULTILINE)
    assert versions[0] == project_version() == last()
    assert changelog.index("## Unreleased") < changelog.index(f"## {versions[0]}")
