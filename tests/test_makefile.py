"""What `make` installs, and with which Python."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Says which version it is, makes a virtual environment of copies of itself, and writes down every other call.
FAKE = """#!/bin/bash
case "$*" in
  *"sys.exit"*) exit {too_old} ;;
  *"print("*) echo {version} ;;
  *"venv --clear"*) rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python; cp "$0" .venv/bin/uv
    echo "venv of {version}" >>calls ;;
  *) echo "$(basename "$0") $1 certificates of the system: $UV_SYSTEM_CERTS" >>calls ;;
esac
"""
INSTALLS = [
    "python -m certificates of the system: true",
    "uv pip certificates of the system: true",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements-dev.txt").touch()
    return tmp_path


def install(folder: Path, version: str, *, too_old: bool = False) -> subprocess.CompletedProcess[str]:
    """`make` with a Python of that version."""
    python = folder / f"python{version}"
    python.write_text(FAKE.format(version=version, too_old=int(too_old)))
    python.chmod(0o755)
    command = ["make", f"PYTHON={python}", f".venv/installed-{version}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines() if (folder / "calls").exists() else []


def test_an_environment_is_made_once_and_its_packages_come_with_the_systems_certificates(
    folder: Path,
) -> None:
    assert install(folder, "3.13").returncode == 0
    assert install(folder, "3.13").returncode == 0
    assert calls(folder) == ["venv of 3.13", *INSTALLS]


def test_an_environment_of_another_python_is_made_anew(folder: Path) -> None:
    install(folder, "3.13")
    install(folder, "3.14")
    assert calls(folder) == ["venv of 3.13", *INSTALLS, "venv of 3.14", *INSTALLS]


def test_changed_requirements_are_installed_into_the_environment_there_is(folder: Path) -> None:
    install(folder, "3.13")
    stamp = folder / ".venv" / "installed-3.13"
    before = stamp.stat().st_mtime - 10
    os.utime(stamp, (before, before))
    install(folder, "3.13")
    assert calls(folder) == ["venv of 3.13", *INSTALLS, *INSTALLS]


def test_a_python_that_is_too_old_is_refused_before_anything_is_made(folder: Path) -> None:
    refused = install(folder, "3.9", too_old=True)
    assert refused.returncode != 0
    assert "needs Python 3.11 or later" in refused.stderr
    assert calls(folder) == []
