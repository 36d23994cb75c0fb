"""The real engine: runs a program inline, as a stack of the Automation API, and says what it did."""

import functools
import gc
import json
import os
import runpy
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from pulumi import automation, log
from pulumi.automation._stack import StackInitMode

ROOT = Path(__file__).resolve().parents[2]
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


@functools.cache
def _command() -> automation.PulumiCommand:
    return automation.PulumiCommand()  # asks the CLI for its version


class Stack:
    """One stack on the engine. A failed run is a `Change` with its error, not an exception.

    `root` is where its program is, `file` its state's in the backend, whose folder is the program's name.
    """

    def __init__(self, name: str, root: Path, file: Path, environment: Mapping[str, str]) -> None:
        self._root, self._file = root, file
        workspace = _Workspace(
            str(root), program=self._program, env_vars=environment, pulumi_command=_command()
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

        # The SDK says each step of its own in a debug line, a call to the engine each, which shows none.
        with RUNNING, mock.patch.object(log, "debug", _unsaid):
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
