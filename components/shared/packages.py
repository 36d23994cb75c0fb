"""Lambda packages and layers, built reproducibly: same input, same bytes on every machine.

Pulumi hashes an archive's bytes, so another byte publishes every function anew. Entries are stored, not
compressed, because what compressing gives depends on the machine's zlib; a layer's entries are taken from its
pinned wheels as they are, compressed there once, because what an installer adds depends on its version.

`python -m components.shared.packages` builds them all into build/packages; the program builds what is missing
or out of date on demand. The layers' wheels are those of the Lambda runtime, not of this machine.
"""

import contextlib
import hashlib
import io
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
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
# The evidence is collected by the same code that `inference-watch sla` runs, so its package has these rooms.
COLLECTOR = "evidence"
COLLECTED = (
    "reports/__init__.py",
    "reports/metric_data.py",
    "reports/words.py",
    "reports/sla",
    "monitoring",
    "settings",
    "handlers",
)
COLLECTED_KINDS = (".py", ".sql", ".yaml", ".json", ".css", ".html", ".js", ".svg", ".j2")
ENTRIES = {COLLECTOR: "reports.sla.collect.app.handler"}  # of the others: see `entry_point`
GENERATED = "generated"  # the folder of what is made for one package
PYTHON_VERSION = "3.14"
RUNTIME = f"python{PYTHON_VERSION}"
ARCHITECTURE = "arm64"
WHEEL_PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_28_aarch64")  # of Amazon Linux 2023, glibc 2.34
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
FILE_MODE = 0o100644 << 16
UNIX = 3  # whatever machine builds
LOCAL_NAMES = 26  # where an entry's header in a zip has the lengths of its name and extra field


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """Libraries that functions share, pinned and hashed in `requirements`."""

    name: str
    requirements: Path


SDK = Layer(name="layer", requirements=HANDLERS_FOLDER / "requirements.txt")
EVIDENCE = Layer(
    name="evidence-layer", requirements=ROOT / "reports" / "sla" / "collect" / "requirements.txt"
)


class PackageError(pulumi.RunError):
    """A package could not be built; the message names consequence and fix."""


def build_handler(name: str, generated: Mapping[str, bytes] | None = None) -> Path:
    """Zip one handler with what all handlers share, and what was made for it, by path; returns the
    archive."""
    sources = [*HANDLERS_FOLDER.glob("*.py"), *(HANDLERS_FOLDER / name).rglob("*.py")]
    if name == COLLECTOR:
        sources = [ROOT / path for path in COLLECTED if (ROOT / path).is_file()]
        sources += [path for folder in COLLECTED for path in (ROOT / folder).rglob("*.*")]
        sources = [path for path in sources if path.suffix in COLLECTED_KINDS]
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


def entry_point(name: str) -> str:
    """What Lambda calls in a package."""
    return ENTRIES.get(name, f"handlers.{name}.app.handler")


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


def build_layer(layer: Layer = SDK) -> Path:
    """Zip pinned wheels as a layer; returns the archive's path.

    Downloads only when the requirements or this recipe changed since the last build. Raises `PackageError`
    when the wheels cannot be had.
    """
    recipe = layer.requirements.read_bytes() + Path(__file__).read_bytes()
    target = OUTPUT / f"{layer.name}-{hashlib.sha256(recipe).hexdigest()[:16]}.zip"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as opened:
        _download(layer, Path(folder))
        wheels = [opened.enter_context(zipfile.ZipFile(path)) for path in Path(folder).glob("*.whl")]
        found = [(entry, wheel) for wheel in wheels for entry in wheel.infolist() if not entry.is_dir()]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for entry, wheel in sorted(found, key=lambda one: one[0].filename):
                _copy(entry, wheel, archive)
            archive.comment = b""  # what is copied is not noticed otherwise, and the directory not written
        target.parent.mkdir(parents=True, exist_ok=True)
        return _replace(target, buffer.getvalue())


def _download(layer: Layer, folder: Path) -> None:
    """The pinned wheels of the Lambda runtime. Raises `PackageError`."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation", "cp"]
    for platform in WHEEL_PLATFORMS:
        command += ["--platform", platform]
    command += ["--python-version", PYTHON_VERSION]
    command += ["--dest", str(folder), "--requirement", str(layer.requirements)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed words
    if result.returncode != 0:
        raise PackageError(
            f"The layer {layer.name} could not be built, so no function can be deployed:\n{result.stderr}"
            "Check that the package registry can be reached, then run `make build`."
        )


def _copy(entry: zipfile.ZipInfo, wheel: zipfile.ZipFile, archive: zipfile.ZipFile) -> None:
    """An entry below the layer's `python/`, compressed as it is in the wheel; times and modes are ours."""
    assert wheel.fp is not None  # noqa: S101  # it is open
    assert archive.fp is not None  # noqa: S101  # as is this
    wheel.fp.seek(entry.header_offset + LOCAL_NAMES)
    name, extra = struct.unpack("<HH", wheel.fp.read(4))
    wheel.fp.seek(name + extra, io.SEEK_CUR)
    copied = zipfile.ZipInfo(f"python/{entry.filename}", EPOCH)
    copied.create_system = UNIX
    copied.external_attr = FILE_MODE
    copied.compress_type = entry.compress_type
    copied.CRC, copied.file_size, copied.compress_size = entry.CRC, entry.file_size, entry.compress_size
    copied.header_offset = archive.fp.tell()
    archive.fp.write(copied.FileHeader(zip64=False))
    archive.fp.write(wheel.fp.read(entry.compress_size))
    archive.filelist.append(copied)
    archive.NameToInfo[copied.filename] = copied
    archive.start_dir = archive.fp.tell()


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
        built = [build_handler(name, generated.get(name)) for name in (*HANDLERS, COLLECTOR)]
        built += [build_layer(layer) for layer in (SDK, EVIDENCE)]
    except PackageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for path in built:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        sys.stdout.write(f"{digest}  {path.relative_to(ROOT)}\n")
    return 0
