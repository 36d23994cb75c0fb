"""docs/lint.md is generated where it lists rules, and what it shows is what is printed."""

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from config import ROOT
from rehearsal.cli import main
from rehearsal.lint import ignore
from tests.rehearsal.lint.builders import alarm, described

PAGE = (ROOT / "docs" / "lint.md").read_text()


def test_the_rules_are_current() -> None:
    command = [sys.executable, "docs/lint.py", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0  # noqa: S603  # fixed words


def test_the_shown_output_is_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    monkeypatch.chdir(tmp_path)
    entry = alarm(
        "AWS/ApiGateway 5XXError", {"ApiId": "a1b2c3d4e5", "Stage": "live"}, AlarmName="shop-http-5xx"
    )
    Path("alarms.json").write_text(described([entry]))
    out = StringIO()
    assert main(["lint", "alarms.json"], Console(file=out, width=80)) == 1
    assert out.getvalue() == block[1]


def test_the_shown_decisions_can_be_read(tmp_path: Path) -> None:
    block = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    path = tmp_path / "lint-ignore.yaml"
    path.write_text(block[1])
    assert ignore.of_file(path) == [
        ignore.Ignore(rule="no-action", alarm="dev-*", reason="nobody is on call for dev")
    ]
