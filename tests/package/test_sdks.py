"""The examples in other languages, against SDKs that Pulumi's own generators make of the schema."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import package
from config import ROOT

pytestmark = pytest.mark.sdk
EXAMPLES = ROOT / "docs" / "examples"
GO_MODULE = "module example.com/pulumi-inference-watch/sdk/go/inference-watch\n\ngo 1.25\n"


def need(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"No {' and no '.join(missing)} on the PATH: this example was not compiled.")


def run(*command: str, cwd: Path, **environment: str) -> None:
    done = subprocess.run(  # noqa: S603  # fixed words
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def sdk(language: str, folder: Path) -> Path:
    """The SDK, by `gensdk` where Pulumi's generators stand alone, else by the CLI and its language hosts."""
    file, out = folder / "schema.json", folder / "sdk"
    file.write_text(package.provider().schema or "")
    if shutil.which("gensdk"):
        run("gensdk", language, str(file), str(out), cwd=folder)
        return out
    need("pulumi", f"pulumi-language-{language}")
    run("pulumi", "package", "gen-sdk", str(file), "--language", language, "--out", str(out), cwd=folder)
    return out / language


def copy(language: str, folder: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / language, folder / "example"))


def test_the_example_in_python_has_the_right_types(tmp_path: Path) -> None:
    example, made = copy("python", tmp_path), sdk("python", tmp_path)
    strict = ("--strict", "--follow-imports=silent", "--config-file=", "--cache-dir", str(tmp_path / "cache"))
    run(sys.executable, "-m", "mypy", *strict, "__main__.py", cwd=example, MYPYPATH=str(made))


def test_the_example_in_typescript_has_the_right_types(tmp_path: Path) -> None:
    need("npm", "npx")
    example, made = copy("typescript", tmp_path), sdk("nodejs", tmp_path)
    run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", cwd=example)
    shutil.copytree(made, example / "node_modules" / "@pulumi" / "inference-watch")
    run("npx", "tsc", "-p", ".", cwd=example)


def test_the_example_in_go_compiles(tmp_path: Path) -> None:
    need("go")
    example, made = copy("go", tmp_path), sdk("go", tmp_path)
    shutil.copytree(made, example / "sdk")
    (example / "sdk" / "inferencewatch" / "go.mod").write_text(GO_MODULE)
    run("go", "mod", "tidy", cwd=example)
    run("go", "vet", ".", cwd=example)


def test_the_examples_pin_what_they_are_compiled_with() -> None:
    npm = json.loads((EXAMPLES / "typescript" / "package.json").read_text())
    pins = [*npm["dependencies"].values(), *npm["devDependencies"].values()]
    assert all(pin[0].isdigit() for pin in pins)
