"""docs/canary.md held against what it describes: its files are read, its lists are those of the code."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

import config
from handlers.canary.outcome import Reason
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
    canary = yaml.safe_load(text)["config"]["inference-watch:canary"]
    assert (
        config.parse({**config.read_stack("prod-monitor"), "canary": canary}).canary.model_dump().keys()
        >= canary.keys()
    )


def test_the_page_has_every_reason() -> None:
    (row,) = re.findall(r"^\| `CanaryFailure` \|.*$", PAGE, re.MULTILINE)
    assert re.findall(r"`(\w+)`", row.partition("`Reason`")[2]) == [*get_args(Reason)]
