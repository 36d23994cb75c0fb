"""A file that describes alarms, whatever made it -> its alarms. What it is, is told by its content."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitoring.spec import Alarm
from rehearsal import text_files
from rehearsal.errors import RehearsalError
from rehearsal.sources import cloudformation, describe, documents, pulumi, terraform
from rehearsal.sources.alarms import AlarmFile, build
from rehearsal.sources.found import Found

KINDS = (
    "describe-alarms, a CloudFormation or CDK template, terraform show -json, pulumi preview --json or "
    "pulumi stack export"
)


def read(path: Path, parameters: Mapping[str, str] | None = None) -> AlarmFile:
    """The alarms of a file; `parameters` are values for a template's.

    Raises `RehearsalError` for a file that cannot be read or has no alarm, and for wrong values, one line
    each.
    """
    return build(entries(text_files.read(path), path.name, parameters), path.name)


def entries(text: str, name: str, parameters: Mapping[str, str] | None = None) -> Found:
    """What the text of file `name` describes, nothing of it judged. Raises `RehearsalError` if it has no
    alarm.
    """
    found = Found()
    try:
        known = [_add(found, document, parameters or {}) for document in documents.parse(text, name)]
    except RecursionError:
        raise RehearsalError(f"{name}: nested too deeply; save the command's output unchanged") from None
    if not any(known) or not found:
        raise RehearsalError(f"{name}: no alarms in it; save the output of {KINDS}")
    return found


def described(document: Any, name: str) -> list[Alarm]:
    """The alarms of describe-alarms' parsed JSON, or a list of its pages. Raises `RehearsalError` unless it
    is that and every one of them can be simulated."""
    if not describe.fits(document):
        raise RehearsalError(f"{name}: no alarms in it; save the output of describe-alarms")
    found = build(describe.read(document), name)
    if found.skipped:
        raise RehearsalError("\n".join(f"{name}: {skip.name}: {skip.reason}" for skip in found.skipped))
    return list(found.alarms)


def _add(found: Found, document: Any, parameters: Mapping[str, str]) -> bool:
    """Read the document into `found`; False if it is none of the known kinds."""
    if cloudformation.fits(document):
        part = cloudformation.read(document, parameters)
    elif terraform.fits(document):
        part = terraform.read(document)
    elif pulumi.fits(document):
        part = pulumi.read(document)
    elif isinstance(document, list) and document and all(map(pulumi.fits, document)):
        known = [_add(found, event, parameters) for event in document]
        return all(known)
    elif describe.fits(document):
        part = describe.read(document)
    else:
        return False
    for name in ("metric", "composite", "mute", "skipped", "notes", "resources"):
        getattr(found, name).extend(getattr(part, name))
    found.region = found.region or part.region
    found.others |= part.others
    return True
