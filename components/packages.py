"""Lambda packages and the SDK layer, built reproducibly: same input, same bytes.

`python -m components.packages` builds them all into build/packages; the program builds what is missing
or out of date on demand. The layer's wheels are those of the Lambda runtime, not of this machine.
"""

import hashlib
import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "build" / "packages"
HANDLERS = ("canary", "inference", "usage_reporter")
HANDLERS_FOLDER = ROOT / "handlers"
LAYER_REQUIREMENTS = HANDLERS_FOLDER / "requirements.txt"
PYTHON_VERSION = "3.14"
RUNTIME = f"python{PYTHON_VERSION}"
ARCHITECTURE = "arm64"
WHEEL_PLATFORM = "manylinux2014_aarch64"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
FILE_MODE = 0o100644 << 16


class PackageError(RuntimeError):
    """A package could not be built; the message names consequence and fix."""


def build_handler(name: str) -> Path:
    """Zip one handler with what all handlers share; returns the archive's path."""
    sources = [*HANDLERS_FOLDER.glob("*.py"), *(HANDLERS_FOLDER / name).rglob("*.py")]
    return _zip({str(path.relative_to(ROOT)): path for path in sources}, OUTPUT / f"{name}.zip")


def build_layer() -> Path:
    """Zip the pinned X-Ray SDK as a layer; returns the archive's path.

    Downloads only when the requirements changed since the last build. Raises `PackageError` when the
    wheels cannot be had.
    """
    digest = hashlib.sha256(LAYER_REQUIREMENTS.read_bytes()).hexdigest()[:16]
    target = OUTPUT / f"layer-{digest}.zip"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "python"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--no-compile", "--require-hashes", "--only-binary=:all:"]
        command += [
            "--platform",
            WHEEL_PLATFORM,
            "--implementation",
            "cp",
            "--python-version",
            PYTHON_VERSION,
        ]
        command += ["--target", str(site), "--requirement", str(LAYER_REQUIREMENTS)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed words
        if result.returncode != 0:
            raise PackageError(
                f"The SDK layer could not be built, so no function can be deployed:\n{result.stderr}"
                "Check that the package registry can be reached, then run `make build`."
            )
        shutil.rmtree(site / "bin", ignore_errors=True)
        files = {str(p.relative_to(folder)): p for p in site.rglob("*") if p.is_file()}
        return _zip(files, target)


def _zip(files: dict[str, Path], target: Path) -> Path:
    """Write the archive whole or not at all: two programs may build at once."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = FILE_MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name].read_bytes())
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        partial = Path(folder) / target.name
        partial.write_bytes(buffer.getvalue())
        return partial.replace(target)


def main() -> None:
    """Build everything and print each archive with its hash."""
    for path in [*(build_handler(name) for name in HANDLERS), build_layer()]:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        sys.stdout.write(f"{digest}  {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
