"""The states that a release leaves behind, kept to upgrade from: `python -m tests.engine.release`.

Run it when a release is made; its version is that of pyproject.toml. What it writes are `stacks.EVERYTHING`
as that release deployed them: stack files and states, without a path of the machine.
"""

import argparse
import gzip
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.engine.engine import ROOT, Change, Stack, resource_of
from tests.engine.project import Project
from tests.engine.stacks import EVERYTHING, PROBES

RELEASES = Path(__file__).with_name("releases")
ANYWHERE = "/project"
PLACES = ("sourcePosition", "stackTrace")
# Classes whose resources keep what nobody can make again, or are what others know: an address, a key, a name.
KEPT = {
    *("Table", "TableItem", "Key", "Alias", "Bucket", "Secret", "Repository", "LogGroup", "Queue"),
    *("RestApi", "Stage", "ApiKey", "UsagePlan", "UsagePlanKey", "DomainName", "BasePathMapping", "Record"),
    *("Topic", "TopicSubscription", "Role", "Endpoint", "Function", "BucketObjectLockConfiguration"),
    *("Sink", "SinkPolicy", "Link", "OpenIdConnectProvider"),
}
# One more of these, where there was one, is a second one, and empty.
EMPTY = {"Table", "Bucket", "Key", "RestApi", "ApiKey", "Topic", "Sink"}


def lost(stack: Stack, upgrade: Change) -> set[str]:
    """What an upgrade would take from people: data and identities replaced, deleted or made a second time."""
    gone = upgrade.of("delete", "replace", "create-replacement", "delete-replaced")
    had = {resource.split()[0] for item in stack.state["resources"] if (resource := resource_of(item["urn"]))}
    return {resource for resource in gone if resource.split()[0] in KEPT} | {
        resource for resource in upgrade.of("create") if resource.split()[0] in EMPTY & had
    }


def last() -> str:
    """The newest version that is kept."""
    return max(RELEASES.iterdir(), key=lambda path: tuple(map(int, path.name.split(".")))).name


def stacks(version: str) -> Iterator[str]:
    """What is kept of a version, as `Project.stack` takes it."""
    for path in sorted((RELEASES / version).rglob("*.json.gz")):
        yield str(path.relative_to(RELEASES / version)).removesuffix(".json.gz")


def keep(version: str, deployed: Mapping[str, Mapping[str, Any]] = EVERYTHING) -> None:
    """Deploy the stacks and keep what they leave. Raises RuntimeError when one cannot be deployed."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / version
        with closing(Project.create(Path(folder) / "project", deployed)) as project:
            _write_probes(project)
            for stack in deployed:
                if error := project.stack(stack).up().error:
                    raise RuntimeError(error)
                state = kept / f"{stack}.json.gz"
                state.parent.mkdir(parents=True, exist_ok=True)
                text = project.state_file(stack).read_text().replace(str(project.folder), ANYWHERE)
                # The same state is the same bytes: no name and no time of the file in it.
                state.write_bytes(gzip.compress(text.encode(), mtime=0))
                shutil.copy(project.file(stack), state.parent)
        shutil.copytree(kept, RELEASES / version)


def restore(version: str, project: Project) -> None:
    """Give a new project the stack files and states of a release."""
    _write_probes(project)
    for stack in stacks(version):
        path = RELEASES / version / f"{stack}.json.gz"
        state = project.state_file(stack)
        state.parent.mkdir(parents=True, exist_ok=True)
        state.write_text(gzip.decompress(path.read_bytes()).decode().replace(ANYWHERE, str(project.folder)))
        shutil.copy(path.with_name(project.file(stack).name), project.file(stack))


def _write_probes(project: Project) -> None:
    for path, text in PROBES.items():
        project.write(path, text)


def without_places(value: Any) -> Any:
    """A state without where in a source file each resource was registered."""
    if isinstance(value, dict):
        return {key: without_places(inner) for key, inner in value.items() if key not in PLACES}
    return [without_places(inner) for inner in value] if isinstance(value, list) else value


def refusal(version: str) -> str | None:
    """Why this version cannot be kept, and what to do."""
    if shutil.which("pulumi") is None:
        return "no pulumi is on the PATH. Install the Pulumi CLI."
    if (RELEASES / version).exists():
        return f"{version} is kept already, and once. Set the new version in pyproject.toml."
    if f"\n## {version} - " not in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"):
        return (
            f"CHANGELOG.md has no section `## {version} - <date>`. Move what is under *Unreleased* below it,"
            " or correct the version in pyproject.toml."
        )
    return None


def project_version() -> str:
    """That of pyproject.toml."""
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return version


def main() -> None:
    """Keep the version of pyproject.toml, or say on one line why not."""
    argparse.ArgumentParser(
        prog="python -m tests.engine.release",
        description="Deploy each role on the real engine, and keep the states for the next version's tests.",
    ).parse_args()
    if why := refusal(project_version()):
        sys.exit(f"Nothing was kept: {why}")
    keep(project_version())


if __name__ == "__main__":
    main()
