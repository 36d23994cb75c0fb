"""A service's model, trained where its own requirements hold.

What the product's environment has already is used as it is. A service that pins anything else gets a virtual
environment of its own in build/, so that no service's libraries stand in another's way.
"""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from model.artefact import ROOT, source_of

BUILD = ROOT / "build" / "services"
SERVER = ROOT / "model" / "requirements.txt"
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}  # for small matrices the fastest
_CONTINUED = re.compile(r"\\\n")
_LINE = re.compile(r"^[A-Za-z0-9][^#\n]*", re.MULTILINE)


class ModelEnvironmentError(RuntimeError):
    """The model cannot be had on this machine; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """A trained model: the artefact's `directory`, and the `python` that its requirements hold for."""

    service: str
    directory: Path
    python: str

    @property
    def environment(self) -> Mapping[str, str]:
        """What the model server needs to know of it."""
        return {"MODEL_SERVICE": self.service, "MODEL_DIR": str(self.directory)}


def trained(service: str) -> Trained:
    """The service's model, trained if what is in build/ is missing, damaged or stale.

    Raises `ModelEnvironmentError` with the words of the training, or of the installer.
    """
    python, directory = python_for(service), BUILD / service / "model"
    command = [python, "-m", "model.train", "--service", service, "--out", str(directory), "--if-stale"]
    _run(command, f"The model of service {service!r} could not be trained")
    return Trained(service=service, directory=directory, python=python)


def python_for(service: str) -> str:
    """This interpreter if it has what the service pins, else one that does, made if need be."""
    files = sorted(source_of(service).glob("requirements*.txt"))
    if all(_holds(requirement) for path in files for requirement in requirements(path)):
        return sys.executable
    content = b"".join(path.read_bytes() for path in (SERVER, *files))
    folder = BUILD / service / f"venv-{hashlib.sha256(content).hexdigest()[:12]}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        failed = f"What service {service!r} requires could not be installed"
        uv = [sys.executable, "-m", "uv", "--quiet"]
        _run([*uv, "venv", "--clear", "--python", sys.executable, str(folder)], failed)
        named = [argument for path in (SERVER, *files) for argument in ("-r", str(path))]
        _run([*uv, "pip", "install", "--python", str(python), *named], failed)
        (folder / "complete").touch()
    return str(python)


def requirements(path: Path) -> Iterator[Requirement]:
    """The requirements in a pinned file that hold for this platform. Raises `ModelEnvironmentError`."""
    for line in _LINE.findall(_CONTINUED.sub(" ", path.read_text(encoding="utf-8"))):
        try:
            requirement = Requirement(line.partition(" --hash")[0].strip())
        except InvalidRequirement as error:
            place = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
            raise ModelEnvironmentError(
                f"{place}: {line.strip()!r} is no requirement, so nothing could be installed; write"
                " <package>==<version>"
            ) from error
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement


def _holds(requirement: Requirement) -> bool:
    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False


def _run(command: list[str], failed: str) -> None:
    environment = {**os.environ, **ONE_THREAD}
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ModelEnvironmentError(f"{failed}: {done.stderr.strip() or done.stdout.strip()}")
