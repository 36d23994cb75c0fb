"""What can be held of the image without building it."""

import ast
import json
import os
import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from model.push import SERVER, image_files
from tests.model.served import ROOT

DOCKERFILE = (SERVER / "Dockerfile").read_text()
INSTRUCTIONS = [
    line for line in re.sub(r"\\\n\s*", "", DOCKERFILE).splitlines() if line and not line.startswith("#")
]
STAGES = " \n".join(INSTRUCTIONS).split("FROM ")[1:]


def pins(path: Path) -> dict[str, set[str]]:
    """Requirement lines (name, version, marker) of a pinned file, by name, without their hashes."""
    lines = re.findall(r"^([a-zA-Z0-9._-]+)(==.*?) ?\\$", path.read_text(), re.MULTILINE)
    found: dict[str, set[str]] = {}
    for name, pin in lines:
        found.setdefault(name.lower(), set()).add(pin)
    return found


SERVICES = sorted(path.parent.parent.name for path in ROOT.glob("services/*/model/train.py"))
PINNED = [SERVER / "requirements.txt", *sorted(ROOT.glob("services/*/model/requirements*.txt"))]
PACKAGES = {"scikit-learn": "sklearn", "pillow": "PIL", "opentelemetry-proto": "opentelemetry"}


def pins_of(service: str, name: str) -> dict[str, set[str]]:
    path = ROOT / "services" / service / "model" / name
    return pins(path) if path.exists() else {}


def test_every_install_in_the_image_is_from_wheels_and_every_shipped_pin_is_hashed() -> None:
    installs = re.findall(r"pip install [^&\n]*", "\n".join(INSTRUCTIONS))
    assert all("--no-cache-dir --only-binary=:all:" in line for line in installs)
    hashed = [("server.txt" in line, "--require-hashes" in line) for line in installs]
    assert hashed == [(False, False), (True, True), (False, False)]
    for path in PINNED:
        text = path.read_text()
        requirements = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert len(requirements) == sum(len(versions) for versions in pins(path).values()) > 0
        assert text.count("--hash=sha256:") >= len(requirements)
        assert "index-url" not in text


def test_the_image_holds_the_very_versions_that_are_tested_here() -> None:
    tested = pins(ROOT / "requirements-dev.txt")
    for path in PINNED:
        for package, versions in pins(path).items():
            assert versions <= tested[package], package


def test_what_is_pinned_is_what_was_asked_for() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    wanted = {Requirement(each).name.lower() for each in groups["model"]}
    assert wanted <= set(pins(SERVER / "requirements.txt"))
    for asked in ROOT.glob("services/*/model/*.in"):
        lines = [line for line in asked.read_text().splitlines() if not line.startswith("-r ")]
        assert {Requirement(line).name.lower() for line in lines} <= set(pins(asked.with_suffix(".txt")))


def test_what_serves_brings_no_training_library() -> None:
    assert SERVICES == ["digits", "tickets", "wine"]
    for service in SERVICES:
        serving = {*pins(SERVER / "requirements.txt"), *pins_of(service, "requirements.txt")}
        assert not {"scikit-learn", "scipy", "joblib"} & serving
    assert "scikit-learn" in pins_of("wine", "requirements-train.txt")


def test_each_stage_installs_what_its_modules_import() -> None:
    given = set(sys.stdlib_module_names)
    for module in SERVER.glob("*.py"):
        packages = {PACKAGES.get(package, package) for package in pins(SERVER / "requirements.txt")}
        assert not imported(module) - packages - given, module
    for service in SERVICES:
        for module in (ROOT / "services" / service / "model").glob("*.py"):
            name = "requirements-train.txt" if module.name == "train.py" else "requirements.txt"
            packages = {PACKAGES.get(package, package) for package in pins_of(service, name)}
            assert not imported(module) - packages - given, module
            assert all(each.split(".")[1] == service for each in imported(module, own=True))


def imported(path: Path, *, own: bool = False) -> set[str]:
    """Top-level packages that a file imports; with `own`, the services' modules instead."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            modules.add(node.module)
    if own:
        return {module for module in modules if module.split(".")[0] == "services"}
    return {module.split(".")[0] for module in modules} - {"model", "services"}


def test_the_base_is_one_pinned_slim_image_of_the_python_that_is_tested_here() -> None:
    (base,) = re.findall(r"^ARG PYTHON=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(rf"python:{sys.version_info.major}\.{sys.version_info.minor}\.\d+-slim-\w+", base)
    assert all(stage.startswith("${PYTHON}") for stage in STAGES)


def test_the_container_keeps_sagemakers_contract() -> None:
    serve = STAGES[-1].splitlines()
    assert "EXPOSE 8080" in [line.strip() for line in serve]
    (entry,) = [line for line in serve if line.startswith("ENTRYPOINT ")]
    (path,) = json.loads(entry.removeprefix("ENTRYPOINT "))
    assert path == "/opt/program/model/serve"
    script = SERVER / "serve"
    assert os.access(script, os.X_OK)
    assert re.search(r"^exec ", script.read_text(), re.MULTILINE), "SIGTERM has to reach gunicorn itself"


def test_root_starts_the_container_as_sagemaker_wants_and_another_user_reads_the_requests() -> None:
    assert not [line for line in INSTRUCTIONS if line.startswith("USER ")]
    (user,) = re.findall(r"useradd --system .* (\w+)", STAGES[-1])
    (_, environment) = [line for line in INSTRUCTIONS if line.startswith("ENV ")]
    settings = dict(setting.split("=", 1) for setting in environment.removeprefix("ENV ").split())
    assert settings["WORKER_USER"] == user
    assert settings["OMP_NUM_THREADS"] == settings["OPENBLAS_NUM_THREADS"] == "1"
    assert settings["MODEL_DIR"] == "/opt/program/artefact", "SageMaker mounts over /opt/ml/model"


def test_the_image_copies_only_what_the_context_holds() -> None:
    copied = [line.split()[1:-1] for line in " \n".join(STAGES).splitlines() if line.startswith("COPY ")]
    names = {name for line in copied for name in line if not name.startswith(("--", "/", "."))}
    for service in SERVICES:
        assert {name.replace("${SERVICE}", service) for name in names} <= set(image_files(service))
        assert not {"model/push.py", "model/Dockerfile"} & set(image_files(service))
