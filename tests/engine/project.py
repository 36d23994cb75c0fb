"""A copy of the project, two accounts and a state of its own: what a test deploys, changes and destroys.

`Project.create(folder)` copies what `pulumi up` needs; `project.stack("dev")` is a stack of the copy's
program, `project.stack("bootstrap/service")` one of the folder's. `fork` makes another one of the same
settings, state and accounts, so that many changes begin from one deployment. Nothing is shared between two
projects but the sources, until one of them changes its own.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from local.deployer.stack_config import merged
from tests.engine import vault
from tests.engine.cloud import Cloud
from tests.engine.engine import ROOT, Sources, Stack
from tests.engine.provider import Make, serve
from tests.engine.values import believable

LEFT_OUT = shutil.ignore_patterns(".*", "build", "tests", "bench", "images", "venv")
STATES = Path("state/.pulumi/stacks")  # of each program, in a folder of its name
PACKAGES = ROOT / "build" / "packages"


@dataclass(kw_only=True)
class Project:
    """Settings and state in `folder`, the sources, the accounts, and the port of the provider that stands in
    for AWS.
    """

    folder: Path
    sources: Sources
    cloud: Cloud
    port: int
    _exits: ExitStack = field(default_factory=ExitStack, repr=False)

    @classmethod
    def create(
        cls, folder: Path, stacks: Mapping[str, Mapping[str, Any]] | None = None, make: Make = believable
    ) -> "Project":
        """Copy the project; `stacks` replace the shipped stack files (settings by key, without prefix)."""
        sources = Sources(folder=folder / "sources")
        shutil.copytree(ROOT, sources.folder, ignore=LEFT_OUT)
        shutil.copytree(PACKAGES, sources.folder / PACKAGES.relative_to(ROOT))
        for file in [*ROOT.glob("Pulumi*.yaml"), *ROOT.glob("*/Pulumi*.yaml")]:
            copy = folder / "project" / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
        (folder / "state").mkdir()
        project = cls._of(folder, sources, Cloud(), make)
        for stack, settings in (stacks or {}).items():
            project.file(stack).write_text(yaml.safe_dump({"config": {}}))
            project.set(stack, settings)
        return project

    @classmethod
    def _of(cls, folder: Path, sources: Sources, cloud: Cloud, make: Make = believable) -> "Project":
        exits = ExitStack()
        port = exits.enter_context(serve(cloud, make))
        return cls(folder=folder, sources=sources, cloud=cloud, port=port, _exits=exits)

    def fork(self, folder: Path, make: Make = believable) -> "Project":
        """The same sources, settings, state and accounts, from here on on their own."""
        own = shutil.ignore_patterns("sources")
        shutil.copytree(self.folder, folder, dirs_exist_ok=True, ignore=own)
        self.sources.shared = True
        return self._of(folder, self.sources, self.cloud.fork(), make)

    def close(self) -> None:
        """Stop the provider."""
        self._exits.close()

    @property
    def root(self) -> Path:
        """Where the CLI finds the product's own program and its stack files."""
        return self.folder / "project"

    def file(self, stack: str) -> Path:
        """The stack's YAML file; a stack of another program has that one's folder before its name."""
        path = self.root / stack
        return path.with_name(f"Pulumi.{path.name}.yaml")

    def set(self, stack: str, settings: Mapping[str, Any]) -> None:
        """Change settings in the stack's file: mappings key by key, None removes, the rest is replaced."""
        file, program = self.file(stack), self._program(stack)
        content = yaml.safe_load(file.read_text())
        wanted = {f"{program}:{key}": value for key, value in settings.items()}
        content["config"] = merged(content.get("config", {}), wanted)
        file.write_text(yaml.safe_dump(content))

    def edit(self, path: str, old: str, new: str) -> None:
        """Change a source file of the copy; the old text has to be there."""
        file = self.own_sources() / path
        text = file.read_text()
        assert old in text, f"{path} does not hold {old!r}"
        file.write_text(text.replace(old, new))

    def write(self, path: str, text: str) -> None:
        """Write a file into the sources of the copy."""
        file = self.own_sources() / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def own_sources(self) -> Path:
        """The sources, no other project's from here on, to be changed before the next run."""
        folder = self.sources.folder
        if self.sources.shared:
            folder = self.folder / "sources"
            shutil.copytree(self.sources.folder, folder)
        self.sources = Sources(folder=folder)
        return folder

    @property
    def environment(self) -> dict[str, str]:
        """What the CLI needs to run beside the world: its own home and state, our provider, no network.

        The state is written at the end of a run, failed or not: after each resource would take most of the
        time. Garbage is collected seldom: a run is short.
        """
        return {
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            **vault.environment(),
            "PULUMI_DEBUG_PROVIDERS": f"aws:{self.port}",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_EXPERIMENTAL": "true",
            "PULUMI_SKIP_CHECKPOINTS": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
            "GOGC": "400",
        }

    def stack(self, name: str) -> "Stack":
        """A stack on the engine, made where there is none."""
        root = self.file(name).parent
        place, state = root.relative_to(self.root), self.state_file(name)
        return Stack(Path(name).name, root, state, self.environment, lambda: self.sources.run(place))

    def state_file(self, stack: str) -> Path:
        """Where the backend keeps a stack's state."""
        return self.folder / STATES / self._program(stack) / f"{Path(stack).name}.json"

    def _program(self, stack: str) -> str:
        name: str = yaml.safe_load((self.file(stack).parent / "Pulumi.yaml").read_text())["name"]
        return name

    def cli(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """`pulumi ...` as people call it, in the copy or a folder of it."""
        return subprocess.run(  # noqa: S603
            ["pulumi", *arguments, "--non-interactive"],  # noqa: S607
            cwd=cwd or self.root,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
