"""docs/watch.md: its example is deployed under mocks and rehearsed."""

import re
from pathlib import Path

import pytest
import yaml

import config
from components.shared.common import CANNOT_PROVE
from discovery.cli import main
from rehearsal.cli import main as rehearsal
from tests.components.harness import run_stack

PAGE = (config.ROOT / "docs" / "watch.md").read_text()


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(config, "STACKS", tmp_path)
    return tmp_path


def test_the_example_is_deployed_as_it_stands_and_its_monitor_takes_it(example: Path) -> None:
    service = run_stack("orders-prod", {"probes": str(example / "probes/orders-prod.yaml")})
    raw = yaml.safe_load((example / "Pulumi.orders-prod.yaml").read_text())["config"]
    same = {key: raw[f"inference-watch:{key}"] for key in ("name", "env", "region", "accounts")}
    (example / "Pulumi.orders-prod-monitor.yaml").write_text(
        yaml.safe_dump(
            {"config": {f"inference-watch:{k}": v for k, v in {"role": "monitor", **same}.items()}}
        )
    )
    monitor = run_stack("orders-prod-monitor", stack_outputs=service.outputs)
    names = {made.inputs["name"] for made in service.of("MetricAlarm").values()}
    assert "orders-prod-function-orders-create-errors-critical" in names
    assert "orders-prod-function-orders-list-silent" in names
    assert "orders-prod-function-orders-create-silent" not in names
    canary = monitor.of("Function")["orders-prod-canary-function"]
    environment = canary.inputs["environment"]["variables"]
    assert environment["API_URL"] == "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"
    assert not monitor.of("Secret")


@pytest.mark.usefixtures("example")
def test_the_example_is_rehearsed(capsys: pytest.CaptureFixture[str]) -> None:
    folder = config.ROOT / "rehearsal" / "incident" / "scenarios"
    chosen = [str(folder / f"{name}.yaml") for name in ("api-down", "deployment-errors", "model-down")]
    assert rehearsal(["run", "--stack", "orders-prod", *chosen]) == 0
    assert "model-down is left out" in capsys.readouterr().out


@pytest.mark.parametrize(
    "said",
    [
        "cannot prove that customers of other accounts reach",
        "silences canary and alarms together with the API",
    ],
)
def test_the_page_says_of_one_account_what_the_warning_says(said: str) -> None:
    assert said in CANNOT_PROVE
    assert said in " ".join(PAGE.split())


@pytest.mark.parametrize("option", ["--policy", "--role-arn", "--monitor-account"])
def test_the_command_has_the_options_that_the_page_names(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert option in PAGE
    with pytest.raises(SystemExit):
        main(["--help"])
    assert option in capsys.readouterr().out
