"""A copy of the project, two accounts and a state of its own: what a test deploys, changes and destroys.

`Project.create(folder)` copies what `pulumi up` needs; `project.stack("dev")` runs the program of the copy
inline on the real engine, `project.stack("bootstrap/service")` that of the folder. Nothing is shared between
two projects, and `fork` makes another one of the same code, settings, state and accounts, so that many
changes begin from one deployment.
"""

import gc
import json
import os
import runpy
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pulumi import automation

from local.deployer.stack_config import merged
from tests.engine.cloud import Cloud
from tests.engine.provider import Make, serve
from tests.engine.values import believable

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "a passphrase for tests"
LEFT_OUT = shutil.ignore_patterns(".*", "build", "tests", "bench", "__pycache__", "images")
RUNNING = threading.Lock()  # the program's modules are this process's


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What one run of the engine did, each as `Class name`, the name without the service's own.

    `steps` are (operation, resource) in the engine's order; `output` is what a person would have read.
    """

    steps: tuple[tuple[str, str], ...]
    output: str = field(repr=False)
    error: str = ""

    def of(self, *operations: str) -> set[str]:
        """The resources that an operation was done to."""
        return {resource for operation, resource in self.steps if operation in operations}

    @property
    def table(self) -> dict[str, set[str]]:
        """Created, updated, replaced and deleted resources; operations without any are left out."""
        kinds = {
            "created": self.of("create"),
            "updated": self.of("update"),
            "replaced": self.of("create-replacement", "replace"),
            "deleted": self.of("delete"),
        }
        return {name: resources for name, resources in kinds.items() if resources}


@dataclass(kw_only=True)
class Project:
    """The copy in `folder`, its accounts, and the port of the provider that stands in for AWS."""

    folder: Path
    cloud: Cloud
    port: int
    _exits: ExitStack = field(default_factory=ExitStack, repr=False)

    @classmethod
    def create(
        cls, folder: Path, stacks: Mapping[str, Mapping[str, Any]] | None = None, make: Make = believable
    ) -> "Project":
        """Copy the project; `stacks` replace the shipped stack files (settings by key, without prefix)."""
        shutil.copytree(ROOT, folder / "project", ignore=LEFT_OUT)
        layers = ROOT / "build" / "packages"
        shutil.copytree(layers, folder / "project" / "build" / "packages")
        (folder / "state").mkdir()
        project = cls._of(folder, Cloud(), make)
        for stack, settings in (stacks or {}).items():
            project.file(stack).write_text(yaml.safe_dump({"config": {}}))
            project.set(stack, settings)
        return project

    @classmethod
    def _of(cls, folder: Path, cloud: Cloud, make: Make = believable) -> "Project":
        exits = ExitStack()
        return cls(folder=folder, cloud=cloud, port=exits.enter_context(serve(cloud, make)), _exits=exits)

    def fork(self, folder: Path) -> "Project":
        """The same code, settings, state and accounts, from here on on their own."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return self._of(folder, self.cloud.fork())

    def close(self) -> None:
        """Stop the provider."""
        self._exits.close()

    @property
    def root(self) -> Path:
        """Where the product's own program is."""
        return self.folder / "project"

    def file(self, stack: str) -> Path:
        """The stack's YAML file; a stack of another program has that one's folder before its name."""
        path = self.root / stack
        return path.with_name(f"Pulumi.{path.name}.yaml")

    def set(self, stack: str, settings: Mapping[str, Any]) -> None:
        """Change settings in the stack's file: mappings key by key, None removes, the rest is replaced."""
        file = self.file(stack)
        program = yaml.safe_load((file.parent / "Pulumi.yaml").read_text())["name"]
        content = yaml.safe_load(file.read_text())
        wanted = {f"{program}:{key}": value for key, value in settings.items()}
        content["config"] = merged(content.get("config", {}), wanted)
        file.write_text(yaml.safe_dump(content))

    def edit(self, path: str, old: str, new: str) -> None:
        """Change a source file of the copy; the old text has to be there."""
        file = self.root / path
        text = file.read_text()
        assert old in text, f"{path} does not hold {old!r}"
        file.write_text(text.replace(old, new))

    @property
    def environment(self) -> dict[str, str]:
        """What the CLI needs to run beside the world: its own home and state, our provider, no network.

        The state is written at the end of a run, failed or not: after each resource would take
        most of the time.
        """
        return {
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_DEBUG_PROVIDERS": f"aws:{self.port}",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_EXPERIMENTAL": "true",
            "PULUMI_SKIP_CHECKPOINTS": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
        }

    def stack(self, name: str) -> "Stack":
        """A stack on the engine, made where there is none."""
        return Stack(self, name)

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


class Stack:
    """One stack on the engine. A failed run is a `Change` with its error, not an exception."""

    def __init__(self, project: Project, name: str) -> None:
        self._project, self._root = project, project.file(name).parent
        options = automation.LocalWorkspaceOptions(work_dir=str(self._root), env_vars=project.environment)
        settings = yaml.safe_load((self._root / "Pulumi.yaml").read_text())
        self.engine = automation.create_or_select_stack(
            Path(name).name, settings["name"], program=self._program, opts=options
        )

    def preview(self) -> Change:
        """What `up` would do."""
        return self._run(self.engine.preview)

    def up(self) -> Change:
        """Run the program and bring the accounts in line with it."""
        return self._run(self.engine.up)

    def refresh(self) -> Change:
        """Bring the state in line with the accounts."""
        return self._run(self.engine.refresh)

    def destroy(self) -> Change:
        """Delete everything. People's `pulumi destroy` does not run the program: see `Project.cli`."""
        return self._run(self.engine.destroy)

    @property
    def state(self) -> Mapping[str, Any]:
        """The exported state as people get it, secrets encrypted."""
        exported = self._project.cli("stack", "export", "-s", self.engine.name, cwd=self._root)
        deployment: Mapping[str, Any] = json.loads(exported.stdout)["deployment"]
        return deployment

    @property
    def outputs(self) -> dict[str, Any]:
        """What the stack exports, secrets in plain."""
        return {name: output.value for name, output in self.engine.outputs().items()}

    def _run(self, operation: Any) -> Change:
        steps: list[tuple[str, str]] = []
        lines: list[str] = []
        error = ""

        def on_event(event: automation.EngineEvent) -> None:
            if event.resource_pre_event:
                step = event.resource_pre_event.metadata
                resource = resource_of(step.urn)
                if resource and step.op.value not in ("same", "refresh", "read"):
                    steps.append((step.op.value, resource))
            if event.diagnostic_event:
                lines.append(event.diagnostic_event.message)

        with RUNNING:
            try:
                operation(on_event=on_event, on_output=lines.append)
            except automation.CommandError as failed:
                error = str(failed)
                gc.collect()  # what the program left behind is this test's, not a later one's
        return Change(steps=tuple(steps), output="\n".join(lines), error=error)

    def _program(self) -> None:
        with _modules_of(self._root):
            runpy.run_path(str(self._root / "__main__.py"), run_name="__main__")


def resource_of(urn: str) -> str:
    """`Class name` of a resource that a provider makes; empty for components, providers and the stack."""
    token, name = urn.split("::", 3)[2].rsplit("$", 1)[-1], urn.split("::", 3)[3]
    return f"{token.rsplit(':', 1)[1]} {name}" if token.startswith("aws:") else ""


@contextmanager
def _modules_of(root: Path) -> Iterator[None]:
    """Import the project's modules from `root`, and afterwards those from before again."""
    names = {p.name.removesuffix(".py") for p in ROOT.iterdir() if p.suffix == ".py" or p.is_dir()} - {
        "tests"
    }

    def take() -> dict[str, Any]:
        own = [name for name in sys.modules if name.split(".")[0] in names]
        return {name: sys.modules.pop(name) for name in own}

    before, path, folder = take(), list(sys.path), Path.cwd()
    sys.path.insert(0, str(root))
    os.chdir(root)
    try:
        yield
    finally:
        take()
        sys.modules.update(before)
        sys.path[:] = path
        os.chdir(folder)
