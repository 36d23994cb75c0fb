"""What `python -m services` does; each returns the exit code."""

import sys
from collections.abc import Sequence
from pathlib import Path

from settings import service
from settings.probes import file
from settings.probes.exported import secret_names
from settings.service.new import told, write

WRONG = 1


def new(name: str) -> int:
    """Write a new service and say what to do with it."""
    try:
        write(name, service.SERVICES)
    except service.ServiceError as error:
        sys.stderr.write(f"error: {error}\n")
        return WRONG
    sys.stdout.write(told(name, service.SERVICES))
    return 0


def check(names: Sequence[str]) -> int:
    """A line for each service or file of probes, and all that is wrong with it."""
    wrong = False
    for name in names or service.names():
        shown = name if _is_file(name) else f"services/{name}"
        try:
            lines = [f"{shown}: ok{_judged(name)}"]
        except service.ServiceError as error:
            lines, wrong = [f"{shown}: wrong", *(f"  - {problem}" for problem in error.problems)], True
        sys.stdout.write("\n".join([*lines, ""]))
    return WRONG if wrong else 0


def _is_file(name: str) -> bool:
    return "/" in name or name.endswith((".yaml", ".yml"))


def _judged(name: str) -> str:
    """What to say of one that is right. Raises `ServiceError`."""
    if not _is_file(name):
        service.load(name)
        return ""
    probes = file.read(Path(name))
    secrets = ", ".join(secret_names(probes.exported()))
    count = len(probes.definition.probes)
    plural = "s" if count > 1 else ""
    return f", {count} probe{plural}{f'; secrets: {secrets}' if secrets else ''}"
