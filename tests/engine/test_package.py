"""The component package in a program of another language, YAML, on the real engine."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import monitoring
from monitoring.watched import WatchedParts
from package.inputs import watched
from settings.alarms import AlarmsTuning, AlarmTuning
from tests.engine import vault
from tests.engine.cloud import Cloud
from tests.engine.engine import ROOT
from tests.engine.provider import serve

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.skipif(
        shutil.which("pulumi-language-yaml") is None,
        reason="No pulumi-language-yaml on the PATH: no program in YAML was run.",
    ),
]
ACCOUNT, ELSEWHERE = "111111111111", "222222222222"
SHARED = {
    "name": "orders-prod",
    "api": {"name": "orders", "stage": "prod", "rate_limit_per_s": 50, "min_per_minute": 0},
    "functions": [{"name": "orders-api", "timeout_ms": 10_000, "reserved_concurrency": 20}],
    "slo": {"availability_pct": 99.9, "latency_p90_ms": 500},
}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The example, and the package's plugin where the CLI finds it: as an executable on the PATH."""
    plugin = tmp_path / "bin" / "pulumi-resource-inference-watch"
    plugin.parent.mkdir()
    plugin.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "package"}" "$@"\n')
    plugin.chmod(0o755)
    (tmp_path / "state").mkdir()
    return Path(shutil.copytree(ROOT / "docs" / "examples" / "yaml", tmp_path / "program"))


def pulumi(program: Path, port: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    folder = program.parent
    environment = {
        **vault.environment(),
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_DEBUG_PROVIDERS": f"aws:{port}",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    return subprocess.run(  # noqa: S603
        ["pulumi", *arguments, "--non-interactive"],  # noqa: S607
        cwd=program,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_program_in_yaml_has_the_same_alarms_canary_and_dashboard_and_nothing_is_left_to_do(
    program: Path,
) -> None:
    cloud = Cloud()
    with serve(cloud) as port:
        pulumi(program, port, "stack", "init", "prod", "--secrets-provider", vault.PROVIDER)
        pulumi(program, port, "config", "set", "--path", "aws:allowedAccountIds[0]", ACCOUNT)
        done = pulumi(program, port, "up", "--yes", "--skip-preview")
        assert done.returncode == 0, done.stdout + done.stderr
        again = pulumi(program, port, "preview", "--expect-no-changes")
        assert again.returncode == 0, again.stdout + again.stderr
        outputs = yaml.safe_load(pulumi(program, port, "stack", "output", "--json").stdout)
    tuned = AlarmsTuning(each={"api-4xx-critical": AlarmTuning(threshold=30)})
    kpis = monitoring.parts_alarms(
        WatchedParts.model_validate(SHARED, strict=False).model_copy(update={"tuning": tuned})
    )
    promise = monitoring.slo_alarms(watched({**SHARED, "account_id": ACCOUNT, "region": "eu-central-1"}))
    made = {t.inputs["name"] for t in cloud.of("MetricAlarm")}
    made |= {t.inputs["alarmName"] for t in cloud.of("CompositeAlarm")}
    assert made == {alarm.name for alarm in (*kpis, *promise)}
    assert set(outputs["alarms"]) == {alarm.key for alarm in kpis}
    assert set(outputs["promised"]) == {alarm.key for alarm in promise}
    (changed,) = [t for t in cloud.of("MetricAlarm") if t.name == "kpis-api-4xx-critical"]
    assert changed.inputs["threshold"] == 30
    (page,) = [t for t in cloud.of("CompositeAlarm") if t.name == "kpis-page-api-errors"]
    assert page.inputs["alarmActions"] == [f"arn:aws:sns:eu-central-1:{ACCOUNT}:critical"]
    assert [t.inputs["dashboardName"] for t in cloud.of("Dashboard")] == [outputs["dashboard"]]
    (canary,) = cloud.of("Function")
    assert canary.inputs["name"] == outputs["canary"] == "orders-prod-canary"
    assert canary.inputs["environment"]["variables"]["API_URL"] == "https://api.example.com/prod"
    state = "".join(path.read_text() for path in (program.parent / "state").rglob("*.json"))
    assert "of an example" not in state


WATCHED = {"region": "eu-west-1", "accountId": ACCOUNT, "functions": [{"name": "it", "timeoutMs": 3000}]}
PROBES = "authorization: {bearer: token}\nprobes:\n  - {name: list, path: /x}\n"


def component(kind: str, options: dict[str, Any] | None = None, **inputs: Any) -> dict[str, Any]:
    return {"type": f"inference-watch:{kind}", "properties": inputs, "options": options or {}}


def kpis(name: str, **options: Any) -> dict[str, Any]:
    topics = {level: f"arn:aws:sns:eu-west-1:{ACCOUNT}:{level}" for level in ("warn", "critical")}
    parts = {"name": name, "functions": WATCHED["functions"]}
    return component("KpiAlarms", options, topics=topics, parts=parts)


def canary(name: str) -> dict[str, Any]:
    """In another account and region than the program's, which the provider says."""
    return component(
        "Canary",
        {"providers": ["${elsewhere}"]},
        service={**WATCHED, "name": name},
        accountId=ELSEWHERE,
        apiUrl="https://api.example.com/prod",
        probes=PROBES,
        secrets={"token": "of an example"},
    )


def alias(kind: str, name: str) -> list[str]:
    return [f"urn:pulumi:prod::orders-watched::inference-watch:index:{kind}::{name}"]


def test_two_of_a_kind_are_side_by_side_options_reach_what_they_make_and_a_change_changes_its_own_alone(
    program: Path,
) -> None:
    file, cloud = program / "Pulumi.yaml", Cloud()
    elsewhere = {"region": "eu-west-1", "allowedAccountIds": [ELSEWHERE]}
    resources: dict[str, Any] = {
        "elsewhere": {"type": "pulumi:providers:aws", "properties": elsewhere},
        "orders": kpis("orders"),
        "carts": kpis("carts", dependsOn=["${board}"], protect=True),
        "board": component("Dashboard", service={**WATCHED, "name": "orders"}),
        "first": canary("orders"),
        "second": canary("carts"),
    }
    config = {"aws:region": {"value": "eu-west-1"}, "aws:allowedAccountIds": {"value": [ACCOUNT]}}

    def up() -> None:
        content = {"name": "orders-watched", "runtime": "yaml", "config": config, "resources": resources}
        file.write_text(json.dumps(content))
        cloud.calls.clear()
        done = pulumi(program, port, "up", "--yes", "--skip-preview")
        assert done.returncode == 0, done.stdout + done.stderr

    with serve(cloud) as port:
        pulumi(program, port, "stack", "init", "prod", "--secrets-provider", vault.PROVIDER)
        up()
        made = [call.name for call in cloud.calls]
        protected = {name for name, item in state(program).items() if item.get("protect")}
        # A change of one input each, and other names, which are told by their old ones.
        resources["orders"]["properties"]["parts"]["tuning"] = {
            "each": {"function-errors-warn": {"threshold": 3}}
        }
        resources["renamed"] = resources.pop("orders")
        resources["renamed"]["options"] = {"aliases": alias("KpiAlarms", "orders")}
        resources["first"]["properties"]["apiUrl"] = "https://api.example.com/next"
        resources["other"] = resources.pop("second")
        resources["other"]["properties"]["secrets"] = {"token": "another one"}
        resources["other"]["options"]["aliases"] = alias("Canary", "second")
        up()
    assert made.index("board-dashboard") < min(made.index(name) for name in made if name.startswith("carts-"))
    assert protected == {"carts", *(name for name in made if name.startswith("carts-"))}
    places = {(thing.account, thing.region) for thing in cloud.things.values()}
    assert places == {(ACCOUNT, "eu-west-1"), (ELSEWHERE, "eu-west-1")}
    names = {thing.inputs["name"] for thing in cloud.of("Function", ELSEWHERE)}
    assert names == {"orders-canary", "carts-canary"}
    assert sorted(f"{call.method} {call.kind} {call.name}" for call in cloud.calls) == [
        "Create SecretVersion other-secrets-value",
        "Delete SecretVersion second-secrets-value",
        "Update Alias first-alias",
        "Update Function first-function",
        "Update MetricAlarm orders-function-errors-warn",
    ]


def state(program: Path) -> dict[str, dict[str, Any]]:
    """What the state has, by logical name."""
    (file,) = (program.parent / "state").rglob("prod.json")
    resources = json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    return {item["urn"].rsplit("::", 1)[1]: item for item in resources}


def test_what_is_wrong_in_a_program_is_told_without_a_traceback(program: Path) -> None:
    file, cloud = program / "Pulumi.yaml", Cloud()
    content = yaml.safe_load(file.read_text())
    content["resources"] = {"kpis": content["resources"]["kpis"]}
    content["resources"]["kpis"]["properties"]["parts"]["tuning"]["each"] = {
        "no-such-alarm": {"threshold": 1}
    }
    del content["outputs"]
    file.write_text(yaml.safe_dump(content))
    with serve(cloud) as port:
        pulumi(program, port, "stack", "init", "prod", "--secrets-provider", vault.PROVIDER)
        pulumi(program, port, "config", "set", "--path", "aws:allowedAccountIds[0]", ACCOUNT)
        refused = pulumi(program, port, "up", "--yes", "--skip-preview")
    assert refused.returncode != 0
    said = refused.stdout + refused.stderr
    assert "no-such-alarm" in said
    assert "Traceback" not in said
    assert "line " not in said
    assert cloud.things == {}
