"""A stack of a local run, told while it is made."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.deployer import Deployment, Resource, deploy
from local.emulator import Emulator
from local.run.copies import ROOT
from local.run.progress import Advance


def deployed(
    stack: str,
    emulator: Emulator,
    advance: Advance,
    *,
    file: str,
    folder: Path | None = None,
    overrides: Mapping[str, Any],
    upstream: Mapping[str, Deployment] | None = None,
) -> Deployment:
    """A stack of this name with the settings of `file` (in `folder`), counted as it is made."""
    count = 0

    def created(_: Resource) -> None:
        nonlocal count
        count += 1
        advance(1, f"{count} resources")

    return deploy(
        stack,
        emulator,
        file=file,
        folder=folder,
        overrides=overrides,
        stack_outputs=upstream,
        on_resource=created,
        root=ROOT,
    )
