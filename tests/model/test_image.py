"""What can be held of the image without building it."""

import ast
import fnmatch
import json
import os
import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from model.push import CONTEXT
from tests.model.served import ROOT

DOCKERFILE = (CONTEXT / "Dockerfile").read_text()
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


def installed_in(stage: str) -> dict[str, set[str]]:
    (name,) = re.findall(r"pip install .* -r model/(\S+)", stage)
    return pins(CONTEXT / name)


def test_every_install_in_the_image_is_pinned_hashed_and_from_wheels() -> None:
    installs = [line for line in INSTRUCTIONS if "pip install" in line]
    assert len(installs) == 2
    assert all("--require-hashes --only-binary=:all:" in line for line in installs)
    for name in ("requirements.txt", "requirements-train.txt"):
        text = (CONTEXT / name).read_text()
        requirements = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert len(requirements) == sum(len(versions) for versions in pins(CONTEXT / name).values()) > 0
        assert text.count("--hash=sha256:") >= len(requirements)
        assert "index-url" not in text


def test_the_image_holds_the_very_versions_that_are_tested_here() -> None:
    tested = pins(ROOT / "requirements-dev.txt")
    for name in ("requirements.txt", "requirements-train.txt"):
        for package, versions in pins(CONTEXT / name).items():
            assert versions <= tested[package], package


def test_both_files_come_from_the_projects_own_groups() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    for group, name in (("model", "requirements.txt"), ("training", "requirements-train.txt")):
        wanted = {Requirement(each).name.lower() for each in groups[group]}
        assert wanted <= set(pins(CONTEXT / name)), group


def test_what_serves_brings_no_training_library() -> None:
    train, serve = STAGES
    assert "scikit-learn" in installed_in(train)
    assert not {"scikit-learn", "scipy", "joblib"} & set(installed_in(serve))


def test_each_stage_installs_what_its_modules_import() -> None:
    training = re.findall(r"\w+\.py", next(line for line in STAGES[0].splitlines() if ".py" in line))
    assert training == ["__init__.py", "wire.py", "classifier.py", "train.py"]
    serving = [path.name for path in CONTEXT.glob("*.py") if path.name not in ("train.py", "push.py")]
    for stage, modules in zip(STAGES, (training, serving), strict=True):
        packages = {"sklearn" if name == "scikit-learn" else name for name in installed_in(stage)}
        for module in modules:
            missing = imported(CONTEXT / module) - packages - sys.stdlib_module_names
            assert not missing, f"{module} imports {missing}"
    for module in training:  # the stage has no other module of ours
        assert imported(CONTEXT / module, own=True) <= {"model", "model.wire", "model.classifier"}


def imported(path: Path, *, own: bool = False) -> set[str]:
    """Top-level packages that a file imports; with `own`, the modules of this package instead."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            modules.add(node.module)
    if own:
        return {module for module in modules if module.split(".")[0] == "model"}
    return {module.split(".")[0] for module in modules} - {"model"}


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
    script = CONTEXT / "serve"
    assert os.access(script, os.X_OK)
    assert re.search(r"^exec ", script.read_text(), re.MULTILINE), "SIGTERM has to reach gunicorn itself"


def test_root_starts_the_container_as_sagemaker_wants_and_another_user_reads_the_requests() -> None:
    assert not [line for line in INSTRUCTIONS if line.startswith("USER ")]
    (user,) = re.findall(r"useradd --system .* (\w+)", STAGES[-1])
    (environment,) = [line for line in INSTRUCTIONS if line.startswith("ENV ")]
    settings = dict(setting.split("=", 1) for setting in environment.removeprefix("ENV ").split())
    assert settings["WORKER_USER"] == user
    assert settings["OMP_NUM_THREADS"] == settings["OPENBLAS_NUM_THREADS"] == "1"
    assert settings["MODEL_DIR"] == "/opt/program/artefact", "SageMaker mounts over /opt/ml/model"


def test_the_build_context_holds_everything_that_is_copied_and_nothing_built() -> None:
    rules = (CONTEXT / ".dockerignore").read_text().split()
    assert rules[0] == "*", "an allow list"

    def in_context(name: str) -> bool:
        matching = [rule for rule in rules if fnmatch.fnmatch(name, rule.removeprefix("!"))]
        return matching[-1].startswith("!")

    copied = [line.split()[1:-1] for line in " \n".join(STAGES).splitlines() if line.startswith("COPY ")]
    names = {name for line in copied for name in line if not name.startswith(("--", "/", "."))}
    assert names == {
        "__init__.py",
        "wire.py",
        "classifier.py",
        "train.py",
        "requirements.txt",
        "requirements-train.txt",
    }
    needed = names | {
        "app.py",
        "gunicorn.conf.py",
        "logs.py",
        "tracing.py",
        "emitter.py",
        "transports.py",
        "serve",
    }
    assert all(in_context(name) for name in needed)
    assert not any(in_context(name) for name in ("__pycache__", "push.py", "Dockerfile", "artefact", ".env"))
