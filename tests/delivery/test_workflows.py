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
    for target in ("check", "actionlint", "test", "engine", "policy", "package", "rehearse", "local"):
        assert target in [each.split()[0] for each in named]
        assert target in local
    services = {path.name for path in (ROOT / "services").iterdir() if (path / "service.yaml").exists()}
    other = {name for name in services if f'local ARGS="--service {name} ' in "\n".join(named)}
    assert services - other == {"wine"}  # the default


def test_a_fork_gets_no_credentials() -> None:
    preview = jobs(ROOT / ".github" / "workflows" / "preview.yml")
    assert "head.repo.full_name == github.repository" in preview["preview"]["if"]
    assert preview["comment"]["needs"] == "preview"
    assert read(ROOT / ".github" / "workflows" / "preview.yml")[True] == {"pull_request": None}


def test_only_the_bases_code_holds_the_token_that_writes() -> None:
    for path in WORKFLOWS:
        for job in jobs(path).values():
            if job["permissions"].get("pull-requests") == "write":
                (checkout,) = [step for step in job["steps"] if "checkout@" in step.get("uses", "")]
                assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
                assert "id-token" not in job["permissions"]


def test_one_deployment_of_a_pair_at_a_time_and_none_is_cut_off() -> None:
    pair = read(ROOT / ".github" / "workflows" / "pair.yml")
    assert pair["concurrency"] == {"group": "deploy-${{ inputs.stack }}", "cancel-in-progress": False}
    assert pair["jobs"]["deploy"]["environment"] == "${{ inputs.stack }}"


def test_production_comes_after_dev_and_dev_after_ci() -> None:
    deploy = jobs(ROOT / ".github" / "workflows" / "deploy.yml")
    assert (deploy["dev"]["needs"], deploy["prod"]["needs"]) == ("ci", "dev")


def test_updates_of_actions_and_packages_are_proposed_by_a_bot() -> None:
    updates = read(ROOT / ".github" / "dependabot.yml")["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"github-actions", "pip", "docker"}


def test_every_file_for_contributors_is_there() -> None:
    wanted = ("LICENSE", "CHANGELOG.md", "SECURITY.md", ".editorconfig", ".github/CODEOWNERS")
    forms = (".github/pull_request_template.md", ".github/ISSUE_TEMPLATE/wrong.yml")
    assert all((ROOT / name).is_file() for name in (*wanted, *forms))
