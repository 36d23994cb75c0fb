"""Public example APIs: found, configured, deployed under mocks, judged and rehearsed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

import config
from discovery.cli import main
from monitoring.stacks import stacks
from monitoring.watched import Watched
from rehearsal.cli import main as rehearsal
from settings import Settings
from tests.components.harness import run_stack
from tests.discovery.apis import EXAMPLES, REGION, Account, Made

MONITOR = "222222222222"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """A folder an example, with what `discover` writes as stack `theirs`."""
    found = {}
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        for name, make in EXAMPLES.items():
            folder = tmp_path_factory.mktemp(name)
            with mock_aws():
                made = make(Account(boto3.Session(region_name=REGION)))
                discovered(made, folder, "--stack", "theirs", "--monitor-account", MONITOR)
            found[name] = folder
        yield found


def discovered(made: Made, folder: Path, *more: str) -> int:
    return main(["--api", made.id, "--region", REGION, "--out", str(folder), *more])


@pytest.fixture(params=EXAMPLES)
def example(request: pytest.FixtureRequest, written: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> str:
    """Each example, its stack files being those that are read."""
    monkeypatch.setattr(config, "STACKS", written[request.param])
    return str(request.param)


def settings(stack: str = "theirs") -> Settings:
    return config.parse(config.read_stack(stack))


EXISTING: dict[str, dict[str, Any]] = {
    "hello-world": {
        "api": ("rest", "sam-app", "Prod", 3000),
        "functions": [("sam-app-HelloWorldFunction-Tz3q9AbCdEfG", 3000, None, None)],
        "tables": [],
        "endpoints": [],
        "plans": [],
    },
    "http-dynamodb": {
        "api": ("http", "http-api-sam", "$default", 3000),
        "functions": [("http-api-sam-LambdaFunction-9x", 3000, None, None)],
        "tables": [("http-api-sam-DynamoTable-1A2B3C", "PutItem")],
        "endpoints": [],
        "plans": [],
    },
    "crud": {
        "api": ("rest", "Items Service", "prod", 3000),
        "functions": [
            ("ApiLambdaCrud-getAllItemsFunction-7Yk", 3000, None, True),
            ("ApiLambdaCrud-createItemFunction-7Yk", 3000, None, None),
            ("ApiLambdaCrud-getOneItemFunction-7Yk", 3000, None, None),
            ("ApiLambdaCrud-updateItemFunction-7Yk", 3000, None, None),
            ("ApiLambdaCrud-deleteItemFunction-7Yk", 3000, None, None),
        ],
        "tables": [("items", operation) for operation in ("GetItem", "Query", "Scan", "PutItem")],
        "endpoints": [],
        "plans": [],
    },
    "model": {
        "api": ("rest", "predict-api", "v1", 15_000),
        "functions": [("predict", 15_000, 20, None)],
        "tables": [],
        "endpoints": [("churn-endpoint", "AllTraffic", "ml.m5.xlarge", 0)],
        "plans": [("Basic Plan", 5000, "MONTH")],
    },
    "direct": {
        "api": ("rest", "music", "live", 29_000),
        "functions": [],
        "tables": [("Music", "Query"), ("Music", "PutItem")],
        "endpoints": [],
        "plans": [],
    },
}


def test_what_serves_it_is_found_with_its_limits(example: str) -> None:
    found = settings().existing
    assert found.api is not None
    assert {
        "api": (found.api.kind, found.api.name, found.api.stage, found.api.time_budget_ms),
        "functions": [(f.name, f.timeout_ms, f.reserved_concurrency, f.steady) for f in found.functions],
        "tables": [(table.name, table.operation) for table in found.tables],
        "endpoints": [(e.name, e.variant, e.instance_type, e.gpus) for e in found.endpoints],
        "plans": [(p.name, p.quota and p.quota.limit, p.quota and p.quota.period) for p in found.usage_plans],
    } == EXISTING[example]
    assert (found.api.rate_limit_per_s, found.api.throttled_by) == (10_000, "account")


PROBED: dict[str, tuple[Any, dict[str, Any]]] = {
    "hello-world": ("none", {"name": "get-hello", "method": "GET", "path": "/hello"}),
    "http-dynamodb": (
        "none",
        {"name": "post-items", "method": "POST", "path": "/items", "request": {"body": {}}},
    ),
    "crud": ("none", {"name": "get-items", "method": "GET", "path": "/items"}),
    "model": (
        {"api_key": "api-key"},
        {"name": "post-predict", "method": "POST", "path": "/predict", "request": {"body": {}}},
    ),
    "direct": (
        "none",
        {"name": "get-music-id", "method": "GET", "path": "/music/{id}", "request": {"path": {"id": "1"}}},
    ),
}


def test_the_route_with_least_trouble_is_probed(written: dict[str, Path], example: str) -> None:
    document = yaml.safe_load((written[example] / "probes/theirs.yaml").read_text())
    authorization, probe = PROBED[example]
    assert document["authorization"] == authorization
    assert document["probes"] == [{**probe, "expect": {"status": 200}}]


@pytest.mark.usefixtures("example")
def test_both_stacks_agree_and_alarms_are_such_as_cloudwatch_takes() -> None:
    theirs, monitor = (settings(stack) for stack in ("theirs", "theirs-monitor"))
    assert (theirs.base, theirs.region, theirs.accounts) == (monitor.base, monitor.region, monitor.accounts)
    assert monitor.accounts.monitor == MONITOR
    found = stacks(Watched.of(theirs))
    assert {entry.rule.component for entry in found.service} == {
        "api",
        *(["function"] if theirs.existing.functions else []),
        *(["table"] if theirs.existing.tables else []),
        # the page of dependencies is the endpoint's
        *(["endpoint"] if theirs.existing.endpoints or theirs.existing.tables else []),
        *(["usage"] if theirs.existing.usage_plans else []),
    }


def test_its_stack_watches_it_and_deploys_none_of_it(written: dict[str, Path], example: str) -> None:
    probes = written[example] / "probes/theirs.yaml"
    run = run_stack("theirs", {"probes": str(probes)})
    kinds = {made.type.split(":")[-1] for made in run.made if made.type.startswith("aws:")}
    assert not kinds & {"RestApi", "Api", "Stage", "Table", "Endpoint", "Model", "UsagePlan", "ApiKey"}
    assert ("Function" in kinds) is (example == "model")  # the usage reporter, where there are plans
    (probe,) = json.loads(run.outputs["probes"])
    assert probe["status"] == 200
    assert run.outputs["api_url"].startswith(
        f"https://{run.outputs['api_id']}.execute-api.{REGION}.amazonaws.com"
    )


@pytest.mark.usefixtures("example")
def test_lint_finds_no_fault_and_the_rehearsal_meets_every_expectation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in (["lint", "--fail-on", "warning"], ["run", *scenarios()]):
        assert rehearsal([*command, "--stack", "theirs"]) == 0, capsys.readouterr().out


def scenarios() -> list[str]:
    """Some of each part, for time."""
    folder = config.ROOT / "rehearsal" / "incident" / "scenarios"
    names = ("api-down", "client-errors", "deployment-errors", "model-down", "surge", "table-errors")
    return [str(folder / f"{name}.yaml") for name in names]
