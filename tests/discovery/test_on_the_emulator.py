"""The same examples on the emulator of the local run: found through its own APIs, watched by both stacks."""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from discovery.cli import main
from local.deployer import bootstrap, deploy
from local.deployer.stack_config import load
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from local.run.copies import ROOT
from tests.discovery.apis import EXAMPLES, REGION, Account, Made


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(region=REGION) as running:
        bootstrap(running, REGION)
        yield running


# The action that this emulator takes reading the concurrency of a function for.
READING_CONCURRENCY = ("lambda:GetFunctionConcurrency", "lambda:PutFunctionConcurrency")


@pytest.fixture(scope="module")
def made(emulator: Emulator) -> Callable[[str], Made]:
    """The examples by name, each made once."""
    account = Account(emulator.session(SERVICE_ACCOUNT), endpoint_url=emulator.url)
    return cache(lambda example: EXAMPLES[example](account))


def reader(
    emulator: Emulator, api: str, capsys: pytest.CaptureFixture[str], services: Collection[str]
) -> str:
    """A role of whoever may read what `--policy` prints of these services, or of all."""
    account, name = emulator.client("iam", SERVICE_ACCOUNT), "-".join(["reader", api, *services])
    root = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{SERVICE_ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [root]})
    role = str(account.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"])
    assert main(["--api", api, "--region", REGION, "--role-arn", role, "--policy"]) == 0
    policy = json.loads(capsys.readouterr().out.replace(*READING_CONCURRENCY))
    policy["Statement"] = [
        s for s in policy["Statement"] if not services or s["Action"][0].partition(":")[0] in services
    ]
    account.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=json.dumps(policy))
    return role


@dataclass(frozen=True, kw_only=True)
class Discovering:
    """The command as somebody runs it who may do no more than it prints."""

    emulator: Emulator
    made: Callable[[str], Made]
    capsys: pytest.CaptureFixture[str]
    folder: Path

    def __call__(self, example: str, services: Collection[str] = (), monitor: str = MONITOR_ACCOUNT) -> int:
        api = self.made(example).id
        asked = ["--api", api, "--region", REGION, "--out", str(self.folder), "--stack", "theirs"]
        asked += ["--role-arn", reader(self.emulator, api, self.capsys, services)]
        return main([*asked, "--monitor-account", monitor, "--name", example, "--env", "prod"])


@pytest.fixture
def discover(
    emulator: Emulator,
    made: Callable[[str], Made],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Discovering:
    for name, value in emulator.sdk_environment(SERVICE_ACCOUNT).items():
        monkeypatch.setenv(name, value)
    return Discovering(emulator=emulator, made=made, capsys=capsys, folder=tmp_path)


FOUND = {  # exit code, functions, tables with operations, endpoints, usage plans
    "hello-world": (0, 1, 0, 0, 0),
    "http-dynamodb": (0, 1, 1, 0, 0),
    "crud": (3, 5, 4, 0, 0),
    "model": (0, 1, 0, 1, 1),
    "direct": (0, 0, 2, 0, 0),
}


ONE_ACCOUNT = "http-dynamodb"  # watched from its own
SAID = "http-dynamodb-prod is watched from its own account: it cannot prove that"


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_is_found_and_both_stacks_watch_it(
    example: str, emulator: Emulator, tmp_path: Path, discover: Discovering
) -> None:
    account = SERVICE_ACCOUNT if example == ONE_ACCOUNT else MONITOR_ACCOUNT
    code = discover(example, monitor=account)
    said = discover.capsys.readouterr().out
    assert ("It is watched from its own account" in said) is (example == ONE_ACCOUNT)
    project, settings = load(ROOT, "theirs", folder=tmp_path)
    existing = settings[f"{project}:existing"]
    kinds = ("functions", "tables", "endpoints", "usage_plans")
    assert (code, *(len(existing.get(kind, [])) for kind in kinds)) == FOUND[example]
    watching = deploy(
        f"{example}-theirs",
        emulator,
        file="theirs",
        folder=tmp_path,
        overrides={"probes": str(tmp_path / "probes/theirs.yaml")},
    )
    monitor = deploy(
        f"{example}-theirs-monitor",
        emulator,
        file="theirs-monitor",
        folder=tmp_path,
        overrides={"watches": [f"{example}-theirs"], "canary.secrets": {"api-key": "k" * 20}},
        stack_outputs={f"{example}-theirs": watching},
    )
    names = {alarm["AlarmName"] for alarm in alarms(emulator, SERVICE_ACCOUNT)}
    assert {f"{example}-prod-api-5xx-critical", f"{example}-prod-page-api-errors"} <= names
    outside = {alarm["AlarmName"] for alarm in alarms(emulator, account)}
    assert {f"{example}-prod-monitor-page-api-down", f"{example}-prod-monitor-api-burn-1h-long"} <= outside
    assert f"{example}-prod-canary" in str(monitor.outputs["services"])
    assert monitor.outputs["identity"]["account"] == account
    for deployment in (watching, monitor):
        assert any(said.startswith(SAID) for said in deployment.warnings) is (example == ONE_ACCOUNT)


def test_without_permissions_the_rest_is_found_and_it_is_said_which_are_missing(
    discover: Discovering, tmp_path: Path
) -> None:
    assert discover("model", ["apigateway", "lambda"]) == 3
    said = [line.split() for line in discover.capsys.readouterr().out.splitlines() if "not allowed" in line]
    assert {line[2] for line in said if line[:2] == ["not", "seen:"]} == {
        "iam:ListRolePolicies",
        "iam:ListAttachedRolePolicies",
        "dynamodb:ListTables",
        "dynamodb:DescribeTable",
        "sagemaker:ListEndpoints",
        "sagemaker:DescribeEndpoint",
    }
    project, settings = load(ROOT, "theirs", folder=tmp_path)
    (function,) = settings[f"{project}:existing"]["functions"]
    assert function == {"name": "predict", "timeout_ms": 15_000, "reserved_concurrency": 20}


def alarms(emulator: Emulator, account: str) -> list[dict[str, str]]:
    pages = emulator.client("cloudwatch", account).get_paginator("describe_alarms")
    kinds = ["MetricAlarm", "CompositeAlarm"]
    return [
        a for page in pages.paginate(AlarmTypes=kinds) for kind in kinds for a in page.get(f"{kind}s", ())
    ]
