"""The component package in a program of another language, YAML, on the real engine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

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
    pytest.mark.engine,
    pytest.mark.skipif(
        shutil.which("pulumi-language-yaml") is None,
        reason="No pulumi-language-yaml on the PATH: no program in YAML was run.",
    ),
]
ACCOUNT = "111111111111"
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
