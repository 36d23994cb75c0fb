"""Runs the program that `pulumi up` runs, `__main__.py`, against the emulator.

No second description of the infrastructure: the program registers its resources with Pulumi's own runtime,
and `local.deployer.monitor` creates them. Nothing is updated or deleted, and no state is kept: the accounts
begin empty and end with the emulator. One deployment at a time in a process.
"""

import asyncio
import contextvars
import logging
import runpy
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi

from local.deployer.accounts import Emulator
from local.deployer.monitor import EmulatorMonitor, Resource, Upstream
from local.deployer.stack_config import as_strings, load

ROOT = Path(__file__).resolve().parents[2]
ORGANIZATION = "organization"  # what Pulumi calls it where there is none
PARALLEL = 8  # resources created at the same time; the emulator is one process


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """What a stack exports (secrets unwrapped, their names in `secret_outputs`) and what was created.

    `warnings` are the program's own, by `pulumi.log.warn`.
    """

    outputs: dict[str, Any] = field(repr=False)
    secret_outputs: frozenset[str]
    resources: tuple[Resource, ...]
    warnings: tuple[str, ...] = ()


def deploy(
    stack: str,
    emulator: Emulator,
    *,
    file: str | None = None,
    folder: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    stack_outputs: Deployment | Mapping[str, Any] | None = None,
    on_resource: Callable[[Resource], None] | None = None,
    root: Path = ROOT,
) -> Deployment:
    """Run the program as stack `stack` (for example `dev` or `dev-monitor`).

    Its configuration is that of the stack `file` (in `folder`), by default its own, with `overrides`, see
    `stack_config.load`. `stack_outputs` is what StackReferences answer with: a `Deployment`, which also knows
    what is secret, or a plain mapping of outputs for all of them, or one of stacks to their deployments.
    `on_resource` is called after each creation, from several threads, one call at a time.
    Raises `config.ConfigError` for the YAML files, `DeployError` for a resource that could not be created,
    and whatever the program itself raises.
    """
    project, config = load(root, file or stack, overrides, folder)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    return run(
        lambda: runpy.run_path(str(root / "__main__.py"), run_name="__main__"),
        emulator,
        project=project,
        stack=stack,
        config=as_strings(config),
        upstream=_upstream(stack_outputs),
        on_resource=on_resource,
        root=root,
    )


def _upstream(given: Deployment | Mapping[str, Any] | None) -> Upstream:
    """What a stack of this name exports, and which of it is secret."""
    if isinstance(given, Deployment):
        return lambda _: (given.outputs, given.secret_outputs)
    stacks = given or {}
    if any(isinstance(value, Deployment) for value in stacks.values()):
        return lambda name: (stacks[name].outputs, stacks[name].secret_outputs)
    return lambda _: (stacks, ())


def run(
    program: Callable[[], object],
    emulator: Emulator,
    *,
    project: str = "inference-watch",
    stack: str = "dev",
    config: Mapping[str, str] | None = None,
    upstream: Upstream = lambda _: ({}, ()),
    on_resource: Callable[[Resource], None] | None = None,
    root: Path = ROOT,
) -> Deployment:
    """Run a Pulumi program against the emulator, in a thread and a context of its own.

    Pulumi keeps its state in context variables and an event loop; a fresh thread and context make every
    deployment independent of the caller's, and of the one before.
    """
    monitor = EmulatorMonitor(
        emulator=emulator,
        root=root,
        upstream=upstream,
        on_resource=on_resource,
    )

    log = _WarningLog()

    def body() -> tuple[dict[str, Any], frozenset[str]]:
        pulumi.runtime.set_mocks(
            monitor, project=project, stack=stack, preview=False, organization=ORGANIZATION, logger=log
        )
        pulumi.runtime.set_all_config(dict(config or {}), [f"{project}:canary"])
        return _drive(program)

    try:
        outputs, secret = _in_own_thread(body, monitor.stop)
    except Exception:
        if monitor.failure is not None:
            raise monitor.failure.with_traceback(None) from monitor.failure.__cause__
        raise
    finally:
        monitor.close()
    return Deployment(
        outputs=outputs,
        secret_outputs=secret,
        resources=tuple(monitor.resources),
        warnings=tuple(log.warnings),
    )


class _WarningLog(logging.Logger):
    """Keeps the program's warnings; the rest of what Pulumi logs is noise or in the exception as well."""

    def __init__(self) -> None:
        super().__init__(f"{__name__}.program", logging.WARNING)
        self.warnings: list[str] = []

    def handle(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.WARNING:
            self.warnings.append(record.getMessage())


def _drive(program: Callable[[], object]) -> tuple[dict[str, Any], frozenset[str]]:
    """The program's exports, resolved, after every resource is registered."""
    values: dict[str, Any] = {}
    secret: set[str] = set()

    async def resolve() -> None:
        stack = pulumi.runtime.get_root_resource()
        for name, value in dict(getattr(stack, "outputs", {})).items():
            output = pulumi.Output.from_input(value)
            values[name] = await output.future()
            if await output.is_secret():
                secret.add(name)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # Pulumi ships it without types
    def whole() -> object:
        program()
        return resolve()

    whole()
    return values, frozenset(secret)


def _in_own_thread(body: Callable[[], Any], stop: Callable[[], None]) -> Any:
    """Run `body` in a new thread with a new context and event loop; returns or raises what it does.

    On Ctrl-C `stop` is called, and the thread is waited for: nothing goes on in the background.
    """
    result: list[Any] = []
    error: list[BaseException] = []
    done = threading.Event()  # an interrupted Thread.join() takes the thread for ended while it still runs

    def target() -> None:
        loops: list[asyncio.AbstractEventLoop] = []

        def own_loop() -> asyncio.AbstractEventLoop:
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            loops.append(loop)
            return loop

        loop = own_loop()
        loop.set_default_executor(ThreadPoolExecutor(PARALLEL, "deployer", initializer=own_loop))
        loop.set_exception_handler(lambda _loop, _context: None)  # repeats of the error that is raised below
        try:
            result.append(body())
        except BaseException as caught:  # noqa: BLE001  # handed over to the calling thread
            error.append(caught)
        finally:
            pending = asyncio.all_tasks(loop)
            for task in pending:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_default_executor())
            for item in loops:
                item.close()

    def whole() -> None:
        try:
            contextvars.Context().run(target)
        finally:
            done.set()

    thread = threading.Thread(target=whole, name="deployer")
    thread.start()
    try:
        done.wait()
    except KeyboardInterrupt:
        stop()
        done.wait()
        raise
    finally:
        thread.join()
    if error:
        raise error[0]
    return result[0]
