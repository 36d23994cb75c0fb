"""What the documents say is what the code does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config import ROOT
from settings.usage_plans import UsagePlan

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_configuration_page_is_current() -> None:
    done = subprocess.run([sys.executable, "docs/config.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_the_page_on_the_sla_is_current() -> None:
    done = subprocess.run([sys.executable, "docs/sla.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", page.read_text())) <= targets


def test_the_usage_plan_of_the_recipe_is_taken() -> None:
    page = (ROOT / "docs" / "contributing.md").read_text()
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    ((key, plans),) = yaml.safe_load(block).items()
    assert key == "inference-watch:usage_plans"
    (plan,) = (UsagePlan.model_validate(one, strict=False) for one in plans)
    assert [one.name for one in plan.keys] == ["university"]
