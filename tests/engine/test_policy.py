"""The policy pack on the real engine: it lets what is shipped pass, and stops what it is there for."""

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine import policy_host
from tests.engine.engine import ROOT, Change
from tests.engine.project import Project
from tests.engine.stacks import PAIR

PYTHON = ROOT / "policy" / "venv" / "bin" / "python"
pytestmark = [
    pytest.mark.pack,
    pytest.mark.skipif(not PYTHON.exists(), reason="no policy/venv: `make policy` installs it"),
]


@pytest.fixture
def preview(
    project: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Project, Callable[[], Change]]:
    """A project with nothing deployed, and a preview of its service stack with the pack."""
    host = tmp_path / "bin" / f"pulumi-language-{policy_host.RUNTIME}"
    host.parent.mkdir()
    host.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{policy_host.__file__}" "{PYTHON}"\n')
    host.chmod(0o755)
    monkeypatch.setenv("PATH", f"{host.parent}{os.pathsep}{os.environ['PATH']}")
    made = project({"dev": PAIR["dev"]})
    pack = made.own_sources() / "policy"
    (pack / "PulumiPolicy.yaml").write_text(f"name: inference-watch\nruntime: {policy_host.RUNTIME}\n")
    stack = made.stack("dev")
    stack.engine.preview = functools.partial(stack.engine.preview, policy_packs=[str(pack)])  # type: ignore[method-assign]
    return made, stack.preview


def test_the_pack_lets_the_service_stack_pass_and_stops_what_it_is_there_for(
    preview: tuple[Project, Callable[[], Change]],
) -> None:
    project, run = preview
    passed = run()
    assert passed.error == ""
    assert "✅ inference-watch" in passed.output
    assert "can't run policy" not in passed.output
    project.edit("components/shared/function.py", '{"mode": "Active"}', '{"mode": "PassThrough"}')
    refused = run()
    assert "preview failed" in refused.error
    assert "[mandatory]  tracing  (aws:lambda:Function: inference-dev-inference-function)" in refused.output
    assert "tracingConfig.mode is not Active: where the time of a slow request went" in refused.output
