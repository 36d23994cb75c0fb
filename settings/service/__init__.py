"""One service of `services/<name>/`, read once: its definition, its contract, and all that is wrong with it.

Pure data: no Pulumi, no AWS. What is wrong is said with file, place, consequence and fix, before anything is
deployed.
"""

import os
from functools import cache
from pathlib import Path

from settings.places import ROOT
from settings.service.checks import problems_of
from settings.service.errors import NoServiceError, ServiceError
from settings.service.reading import Service, read

__all__ = ["SERVICES", "NoServiceError", "Service", "ServiceError", "checked", "load", "names", "read"]

# Where services stand; tests and services kept elsewhere name another folder.
SERVICES = Path(os.environ.get("INFERENCE_WATCH_SERVICES", ROOT / "services"))


def load(name: str, folder: Path | None = None) -> Service:
    """The service of this name, checked: see `checked`. The shipped folder's are read once a process."""
    return _shipped(name) if folder is None else checked(folder / name)


def checked(folder: Path) -> Service:
    """The service in this folder. Raises `ServiceError` with all that is wrong with it."""
    service = read(folder)
    problems = list(problems_of(service))
    if problems:
        raise ServiceError(problems)
    return service


def names(folder: Path | None = None) -> list[str]:
    """The services that are there."""
    return sorted(path.parent.name for path in (folder or SERVICES).glob("*/service.yaml"))


@cache
def _shipped(name: str) -> Service:
    return checked(SERVICES / name)
