"""What stands on the command line: files, folders, revisions."""

import subprocess
from pathlib import Path

import pytest

from rehearsal.diff import revisions
from rehearsal.errors import RehearsalError

PROGRAM = """
from dataclasses import dataclass, field
import os, sys

@dataclass
class Stat:
    id: str = "m1"
    namespace: str = "N"
    metric: str = "m"
    dimensions: dict = field(default_factory=dict)
    statistic: str = "Sum"
    period_s: int = 60
    return_data: bool = True

@dataclass
class Alarm:
    name: str
    threshold: float
    key: str = "k"
    description: str = ""
    queries: tuple = (Stat(),)
    comparison: str = "GreaterThanThreshold"
    evaluation_periods: int = 1
    datapoints_to_alarm: int = 1
    missing_data: str = "missing"
    UNKNOWN

@dataclass
class Account:
    id: str
    alarms: list

@dataclass
class Set:
    accounts: list
    slo: dict = field(default_factory=dict)
    budget_ms: float = 700.0
    service_account: str = "1"
    monitor_account: str = "2"

def of_stack(name):
    assert "INFERENCE_WATCH_STACKS" not in os.environ
    return Set([Account("1", [Alarm(name, LIMIT)])])
"""


def write(folder: Path, limit: str, unknown: str = "") -> Path:
    """A checkout whose own code builds one alarm."""
    room = folder / "rehearsal" / "sources"
    room.mkdir(parents=True, exist_ok=True)
    for package in (room, room.parent):
        (package / "__init__.py").write_text("")
    text = PROGRAM.replace("LIMIT", limit).replace("UNKNOWN", unknown)
    (room / "stack.py").write_text(text)
    return folder


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)  # noqa: S603, S607  # fixed words


def thresholds(word: str, stack: str = "prod") -> list[tuple[str, float | None]]:
    found = revisions.read(word, stack, {})
    return [(a.name, getattr(a, "threshold", None)) for a in found.alarms]


def test_a_folder_is_a_checkout_whose_own_code_builds_the_alarms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFERENCE_WATCH_STACKS", "/nowhere")
    folder = str(write(tmp_path, "3"))
    found = revisions.read(folder, "dev", {})
    assert thresholds(folder, "dev") == [("dev", 3.0)]
    assert (found.name, found.budget_ms, found.service_account, found.notes) == (folder, 700.0, "1", [])


def test_a_revision_is_built_as_it_was_committed_and_leaves_the_working_tree_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisions, "ROOT", tmp_path)
    git(tmp_path, "init", "-q")
    for limit in ("3", "4"):
        write(tmp_path, limit)
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", limit)
    write(tmp_path, "5")
    assert (thresholds("HEAD~1"), thresholds("HEAD")) == ([("prod", 3.0)], [("prod", 4.0)])
    assert "LIMIT" not in (tmp_path / "rehearsal" / "sources" / "stack.py").read_text()
    assert thresholds(str(tmp_path)) == [("prod", 5.0)]


@pytest.mark.parametrize("word", ["no-such-thing", "--output=x", "HEAD:rehearsal"])
def test_what_is_neither_is_refused_with_what_to_give(word: str) -> None:
    with pytest.raises(RehearsalError, match="neither a file nor a folder nor a revision"):
        revisions.read(word, "prod", {})


def test_code_that_builds_no_alarms_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match=r"(?s)builds no alarms of stack prod:.*NameError"):
        revisions.read(str(write(tmp_path, "undefined")), "prod", {})


def test_a_field_that_only_the_other_revision_knows_is_noted(tmp_path: Path) -> None:
    found = revisions.read(str(write(tmp_path, "3", "colour: str = 'red'")), "prod", {})
    assert found.notes == ["colour is unknown to this revision and not compared"]


def test_alarms_that_this_revision_cannot_read_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "'high'")
    with pytest.raises(RehearsalError, match="cannot read its alarms"):
        revisions.read(str(tmp_path), "prod", {})
