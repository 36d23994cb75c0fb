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


def test_the_price_is_the_sum_of_its_parts_and_at_most_a_fiftieth_of_synthetics() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", PAGE, re.MULTILINE)
    *parts, synthetics = [(what, float(count) * float(each), shown) for what, count, each, shown in rows]
    assert all(f"{dollars:.2f}" == shown for _, dollars, shown in (*parts, synthetics))
    own = sum(dollars for _, dollars, _ in parts)
    assert f"**{own:.2f}**" in PAGE
    assert synthetics[0].startswith("CloudWatch Synthetics")
    assert f"1/{synthetics[1] / own:.0f} of" in PAGE
    assert own * 50 <= synthetics[1]
