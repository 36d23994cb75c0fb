"""docs/canary.md held against what it describes: its files are read, its lists are those of the code."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

import config
from handlers.canary.outcome import Reason
from rehearsal.incident.scenario import FOLDER, load
from rehearsal.run import run
from rehearsal.sources import stack
from settings.probes import exported, file

PAGE = (config.ROOT / "docs" / "canary.md").read_text()
FILES = dict(re.findall(r"```yaml\n# (\S+\.yaml)\n(.*?)```", PAGE, re.DOTALL))


@pytest.mark.parametrize(
    ("name", "secrets"), [("probes.yaml", {"shop-key"}), ("steps.yaml", {"shop-password"})]
)
def test_a_file_of_the_page_is_right(name: str, secrets: set[str], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(FILES[name])
    text = file.read(path).exported()
    assert exported.secret_names(text).keys() == secrets
    assert exported.loaded(json.loads(text))


@pytest.mark.parametrize("text", re.findall(r"```yaml\n# Pulumi\S+\n(.*?)```", PAGE, re.DOTALL))
def test_the_settings_of_the_page_are_right(text: str) -> None:
    keys = yaml.safe_load(text)["config"]
    own = {key.removeprefix("inference-watch:"): value for key, value in keys.items()}
    settings = config.parse({**config.read_stack("prod-monitor"), **own})
    assert settings.canary.model_dump().keys() >= own["canary"].keys()


def test_the_page_has_every_reason() -> None:
    (row,) = re.findall(r"^\| `CanaryFailure` \|.*$", PAGE, re.MULTILINE)
    assert re.findall(r"`(\w+)`", row.partition("`Reason`")[2]) == [*get_args(Reason)]


def test_the_rehearsal_of_the_page_holds_and_shipped_ones_do_with_locations(tmp_path: Path) -> None:
    prod = config.parse(config.read_stack("prod"))
    alarms = stack.of_settings("prod", prod, ["eu-west-1", "us-east-1"])
    (tmp_path / "silent.yaml").write_text(FILES["silent-location.yaml"])
    shipped = [
        FOLDER / f"{name}.yaml" for name in ("api-down", "canary-stopped", "canary-keyless", "quiet-day")
    ]
    for path in (tmp_path / "silent.yaml", *shipped):
        result = run(load(path), alarms, doubt=False)
        assert (path.name, result.failures, result.unknown_metrics) == (path.name, [], ())


def test_the_rehearsal_reads_the_locations_of_the_stack_that_is_rehearsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"locations": ["us-east-1"], "each": {"prod": {"locations": ["eu-west-1"]}}}
    keys = {**config.read_stack("prod-monitor"), "watches": ["prod", "fraud"], "canary": own}
    written = {f"inference-watch:{key}": value for key, value in keys.items()}
    (tmp_path / "Pulumi.prod-monitor.yaml").write_text(yaml.safe_dump({"config": written}))
    (tmp_path / "Pulumi.prod.yaml").write_text((config.STACKS / "Pulumi.prod.yaml").read_text())
    monkeypatch.setattr(config, "STACKS", tmp_path)
    names = {alarm.name for alarm in stack.of_stack("prod").alarms if "-canary-" in alarm.name}
    assert {name for name in names if name.endswith("-silent")} == {
        f"inference-prod-monitor-canary-{region}-silent" for region in ("eu-central-1", "eu-west-1")
    }


def test_the_price_is_the_sum_of_its_parts_and_at_most_a_fiftieth_of_synthetics() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", PAGE, re.MULTILINE)
    *parts, synthetics = [(what, float(count) * float(each), shown) for what, count, each, shown in rows]
    assert all(f"{dollars:.2f}" == shown for _, dollars, shown in (*parts, synthetics))
    own = sum(dollars for _, dollars, _ in parts)
    assert f"**{own:.2f}**" in PAGE
    assert synthetics[0].startswith("CloudWatch Synthetics")
    assert f"1/{synthetics[1] / own:.0f} of" in PAGE
    assert own * 50 <= synthetics[1]
