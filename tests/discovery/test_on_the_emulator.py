"""The same examples on the emulator of the local run: found through its own APIs, watched by both stacks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from discovery.cli import main
from local.deployer import bootstrap, deploy
from local.deployer.stack_config import load
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from local.run.copies import ROOT
from tests.discovery.apis import EXAMPLES, REGION, Account


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(region=REGION) as running:
        bootstrap(running, REGION)
        yield running


def discovered(emulator: Emulator, example: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    made = EXAMPLES[example](Account(emulator.session(SERVICE_ACCOUNT), endpoint_url=emulator.url))
    for name, value in emulator.sdk_environment(SERVICE_ACCOUNT).items():
        monkeypatch.setenv(name, value)
    asked = ["--api", made.id, "--region", REGION, "--out", str(folder), "--stack", "theirs"]
    return main([*asked, "--monitor-account", MONITOR_ACCOUNT, "--name", example, "--env", "prod"])


FOUND = {  # exit code, functions, tables with operations, endpoints, usage plans
    "hello-world": (0, 1, 0, 0, 0),
    "http-dynamodb": (0, 1, 1, 0, 0),
    "crud": (3, 5, 4, 0, 0),
    "model": (0, 1, 0, 1, 1),
    "direct": (0, 0, 2, 0, 0),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_is_found_and_both_stacks_watch_it(
    example: str, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = discovered(emulator, example, tmp_path, monkeypatch)
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
    outside = {alarm["AlarmName"] for alarm in alarms(emulator, MONITOR_ACCOUNT)}
    assert {f"{example}-prod-monitor-page-api-down", f"{example}-prod-monitor-api-burn-1h-long"} <= outside
    assert f"{example}-prod-canary" in str(monitor.outputs["services"])


def alarms(emulator: Emulator, account: str) -> list[dict[str, str]]:
    pages = emulator.client("cloudwatch", account).get_paginator("describe_alarms")
    kinds = ["MetricAlarm", "CompositeAlarm"]
    return [
        a for page in pages.paginate(AlarmTypes=kinds) for kind in kinds for a in page.get(f"{kind}s", ())
    ]
