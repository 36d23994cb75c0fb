import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from local.emulator import model_environment
from local.emulator.model_environment import ModelEnvironmentError, Trained, python_for, requirements, trained


class Installer:
    """Stands in for the commands that are run; knows which, and fails where it is told to."""

    def __init__(self, fails: str = "") -> None:
        self.commands: list[list[str]] = []
        self._fails = fails

    def __call__(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        failed = bool(self._fails) and self._fails in command
        if "venv" in command and not failed:
            Path(command[-1]).mkdir(parents=True, exist_ok=True)
        return subprocess.CompletedProcess(command, int(failed), stdout="", stderr="no luck\n" * failed)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "services" / "own" / "model"
    folder.mkdir(parents=True)
    monkeypatch.setattr(model_environment, "source_of", lambda _: folder)
    monkeypatch.setattr(model_environment, "BUILD", tmp_path / "build")
    return folder


def installer(monkeypatch: pytest.MonkeyPatch, fails: str = "") -> Installer:
    made = Installer(fails)
    monkeypatch.setattr(subprocess, "run", made)
    return made


@pytest.mark.parametrize("service", ["wine", "tickets", "digits"])
def test_the_shipped_services_run_in_the_products_own_environment(service: str) -> None:
    assert python_for(service) == sys.executable


def test_a_service_that_pins_what_is_installed_needs_no_environment_of_its_own(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = installer(monkeypatch)
    (source / "requirements.txt").write_text(
        f"numpy=={version('numpy')} ; python_version >= '3.11' \\\n    --hash=sha256:{'0' * 64}\n"
        "nowhere==1.0 ; python_version < '3'\n"
    )
    assert python_for("own") == sys.executable
    assert made.commands == []


@pytest.mark.parametrize("line", ["numpy==1.0", "no-such-package==1.0"])
def test_a_service_that_pins_anything_else_gets_an_environment_once(
    source: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    made = installer(monkeypatch)
    (source / "requirements.txt").write_text(f"{line}\n")
    python = python_for("own")
    assert Path(python).is_relative_to(tmp_path / "build" / "own")
    folder = Path(python).parent.parent
    named = ["-r", str(model_environment.SERVER), "-r", str(source / "requirements.txt")]
    assert made.commands == [
        [sys.executable, "-m", "uv", "--quiet", "venv", "--clear", "--python", sys.executable, str(folder)],
        [sys.executable, "-m", "uv", "--quiet", "pip", "install", "--python", python, *named],
    ]
    assert python_for("own") == python
    assert len(made.commands) == 2
    (source / "requirements-train.txt").write_text("scipy==1.0\n")
    assert python_for("own") != python


@pytest.mark.parametrize("fails", ["venv", "install"])
def test_an_environment_that_cannot_be_made_is_said_and_tried_again(
    source: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    (source / "requirements.txt").write_text("numpy==1.0\n")
    installer(monkeypatch, fails)
    with pytest.raises(
        ModelEnvironmentError, match="What service 'own' requires could not be installed: no luck"
    ):
        python_for("own")
    again = installer(monkeypatch)
    python_for("own")
    assert len(again.commands) == 2


def test_a_line_that_is_no_requirement_is_named_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("numpy == == 2\n")
    with pytest.raises(ModelEnvironmentError, match=r"requirements\.txt: 'numpy == == 2' is no requirement"):
        list(requirements(path))


def test_a_model_that_cannot_be_trained_is_said_in_the_trainings_own_words() -> None:
    with pytest.raises(
        ModelEnvironmentError,
        match=r"service 'cheese' could not be trained: error: services/cheese/model/train\.py is missing",
    ):
        trained("cheese")


def test_a_trained_model_tells_the_server_its_service_and_folder(tmp_path: Path) -> None:
    made = Trained(service="own", directory=tmp_path, python=sys.executable)
    assert made.environment == {"MODEL_SERVICE": "own", "MODEL_DIR": str(tmp_path)}
