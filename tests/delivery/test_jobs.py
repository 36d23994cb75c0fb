"""What each workflow does, as reviewed: when it starts, whose code it checks out, which roles it becomes."""

import os
import re
import subprocess
from glob import glob
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.test_workflows import ACTIONS, ROOT, WORKFLOWS, jobs, read, steps

CI, DEPLOY, PAIR, PREVIEW = WORKFLOWS
CREDENTIALS, TOOLS = ACTIONS
BASE, SHA = "${{ github.event.pull_request.base.sha }}", "${{ github.sha }}"
HERE = "github.event.pull_request.head.repo.full_name == github.repository"
SET_UP = "vars.PULUMI_BACKEND_URL != ''"  # without it nothing is deployed
TOKEN, WRITES = {"contents": "read", "id-token": "write"}, {"contents": "read", "pull-requests": "write"}


def required(kind: str, description: str, needed: bool = True) -> dict[str, object]:
    return {"description": description, "required": needed, "type": kind}


def test_workflows_start_when_they_should_and_none_with_the_rights_of_the_base() -> None:
    assert {path.stem: read(path)[True] for path in WORKFLOWS} == {  # YAML reads `on` as true
        "ci": {"pull_request": None, "push": {"branches": ["main"]}, "workflow_call": None},
        "preview": {"pull_request": None},
        "deploy": {
            "push": {"branches": ["main"]},
            "workflow_dispatch": {
                "inputs": {
                    "stack": required("environment", "The pair, by its environment"),
                    "revision": required("string", "The commit to deploy (default: the branch's)", False),
                }
            },
        },
        "pair": {
            "workflow_call": {
                "inputs": {
                    "stack": required("string", "The pair, for example prod"),
                    "revision": required("string", "The commit"),
                }
            }
        },
    }


def test_what_runs_at_once_and_what_is_cut_off() -> None:
    assert {path.stem: read(path).get("concurrency") for path in WORKFLOWS} == {
        "ci": {
            "group": "ci-${{ github.workflow }}-${{ github.ref }}",
            "cancel-in-progress": "${{ github.event_name == 'pull_request' }}",
        },
        "preview": {
            "group": "preview-${{ github.event.pull_request.number }}",
            "cancel-in-progress": True,
        },
        "deploy": None,
        "pair": {"group": "deploy-${{ inputs.stack }}", "cancel-in-progress": False},
    }


def test_every_job_runs_on_githubs_machine_and_ends() -> None:
    own = [job for path in WORKFLOWS for job in jobs(path).values() if "uses" not in job]
    assert {job["runs-on"] for job in own} == {"ubuntu-24.04"}
    assert [job["timeout-minutes"] for job in own] == [30, 60, 20, 5]
    assert jobs(CI)["ci"]["strategy"]["fail-fast"] is False  # every target says what is wrong with it


def test_whose_code_a_job_checks_out_and_that_no_checkout_keeps_the_token() -> None:
    found = {
        f"{path.stem} {name}": step["with"]
        for path in WORKFLOWS
        for name, job in jobs(path).items()
        for step in job.get("steps", [])
        if step.get("uses", "").startswith("actions/checkout@")
    }
    assert found == {
        "ci ci": {"persist-credentials": False},
        "preview preview": {"persist-credentials": False, "fetch-depth": 0},
        "preview comment": {"persist-credentials": False, "ref": BASE},
        "pair deploy": {"persist-credentials": False, "ref": "${{ inputs.revision }}"},
    }


def test_who_gets_credentials_and_of_which_roles() -> None:
    found = {
        f"{path.stem} {name}": step["with"]
        for path in WORKFLOWS
        for name, job in jobs(path).items()
        for step in job.get("steps", [])
        if step.get("uses") == "./.github/actions/credentials"
    }
    assert found == {
        f"{job}": {
            "region": "${{ vars.AWS_REGION }}",
            "service-role": f"${{{{ vars.SERVICE_{role}_ROLE }}}}",
            "monitor-role": f"${{{{ vars.MONITOR_{role}_ROLE }}}}",
        }
        for job, role in (("preview preview", "PREVIEW"), ("pair deploy", "DEPLOY"))
    }


def test_a_fork_and_what_a_bot_proposes_get_no_credentials() -> None:
    bot = "github.event.pull_request.user.login != 'dependabot[bot]'"
    assert jobs(PREVIEW)["preview"]["if"] == f"${{{{ {SET_UP} && {HERE} && {bot} }}}}"
    assert jobs(PREVIEW)["preview"]["permissions"] == TOKEN
    comment = jobs(PREVIEW)["comment"]
    assert comment["needs"] == "preview"
    assert comment["if"] == "${{ !cancelled() && needs.preview.result != 'skipped' }}"
    assert comment["permissions"] == WRITES


def test_what_is_merged_goes_to_dev_then_to_production_and_by_hand_where_one_says() -> None:
    pair = {"permissions": TOKEN, "uses": "./.github/workflows/pair.yml"}
    assert jobs(DEPLOY) == {
        "ci": {
            "if": f"${{{{ {SET_UP} && github.event_name == 'push' }}}}",
            "permissions": {"contents": "read"},
            "uses": "./.github/workflows/ci.yml",
        },
        "dev": {**pair, "needs": "ci", "with": {"stack": "dev", "revision": SHA}},
        "prod": {**pair, "needs": "dev", "with": {"stack": "prod", "revision": SHA}},
        "by-hand": {
            **pair,
            "if": "${{ github.event_name == 'workflow_dispatch' }}",
            "with": {"stack": "${{ inputs.stack }}", "revision": "${{ inputs.revision || github.sha }}"},
        },
    }
    assert jobs(PAIR)["deploy"]["environment"] == "${{ inputs.stack }}"


PROFILES = "--service-profile service --monitor-profile monitor"
STATE = {"PULUMI_BACKEND_URL": "${{ vars.PULUMI_BACKEND_URL }}", "AWS_PROFILE": "monitor"}


@pytest.mark.parametrize(
    ("path", "commands"),
    [
        (CI, [("make ${{ matrix.target }}", None)]),
        (
            PAIR,
            [(f'make deploy ARGS="$STACK {PROFILES}"', {**STATE, "STACK": "${{ inputs.stack }}"})],
        ),
        (
            PREVIEW,
            [
                (
                    f'make preview ARGS="$STACK --base $BASE --out build/preview/comment.md {PROFILES}"',
                    {**STATE, "STACK": "${{ vars.PREVIEW_STACK || 'prod' }}", "BASE": BASE},
                ),
                (
                    'make comment ARGS="build/preview/comment.md --repository $REPOSITORY'
                    ' --pull-request $NUMBER"',
                    {
                        "GH_TOKEN": "${{ github.token }}",
                        "REPOSITORY": "${{ github.repository }}",
                        "NUMBER": "${{ github.event.pull_request.number }}",
                    },
                ),
            ],
        ),
    ],
)
def test_what_a_job_runs_and_what_it_is_told(path: Path, commands: list[tuple[str, Any]]) -> None:
    found = [step for step in steps(path) if "run" in step]
    assert [(re.sub(r" \\\n\s+", " ", step["run"]).strip(), step.get("env")) for step in found] == commands


def test_the_comment_is_what_the_preview_left_also_of_one_that_failed() -> None:
    up, down = (
        next(step for step in jobs(PREVIEW)[job]["steps"] if f"{what}-artifact@" in step.get("uses", ""))
        for job, what in (("preview", "upload"), ("comment", "download"))
    )
    assert up["with"] == down["with"] == {"name": "preview", "path": "build/preview"}
    assert (up["if"], down.get("if")) == ("${{ !cancelled() }}", None)
    kept = next(step for step in jobs(CI)["ci"]["steps"] if "upload-artifact@" in step.get("uses", ""))
    assert kept["with"] == {"name": "local-${{ strategy.job-index }}", "path": "build/local"}
    assert kept["if"] == "${{ failure() && startsWith(matrix.target, 'local') }}"


def test_jobs_that_call_make_have_the_tools_first_but_for_the_comment() -> None:
    with_tools = [
        f"{path.stem} {name}"
        for path in WORKFLOWS
        for name, job in jobs(path).items()
        if [step.get("uses") for step in job.get("steps", [])][1:2] == ["./.github/actions/tools"]
    ]
    assert with_tools == ["ci ci", "pair deploy", "preview preview"]
    python, pulumi = steps(TOOLS)
    assert python["with"] == {"python-version": "3.13"}
    assert re.fullmatch(r"3\.\d+\.\d+", pulumi["with"]["pulumi-version"])  # one version, not the latest


def test_each_account_has_its_own_role_and_nothing_is_left_in_the_environment() -> None:
    service, monitor, script = steps(CREDENTIALS)
    for step, role in ((service, "service"), (monitor, "monitor")):
        assert step["id"] == role
        assert step["uses"].startswith("aws-actions/configure-aws-credentials@")
        assert step["with"] == {
            "aws-region": "${{ inputs.region }}",
            "role-to-assume": f"${{{{ inputs.{role}-role }}}}",
            "output-credentials": True,
            "unset-current-credentials": True,
        }
    outputs = {"ID": "aws-access-key-id", "KEY": "aws-secret-access-key", "TOKEN": "aws-session-token"}
    assert script["env"] == {
        "REGION": "${{ inputs.region }}",
        **{
            f"{role.upper()}_{short}": f"${{{{ steps.{role}.outputs.{output} }}}}"
            for role in ("service", "monitor")
            for short, output in outputs.items()
        },
    }
    needed = read(CREDENTIALS)["inputs"]
    assert {name: given["required"] for name, given in needed.items()} == dict.fromkeys(
        ("region", "service-role", "monitor-role"), True
    )
    assert {read(path)["runs"]["using"] for path in ACTIONS} == {"composite"}


def test_the_credentials_become_two_profiles_and_the_environments_own_are_taken_away(tmp_path: Path) -> None:
    (*_, script) = steps(CREDENTIALS)
    aws = tmp_path / "aws"
    aws.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/calls\n')
    aws.chmod(0o755)
    given = {name: name.lower() for name in script["env"]}
    subprocess.run(  # noqa: S603  # the script of the action
        [f"/bin/{script['shell']}", "-e", "-c", script["run"]],
        check=True,
        env={**given, "PATH": f"{tmp_path}{os.pathsep}/usr/bin:/bin", "GITHUB_ENV": f"{tmp_path}/env"},
    )
    assert (tmp_path / "calls").read_text().splitlines() == [
        f"configure set --profile {role} {name} {value}"
        for role in ("service", "monitor")
        for name, value in (
            ("region", "region"),
            ("aws_access_key_id", f"{role}_id"),
            ("aws_secret_access_key", f"{role}_key"),
            ("aws_session_token", f"{role}_token"),
        )
    ]
    assert (tmp_path / "env").read_text().splitlines() == [
        "AWS_ACCESS_KEY_ID=",
        "AWS_SECRET_ACCESS_KEY=",
        "AWS_SESSION_TOKEN=",
    ]


def test_updates_of_actions_packages_and_images_are_proposed_by_a_bot() -> None:
    document = read(ROOT / ".github" / "dependabot.yml")
    assert document["version"] == 2
    found = {each["package-ecosystem"]: each for each in document["updates"]}
    places = {name: each.get("directories") or [each["directory"]] for name, each in found.items()}
    assert places == {
        "github-actions": ["/", "/.github/actions/*"],
        "pip": ["/", "/policy", "/services/*/model"],
        "docker": ["/model"],
    }
    assert all(glob(f"{ROOT}{place}") for each in places.values() for place in each)
    assert {name: each["schedule"]["interval"] for name, each in found.items()} == {
        "github-actions": "weekly",
        "pip": "weekly",
        "docker": "monthly",
    }
    assert {kind: list(each.get("groups", {}).values()) for kind, each in found.items()} == {
        "github-actions": [{"patterns": ["*"]}],
        "pip": [{"patterns": ["*"]}],
        "docker": [],
    }
