"""Lambda packages and the SDK layer, built reproducibly: same input, same bytes on every machine.

Pulumi hashes an archive's bytes, so another byte publishes every function anew. Entries are stored, not
compressed, because what compressing gives depends on the machine's zlib; the layer is unpacked from its
pinned wheels, because what an installer adds depends on its version.

`python -m components.shared.packages` builds them all into build/packages; the program builds what is missing
or out of date on demand. The layer's wheels are those of the Lambda runtime, not of this machine.
"""

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import entry

if __name__ == "__main__":  # before what takes long to import
    entry.run("components.shared.packages", "Interrupted: the packages are not all built.")

import pulumi

from settings import Settings, service
from settings.probes import exported
from settings.service import package, probing

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "build" / "packages"
HANDLERS = ("canary", "forwarder", "inference", "usage_reporter")
HANDLERS_FOLDER = ROOT / "handlers"
GENERATED = "generated"  # the folder of what is made for one package
LAYER_REQUIREMENTS = HANDLERS_FOLDER / "requirements.txt"
PYTHON_VERSION = "3.14"
RUNTIME = f"python{PYTHON_VERSION}"
ARCHITECTURE = "arm64"
WHEEL_PLATFORM = "manylinux2014_aarch64"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
FILE_MODE = 0o100644 << 16
UNIX = 3  # whatever machine builds


class PackageError(pulumi.RunError):
    """A package could not be built; the message names consequence and fix."""


def build_handler(name: str, generated: Mapping[str, bytes] | None = None) -> Path:
    """Zip one handler with what all handlers share, and what was made for it, by path; returns the
    archive."""
    sources = [*HANDLERS_FOLDER.glob("*.py"), *(HANDLERS_FOLDER / name).rglob("*.py")]
    files = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in sources
        if path.parent.name != GENERATED
    }
    # By what was made for it: a canary for each service may be built at once.
    made = hashlib.sha256(repr(sorted((generated or {}).items())).encode()).hexdigest()[:16]
    return _zip(
        {**files, **(generated or {})}, OUTPUT / (f"{name}-{made}.zip" if generated else f"{name}.zip")
    )


def generated_for(chosen: service.Service) -> dict[str, Mapping[str, bytes]]:
    """What the packages of a service hold besides the handlers, by handler."""
    return {"inference": package.files(chosen), "canary": exported.files(probing.exported(chosen))}


def generate(files: Mapping[str, bytes]) -> None:
    """Write what is generated for a package into the source tree, too, whose handlers then run as they
    are."""
    for name, content in files.items():
        path = ROOT / name
        if path.parent.name != GENERATED:
            continue
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, content)


def build_layer() -> Path:
    """Zip the pinned X-Ray SDK as a layer; returns the archive's path.

    Downloads only when the requirements or this recipe changed since the last build. Raises `PackageError`
    when the wheels cannot be had.
    """
    recipe = LAYER_REQUIREMENTS.read_bytes() + Path(__file__).read_bytes()
    target = OUTPUT / f"layer-{hashlib.sha256(recipe).hexdigest()[:16]}.zip"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory() as folder:
        _download(Path(folder))
        return _zip(dict(_unpacked(Path(folder))), target)


def _download(folder: Path) -> None:
    """The pinned wheels of the Lambda runtime. Raises `PackageError`."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation", "cp"]
    command += ["--platform", WHEEL_PLATFORM, "--python-version", PYTHON_VERSION]
    command += ["--dest", str(folder), "--requirement", str(LAYER_REQUIREMENTS)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed words
    if result.returncode != 0:
        raise PackageError(
            f"The SDK layer could not be built, so no function can be deployed:\n{result.stderr}"
            "Check that the package registry can be reached, then run `make build`."
        )


def _unpacked(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each file of the wheels, as the layer's `python/` holds it."""
    for path in folder.glob("*.whl"):
        with zipfile.ZipFile(path) as wheel:
            for name in wheel.namelist():
                if not name.endswith("/"):
                    yield f"python/{name}", wheel.read(name)


def _zip(files: Mapping[str, bytes], target: Path) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = UNIX
            entry.external_attr = FILE_MODE
            archive.writestr(entry, files[name])
    target.parent.mkdir(parents=True, exist_ok=True)
    return _replace(target, buffer.getvalue())


def _replace(target: Path, content: bytes) -> Path:
    """Write a file whole or not at all: two programs may build at once."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        partial = Path(folder) / target.name
        partial.write_bytes(content)
        return partial.replace(target)


def main() -> int:
    """Build everything and print each archive with its hash; returns the exit code."""
    generated = generated_for(service.load(Settings.model_fields["service"].default))
    for files in generated.values():
        generate(files)
    try:
        built = [build_handler(name, generated.get(name)) for name in HANDLERS]
        built.append(build_layer())
    except PackageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for path in built:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        sys.stdout.write(f"{digest}  {path.relative_to(ROOT)}\n")
    return 0
