"""The workflows: each job's permissions as reviewed, actions pinned, nothing but make targets, no secret."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def jobs(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = read(path)["jobs"]
    return found


def steps(path: Path) -> Iterator[Mapping[str, Any]]:
    document = read(path)
    if "runs" in document:
        yield from document["runs"]["steps"]
    for job in document.get("jobs", {}).values():
        yield from job.get("steps", [])


def reviewed() -> list[tuple[str, str, str, str]]:
    text = (ROOT / "docs" / "delivery.md").read_text()
    table = text.partition("<!-- permissions:begin -->")[2].partition("<!-- permissions:end -->")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n") if "|" in line
    ]
    return [(row[0], row[1], row[2], row[3]) for row in rows[2:]]


def test_each_jobs_permissions_are_those_of_the_reviewed_table_with_a_reason() -> None:
    found = {
        (path.stem, name, f"{what}: {how}")
        for path in WORKFLOWS
        for name, job in jobs(path).items()
        for what, how in job["permissions"].items()
    }
    rows = reviewed()
    assert found == {row[:3] for row in rows}
    assert len(rows) == len({row[:3] for row in rows})
    assert all(row[3] for row in rows)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.stem))
def test_a_workflow_begins_with_no_permission(path: Path) -> None:
    assert read(path)["permissions"] == {}


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_action_of_others_is_pinned_by_commit(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert all(PINNED.fullmatch(name) for name in used if not name.startswith("./")), used
    versions = re.findall(r"uses: [^.\s]\S+(.*)", path.read_text())
    assert all(re.fullmatch(r" # v\d+(\.\d+)*", each) for each in versions), versions


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_secret_is_kept(path: Path) -> None:
    assert "secrets." not in path.read_text()
    assert "AKIA" not in path.read_text()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.stem))
def test_what_a_job_does_lies_in_make_targets_that_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for job in jobs(path).values():
        words = [str(step["run"]).split() for step in job.get("steps", []) if "run" in step]
        assert all(found[0] == "make" for found in words), words
        named = [found[1] for found in words]
        if "${{" in named:
            named = [each.split()[0] for each in job["strategy"]["matrix"]["target"]]
        assert set(named) <= targets


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.stem))
def test_nothing_that_others_write_is_pasted_into_a_script(path: Path) -> None:
    for step in steps(path):
        assert re.findall(r"\$\{\{(.*?)\}\}", str(step.get("run", ""))) in ([], [" matrix.target "])


def test_ci_runs_all_that_a_change_must_pass() -> None:
    local = (ROOT / ".ci" / "run").read_text()
    named = jobs(ROOT / ".github" / "workflows" / "ci.yml")["ci"]["strategy"]["matrix"]["target"]
    targets = ("check", "test", "engine", "walk", "policy", "package", "rehearse", "local", "actionlint")
    assert [each for each in named if " " not in each] == list(targets)
    assert all(target in local for target in targets)
    services = {path.name for path in (ROOT / "services").iterdir() if (path / "service.yaml").exists()}
    other = {name for name in services if f'local ARGS="--service {name} ' in "\n".join(named)}
    assert services - other == {"wine"}  # the default


def test_only_the_bases_code_holds_the_token_that_writes() -> None:
    for path in WORKFLOWS:
        for job in jobs(path).values():
            if job["permissions"].get("pull-requests") == "write":
                (checkout,) = [step for step in job["steps"] if "checkout@" in step.get("uses", "")]
                assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
                assert "id-token" not in job["permissions"]


def test_every_file_for_contributors_is_there() -> None:
    wanted = ("LICENSE", "CHANGELOG.md", "SECURITY.md", ".editorconfig", ".github/CODEOWNERS")
    forms = (".github/pull_request_template.md", ".github/ISSUE_TEMPLATE/wrong.yml")
    assert all((ROOT / name).is_file() for name in (*wanted, *forms))
