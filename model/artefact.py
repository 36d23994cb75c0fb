"""What training leaves behind: the service's own files, and `artefact.json`, which says what they are.

`services/<name>/model/train.py` writes the files and `predictor.py` reads them; the version, whether they
are whole, and whether they are still current is decided here, alike for every service. The version is a hash
of the files, so that equal versions mean equal answers.
"""

import contextlib
import fcntl
import hashlib
import importlib
import json
import platform
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

ROOT: Final = Path(__file__).resolve().parent.parent
ARTEFACT: Final = "artefact.json"
REFERENCE: Final = "reference.jsonl"  # optional, for the local run: items of the reference data
SAMPLES: Final = "samples.jsonl"  # optional, for the local run: requests, and the answers they must get
_NOT_THE_MODEL: Final = (ARTEFACT, REFERENCE, SAMPLES)
_VERSION_LENGTH: Final = 12


class ArtefactError(RuntimeError):
    """There is no usable artefact; the message says where, why, and what to do."""


def source_of(service: str) -> Path:
    """The folder with the service's training and predictor."""
    return ROOT / "services" / service / "model"


def train(service: str, directory: Path) -> str:
    """Train the service's model into `directory`, whole or not at all; returns the version.

    Raises ArtefactError, also for what `train.py` itself raises as ValueError (a model that is not good
    enough) or lacks.
    """
    fit = _function(service, "train", "train")
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}-") as folder:
        made = Path(folder) / "made"
        made.mkdir()
        try:
            fit(made)
        except ValueError as error:
            raise ArtefactError(f"services/{service}/model/train.py: {error}; nothing was written") from error
        found = version_of(made)
        statement = {
            "service": service,
            "model_version": found,
            "recipe": recipe(service),
            **_libraries(service),
        }
        (made / ARTEFACT).write_text(json.dumps(statement, indent=1) + "\n", encoding="utf-8")
        if directory.exists():
            directory.rename(Path(folder) / "before")
        made.rename(directory)
    return found


def ensure(service: str, directory: Path) -> None:
    """Train unless `directory` holds a current artefact. Of several processes at once one trains.

    Raises ArtefactError.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    with (directory.parent / f".{directory.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(service, directory):
            train(service, directory)


def is_current(service: str, directory: Path) -> bool:
    """Whether `directory` holds a whole artefact made by the service's recipe as it is now."""
    try:
        statement = _statement(service, directory)
    except ArtefactError:
        return False
    return bool(statement["recipe"] == recipe(service))


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A service's predictor and the model's version; `decode` and `encode` where it has a wire of its own."""

    predictor: Any
    version: str
    decode: Callable[[bytes, str], list[Any]] | None
    encode: Callable[[list[Any]], tuple[bytes, str]] | None


def load(service: str, directory: Path) -> Loaded:
    """The service's predictor for the artefact in `directory`.

    Raises ArtefactError for an artefact that is missing, damaged or another service's, and for what the
    predictor's `load` itself raises.
    """
    statement = _statement(service, directory)
    read = _function(service, "predictor", "load")
    try:
        predictor = read(directory)
    except (ValueError, TypeError, LookupError, OSError) as error:
        raise ArtefactError(
            f"services/{service}/model/predictor.py cannot load {directory}: {error!r};"
            f" {_advice(service, directory)}"
        ) from error
    module = _module(service, "predictor")
    return Loaded(
        predictor=predictor,
        version=str(statement["model_version"]),
        decode=getattr(module, "decode", None),
        encode=getattr(module, "encode", None),
    )


def version_of(directory: Path) -> str:
    """A hash of the model's files: of their names and bytes."""
    content = hashlib.sha256()
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        name = path.relative_to(directory).as_posix()
        if name not in _NOT_THE_MODEL:
            content.update(f"\0{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return content.hexdigest()[:_VERSION_LENGTH]


def recipe(service: str) -> str:
    """A hash of what decides the artefact: the service's training code and the requirements it pins."""
    content = hashlib.sha256()
    for path in sources(service):
        content.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return content.hexdigest()[:_VERSION_LENGTH]


def sources(service: str) -> Iterator[Path]:
    """The files that an image or an artefact of the service is made from, in order."""
    folder = source_of(service)
    yield from sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.relative_to(folder).parts
    )


def _statement(service: str, directory: Path) -> dict[str, Any]:
    advice = _advice(service, directory)
    try:
        statement = json.loads((directory / ARTEFACT).read_bytes())
        made_for, stated = statement["service"], statement["model_version"]
    except OSError as error:
        raise ArtefactError(f"no model in {directory}: {error}; {advice}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise ArtefactError(f"the model in {directory} is damaged: {error!r}; {advice}") from error
    if made_for != service:
        raise ArtefactError(f"the model in {directory} is of service {made_for!r}, not {service!r}; {advice}")
    if stated != version_of(directory):
        raise ArtefactError(f"the model in {directory} is damaged: its content is not its version; {advice}")
    return dict(statement)


def _module(service: str, name: str) -> ModuleType:
    place = f"services/{service}/model/{name}.py"
    if not (ROOT / place).is_file():
        raise ArtefactError(f"{place} is missing; write it, as docs/your-service.md shows")
    return importlib.import_module(f"services.{service}.model.{name}")


def _function(service: str, module: str, name: str) -> Callable[..., Any]:
    function = getattr(_module(service, module), name, None)
    if not callable(function):
        raise ArtefactError(
            f"services/{service}/model/{module}.py has no function `{name}`; write it, as"
            " docs/your-service.md shows"
        )
    return cast("Callable[..., Any]", function)


def _libraries(service: str) -> dict[str, str]:
    """What the artefact is made with: Python and the packages that the service's requirements pin."""
    found = {"python": platform.python_version()}
    for path in source_of(service).glob("requirements*.txt"):
        for name in re.findall(r"^([A-Za-z0-9._-]+)==", path.read_text(encoding="utf-8"), re.MULTILINE):
            with contextlib.suppress(PackageNotFoundError):  # for another platform
                found[name] = version(name)
    return found


def _advice(service: str, directory: Path) -> str:
    return f"train it with `python -m model.train --service {service} --out {directory}`"
