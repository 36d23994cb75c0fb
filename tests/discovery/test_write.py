"""What is written is read as it was, and its parts have alarms of their own."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config import stack_files
from discovery.cli import main
from discovery.found import Api, Found, Function, Plan, Route, Table, Target
from discovery.names import names
from discovery.write import files, flow
from settings.existing import Existing
from settings.usage_plans import Quota


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.from_regex(r"[a-z0-9]{10}", fullmatch=True) | st.text("0123456789e.+-_xob", min_size=1, max_size=6))
@example("12e4567890")
@example("0123456789")
@example("0x1f")
@example("1_000")
def test_an_id_is_the_same_text_in_the_stack_file(tmp_path: Path, identifier: str) -> None:
    file = tmp_path / "Pulumi.theirs.yaml"
    file.write_text(f"config:\n  inference-watch:existing: {flow({'api': {'id': identifier}})}\n")
    found = stack_files.read(file, "inference-watch")
    assert found == {"inference-watch:existing": {"api": {"id": identifier}}}


def test_parts_whose_names_differ_in_signs_alone_get_keys_of_their_own() -> None:
    api = Api(
        kind="rest",
        id="abc",
        name="shop",
        stage="prod",
        routes=(),
        plans=tuple(
            Plan(id=f"p{n}", name=name, quota=Quota(limit=1, period="DAY"))
            for n, name in enumerate(("基本", "___", "Basic"))
        ),
    )
    found = Found(
        account_id="111111111111",
        region="eu-central-1",
        api=api,
        functions=tuple(
            Function(name=name) for name in ("get_items-1", "get_items", "getItems", "Get-Items")
        ),
        tables=(
            Table(name="t", operations=("Query", "Scan"), why=""),
            Table(name="T", operations=("Scan",), why=""),
            Table(name="long-" * 51, operations=("Query", "Scan"), why=""),
        ),
    )
    stack = names("shop", "prod", name=None, env=None, stack=None)
    written = yaml.safe_load(files(found, stack, "222222222222")["Pulumi.shop-prod.yaml"])
    existing = Existing.model_validate(written["config"]["inference-watch:existing"], strict=False)
    assert [part.called for part in existing.functions] == [
        "get-items-1",
        "get-items",
        "getitems",
        "get-items-2",
    ]
    assert [part.called for part in existing.tables] == [
        *("t-query", "t-scan", "t-scan-1"),
        *("-".join(["long"] * 24), "-".join([*["long"] * 24, "1"])),
    ]
    assert [part.called for part in existing.usage_plans] == ["usage-plans-1", "usage-plans-2", "basic"]


@pytest.mark.parametrize(
    ("api", "name"),
    [
        ("serverless-saas-pooled", "serverless-saas"),
        ("API Gateway SQS Ingestion API", "api-gateway-sqs"),
        ("apigw-lambda-author", "apigw-lambda-author"),
        ("supercalifragilisticexpialidocious", "supercalifragilisti"),
        ("a-supercalifragilisticexpialidocious", "a-supercalifragilis"),
        ("nineteen-letters-ab-cd", "nineteen-letters-ab"),
        ("2048-game", "game"),
        ("ä", "their-api"),
    ],
)
def test_a_name_is_cut_between_words(api: str, name: str) -> None:
    assert names(api, "Prod", name=None, env=None, stack=None).name == name


@pytest.mark.parametrize("api", ["api", "Api", "RestApi", "Http API", "Endpoint"])
def test_an_api_that_is_called_as_any_other_has_a_stack_of_its_id(api: str) -> None:
    given = {"name": None, "env": None, "stack": None}
    assert names(api, "Prod", api_id="a1b2c3d4e5", **given).stack == "api-a1b2c3d4e5-prod"
    assert names(f"{api} of orders", "Prod", api_id="a1b2c3d4e5", **given).name.endswith("-of-orders")


@pytest.mark.parametrize(
    ("timeout_s", "routes", "timeout_ms"),
    [
        (3, [{}], 3000),
        (60, [{}], 29_000),
        (60, [{"timeout_ms": 5000}, {"timeout_ms": 10_000}], 10_000),
        (60, [{}, {"awaited": False}], 60_000),  # what is only begun may take its time
        (None, [{"timeout_ms": 5000}], 5000),
        (60, [], 29_000),  # it authorizes callers
    ],
)
def test_a_function_has_as_long_as_somebody_waits_for_it(
    timeout_s: int | None, routes: list[dict[str, Any]], timeout_ms: int
) -> None:
    target = Target(kind="function", name="f")
    api = Api(
        kind="rest",
        id="abc",
        name="shop",
        stage="prod",
        routes=[Route(method="GET", path=f"/{n}", target=target, **more) for n, more in enumerate(routes)],
    )
    found = Found(
        account_id="111111111111",
        region="eu-central-1",
        api=api,
        functions=(Function(name="f", timeout_s=timeout_s),),
    )
    stack = names("shop", "prod", name=None, env=None, stack=None)
    text = files(found, stack, "222222222222")["Pulumi.shop-prod.yaml"]
    existing = yaml.safe_load(text)["config"]["inference-watch:existing"]
    assert existing["functions"][0]["timeout_ms"] == timeout_ms
    assert ("before its own timeout of 60 s" in text) is (timeout_s == 60 and timeout_ms < 60_000)


def test_names_that_would_be_refused_are_told_and_the_price_of_settings_that_are_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Api(kind="http", id="abc", name="shop", stage="prod", routes=())
    found = Found(account_id="111111111111", region="eu-central-1", api=api)
    monkeypatch.setattr("discovery.command.discover", lambda *_: found)
    asked = ["--api", "abc", "--region", "eu-central-1", "--out", str(tmp_path)]
    assert main([*asked, "--stack", "wrong", "--name", "My Shop", "--monitor-account", "22"]) == 3
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("not right yet: ")]
    assert [line.split(": ")[1].partition(":")[2] for line in said] == ["name", "accounts.monitor"]
    assert main([*asked, "--stack", "right"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"\nWatching it takes \d+ alarms: \d+ US dollars a month, prices of \d{4}-\d\d\.\n", out)
    assert "\nIt is watched from its own account" in out


def test_plans_are_written_by_the_names_under_which_the_usage_reporter_reports_them() -> None:
    plans = (
        Plan(id="a1", name="Basic", quota=None),
        Plan(id="b2", name="Basic", quota=None, of_stage=False),
        Plan(id="c3", name="shop-prod-Gold", quota=None),
        Plan(id="d4", name="Größe\n2", quota=None),
    )
    api = Api(kind="rest", id="abc", name="shop", stage="prod", routes=(), plans=plans)
    found = Found(account_id="111111111111", region="eu-central-1", api=api)
    stack = names("shop", "prod", name=None, env=None, stack=None)
    text = files(found, stack, "222222222222")["Pulumi.shop-prod.yaml"]
    assert [line.strip() for line in text.splitlines() if line.startswith("      - ")] == [
        "- {name: Basic (a1)} # API Gateway has it as Basic",
        "- {name: Gold} # API Gateway has it as shop-prod-Gold",
        "- {name: 'Gr??e?2'} # API Gateway has it as Größe 2",
    ]
