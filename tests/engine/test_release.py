"""docs/contributing.md, "Releasing": its steps, followed in a clone, and the upgrade from what they keep."""

import gzip
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.docs.commands import commands
from tests.engine import release
from tests.engine.engine import ROOT
from tests.engine.project import PACKAGES, Project
from tests.engine.stacks import EVERYTHING, WEBHOOK_TOKEN

pytestmark = pytest.mark.walk
PAGE = ROOT / "docs" / "contributing.md"
VERSION, SHOWN = "9.0.0", "0.2.0"  # the one that is made, and the one in the page
SOMEBODY = {
    f"GIT_{who}_{what}": "somebody@example.com"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources under git, as somebody has them who makes a release."""
    folder = tmp_path / "clone"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".?*", "build", "venv", "images"))
    shutil.copytree(PACKAGES, folder / PACKAGES.relative_to(ROOT))
    (folder / ".gitignore").write_text("build\n__pycache__\n")
    for command in ("git init --quiet", "git add --all", "git commit --quiet --message Before"):
        run(folder, command)
    monkeypatch.setattr(release, "ROOT", folder)
    monkeypatch.setattr(release, "RELEASES", folder / "tests" / "engine" / "releases")
    return folder


def run(folder: Path, command: str) -> str:
    """A command as somebody gives it there; returns what it says."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603  # the page's own, and git's
        ["bash", "-ec", command],  # noqa: S607
        cwd=folder,
        env=os.environ | SOMEBODY | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_the_pages_steps_make_a_release_which_the_next_version_upgrades(clone: Path, tmp_path: Path) -> None:
    before = release.project_version()
    assert "is kept already" in (release.refusal(before) or "")
    edit(clone / "pyproject.toml", f'\nversion = "{before}"\n', f'\nversion = "{VERSION}"\n')
    assert release.project_version() == VERSION
    assert f"no section `## {VERSION} - <date>`" in (release.refusal(VERSION) or "")
    edit(clone / "CHANGELOG.md", "\n## Unreleased\n", f"\n## Unreleased\n\n## {VERSION} - 2026-12-24\n")
    assert release.refusal(VERSION) is None
    first = PAGE.read_text().partition("\n## Releasing\n")[0].count("\n")
    steps = [command.text for command in commands(PAGE) if command.line > first]
    assert [re.split(r"[ .]", step)[0] for step in steps] == ["python", "git", "git", "git"]
    for step in steps:
        run(clone, step.replace(SHOWN, VERSION))
    assert run(clone, "git status --porcelain") == ""
    assert run(clone, "git tag --points-at HEAD") == f"v{VERSION}\n"
    assert release.last() == VERSION
    assert set(release.stacks(VERSION)) == set(EVERYTHING)
    kept = [
        gzip.decompress(file.read_bytes()).decode() for file in (release.RELEASES / VERSION).rglob("*.gz")
    ]
    assert not [text for text in kept if str(tmp_path.parent) in text or WEBHOOK_TOKEN in text]
    with closing(Project.create(tmp_path / "next", {})) as project:
        release.restore(VERSION, project)
        assert project.stack("dev-monitor").preview().steps == ()
