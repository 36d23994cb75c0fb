"""The state that a release leaves behind, kept to upgrade from: `python -m tests.engine.release VERSION`.

Run it when a release is made. What it writes is the pair of `stacks.PAIR` as that release deployed it: stack
files and states, without a path of the machine.
"""

import gzip
import shutil
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.engine.project import Project
from tests.engine.stacks import PAIR

RELEASES = Path(__file__).with_name("releases")
STATES = Path("state/.pulumi/stacks/inference-watch")
ANYWHERE = "/project"
PLACES = ("sourcePosition", "stackTrace")


def keep(version: str) -> None:
    """Deploy the pair and keep what it leaves. Raises RuntimeError when it cannot be deployed."""
    kept = RELEASES / version
    kept.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder, closing(Project.create(Path(folder), PAIR)) as project:
        for stack in PAIR:
            if error := project.stack(stack).up().error:
                raise RuntimeError(error)
            text = (
                (project.folder / STATES / f"{stack}.json").read_text().replace(str(project.root), ANYWHERE)
            )
            # The same state is the same bytes: no name and no time of the file in it.
            (kept / f"{stack}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
            shutil.copy(project.file(stack), kept)


def without_places(value: Any) -> Any:
    """A state without where in a source file each resource was registered."""
    if isinstance(value, dict):
        return {key: without_places(inner) for key, inner in value.items() if key not in PLACES}
    return [without_places(inner) for inner in value] if isinstance(value, list) else value


def restore(version: str, project: Project) -> None:
    """Give a new project the stack files and states of a release."""
    (project.folder / STATES).mkdir(parents=True)
    for path in (RELEASES / version).glob("*.json.gz"):
        stack = path.name.removesuffix(".json.gz")
        text = gzip.decompress(path.read_bytes()).decode().replace(ANYWHERE, str(project.root))
        (project.folder / STATES / f"{stack}.json").write_text(text)
        shutil.copy(path.with_name(f"Pulumi.{stack}.yaml"), project.root)


if __name__ == "__main__":
    keep(sys.argv[1])
