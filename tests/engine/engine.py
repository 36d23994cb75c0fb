"""The real engine: runs a program inline, as a stack of the Automation API, and says what it did."""

import functools
import gc
import json
import os
import runpy
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from pulumi import automation, log
from pulumi.automation._stack import StackInitMode
from pulumi.runtime import resource as registration
from pulumi.runtime.proto import source_pb2

from tests.engine.vault import PROVIDER

ROOT = Path(__file__).resolve().parents[2]
RUNNING = threading.Lock()  # the program's modules are this process's
_FOLDERS = {p.name.removesuffix(".py") for p in ROOT.iterdir() if p.suffix == ".py" or p.is_dir()} - {"tests"}


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


class _Workspace(automation.LocalWorkspace):
    """Selects no stack: each command is given its name."""

    def select_stack(self, stack_name: str) -> None:
        pass


class _Stack(automation.Stack):
    """Asks for no outputs and no summary after each run, which are three more processes."""

    def outputs(self) -> automation.OutputMap:
        return {}

    def info(self, show_secrets: bool = True) -> automation.UpdateSummary:  # noqa: ARG002
        return automation.UpdateSummary("", datetime.now(UTC), "", {}, {}, "")


def _unsaid(*_args: object, **_more: object) -> None:
    pass


@contextmanager
def quick() -> Iterator[None]:
    """Without what the SDK does for each resource and no test reads: debug lines, which are a call to the
    engine each, and where in the program it was made.
    """
    with (
        mock.patch.object(log, "debug", _unsaid),
        mock.patch.object(registration, "_get_stack_trace", source_pb2.StackTrace),
    ):
        yield


@functools.cache
def _command() -> automation.PulumiCommand:
    return automation.PulumiCommand()  # asks the CLI for its version


@dataclass(kw_only=True, slots=True)
class Sources:
    """A copy of the sources, not to be changed once a program of it ran: what they import is kept.

    `shared` says that more than one project runs them.
    """

    folder: Path
    shared: bool = False
    _modules: dict[str, ModuleType] = field(default_factory=dict, repr=False)

    def run(self, place: Path) -> None:
        """Run the program in a folder of the copy, with its own modules in place of this process's."""
        root = self.folder / place
        before, path, folder = _taken(), list(sys.path), Path.cwd()
        sys.modules.update(self._modules)
        sys.path.insert(0, str(root))
        os.chdir(root)
        try:
            runpy.run_path(str(root / "__main__.py"), run_name="__main__")
        finally:
            self._modules = _taken()
            sys.modules.update(before)
            sys.path[:] = path
            os.chdir(folder)


def _taken() -> dict[str, ModuleType]:
    """The project's modules, no longer imported."""
    own = [name for name in sys.modules if name.split(".")[0] in _FOLDERS]
    return {name: sys.modules.pop(name) for name in own}


class Stack:
    """One stack on the engine. A failed run is a `Change` with its error, not an exception.

    `root` is where the CLI runs, `file` its state's in the backend, whose folder is the program's name.
    """

    def __init__(
        self, name: str, root: Path, file: Path, environment: Mapping[str, str], program: Callable[[], None]
    ) -> None:
        self._file = file
        workspace = _Workspace(
            str(root),
            program=program,
            env_vars=environment,
            secrets_provider=PROVIDER,
            pulumi_command=_command(),
        )
        mode = StackInitMode.SELECT if file.exists() else StackInitMode.CREATE
        self.engine = _Stack(name, workspace, mode)

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
        """The deployment as it stands in the backend, secrets encrypted."""
        deployment: Mapping[str, Any] = json.loads(self._file.read_text())["checkpoint"]["latest"]
        return deployment

    def export(self, **outputs: Any) -> None:
        """Make the state export this as well, as another version of the program would; None takes away."""
        content = json.loads(self._file.read_text())
        for resource in content["checkpoint"]["latest"]["resources"]:
            if resource["type"] == "pulumi:pulumi:Stack":
                given = resource["outputs"] | outputs
                resource["outputs"] = {name: value for name, value in given.items() if value is not None}
        self._file.write_text(json.dumps(content))

    @property
    def outputs(self) -> dict[str, Any]:
        """What the stack exports, secrets in plain."""
        outputs = self.engine.workspace.stack_outputs(self.engine.name)
        return {name: output.value for name, output in outputs.items()}

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

        with RUNNING, quick():
            try:
                operation(on_event=on_event, on_output=lines.append)
            except automation.CommandError as failed:
                error = str(failed)
                gc.collect()  # what the program left behind is this test's, not a later one's
        return Change(steps=tuple(steps), output="\n".join(lines), error=error)


def resource_of(urn: str) -> str:
    """`Class name` of a resource that a provider makes; empty for components, providers and the stack."""
    token, name = urn.split("::", 3)[2].rsplit("$", 1)[-1], urn.split("::", 3)[3]
    return f"{token.rsplit(':', 1)[1]} {name}" if token.startswith("aws:") else ""
