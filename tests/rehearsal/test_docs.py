"""docs/rehearsal.md is generated where it has tables, and its scenario is one."""

import re
import subprocess
import sys
from pathlib import Path

from config import ROOT
from rehearsal.cloudwatch.math.calls import FUNCTIONS
from rehearsal.incident.scenario import load

PAGE = (ROOT / "docs" / "rehearsal.md").read_text()


def test_the_tables_are_current() -> None:
    command = [sys.executable, "docs/rehearsal.py", "--check", "--without-peers"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0  # noqa: S603  # fixed words


def test_the_documented_scenario_can_be_loaded(tmp_path: Path) -> None:
    block = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    path = tmp_path / "documented.yaml"
    path.write_text(block[1])
    assert [fault.kind for fault in load(path).faults] == ["errors"]


def test_every_supported_function_is_documented() -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("| Not simulated, and named"))
    assert set(re.findall(r"`([A-Z_0-9]+)`", row)) == set(FUNCTIONS)
