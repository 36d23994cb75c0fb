"""Runs both accounts as the command line asked for, and says what held."""

import argparse
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import pulumi
from rich.console import Console

from config import ConfigError
from entry import INTERRUPTED, USAGE
from local.cli import DEFAULT_REQUESTS
from local.deployer import DeployError
from local.emulator import SERVICE_ACCOUNT, Emulator, EmulatorError
from local.emulator.model_environment import ModelEnvironmentError, trained
from local.emulator.model_server import ModelServer, ModelServerError
from local.emulator.net import PortInUseError
from local.report import show
from local.report.checks import summarise
from local.report.files import write
from local.run.copies import Copy, copies
from local.run.customers import NoPlanError
from local.run.faults import FAULTS
from local.run.findings import Findings
from local.run.observe import UsageReporterError
from local.run.plan import Options
from local.run.progress import Steps
from local.run.sequence import Run, region
from local.run.served import Asked
from local.run.theirs import STACK
from rehearsal import RehearsalError
from settings.service import Service, ServiceError, load

HELD, NOT_HELD, SLO_BROKEN = 0, 1, 3


def run(given: argparse.Namespace) -> int:
    """Run as the options say; returns the exit code."""
    console = Console(stderr=given.json)
    try:
        with _interruptible():
            return _run(given, console)
    except KeyboardInterrupt:
        console.print("Interrupted. Everything that was started is ended.")
        return INTERRUPTED
    except (PortInUseError, ConfigError, ServiceError, pulumi.RunError, NoPlanError) as error:
        return _failed(console, error, USAGE)
    except (
        EmulatorError,
        ModelEnvironmentError,
        ModelServerError,
        DeployError,
        UsageReporterError,
        RehearsalError,
    ) as error:
        return _failed(console, error, NOT_HELD)


def _run(given: argparse.Namespace, console: Console) -> int:
    started_at = time.time()
    wanted, options = _wanted(given)
    services = {copy.service: load(copy.service) for copy in wanted}
    for service in services.values():
        _possible(options, service)
    if options.announcement:
        console.print(options.announcement, highlight=False)
    with Steps(console) as steps, ExitStack() as running:
        with steps.step("emulator", "Start the emulator"):
            emulator = running.enter_context(Emulator(region=region(options.stack), port=given.port))
        environment = emulator.sdk_environment(SERVICE_ACCOUNT)
        models = {
            name: _model(name, steps, running, environment, alone=len(services) == 1)
            for name, service in services.items()
            if service.uses_model
        }
        asked = []
        for copy in wanted:
            model, artefact = models.get(copy.service, (None, None))
            asked.append(Asked(copy=copy, existing=given.watch, model=model, artefact=artefact))
        run = Run(options, steps, emulator, asked, started_at=started_at)
        findings = _execute(run, emulator)
        steps.close()
        summaries = [summarise(found) for found in findings]
        document = write(summaries, findings, run.shared, given.out)
        show.summaries(console, summaries, given.out)
        if given.json:
            print(document, end="", flush=True)  # noqa: T201  # what --json is for
        if given.keep:
            show.how_to_call(console, run.curls, environment)
            _wait_for_interrupt()
    if not all(summary.held for summary in summaries):
        return NOT_HELD
    return HELD if all(summary.slo_kept for summary in summaries) else SLO_BROKEN


def _wanted(given: argparse.Namespace) -> tuple[tuple[Copy, ...], Options]:
    """What is to run, and how. Raises `ConfigError` for what does not go together."""
    wanted = copies(given.stack, given.service)
    if given.watch:
        wanted = (their_copy(wanted),)
    options = Options(
        requests=given.requests or (None if given.minutes else DEFAULT_REQUESTS),
        clients=given.clients,
        minutes=given.minutes,
        fault=FAULTS[given.fault] if given.fault else None,
        stack=given.stack,
        service=wanted[0].service,
    )
    if options.fault and len(wanted) > 1:
        raise ConfigError(
            f"--fault {options.fault.name} breaks one service, and {len(wanted)} were to run."
            " Give one --service."
        )
    return wanted, options


def _model(
    service: str, steps: Steps, running: ExitStack, environment: Mapping[str, str], *, alone: bool
) -> tuple[ModelServer, Path]:
    """The started server of a service's model, and its artefact."""
    which = "" if alone else f" {service}"
    with steps.step(f"model{which}", f"Start the model server{which and ','}{which}"):
        made = trained(service)
        return running.enter_context(ModelServer(environment=environment, trained=made)), made.directory


def their_copy(wanted: Sequence[Copy]) -> Copy:
    """The service as an API of others, in a stack that watches it. Raises `ConfigError` for several."""
    if len(wanted) > 1:
        raise ConfigError(f"--watch makes one API, and {len(wanted)} were to run. Give one --service.")
    return replace(wanted[0], stack=STACK, overrides={})


def _possible(options: Options, service: Service) -> None:
    """Raises `ConfigError` for tokens, and for a fault of what the service does not use."""
    for operation in service.contract.operations.values():
        if operation.security.token:
            raise ConfigError(
                f"--service {service.name}: {service.contract.source.at(operation.place)}: it wants a token"
                f" ({operation.security.token}), and nobody here issues or checks one: its calls would be"
                " refused. Run another service, or have its operations signed here."
            )
    used = {"": True, "model": service.uses_model, "reference": service.uses_reference}
    if options.fault and not used[options.fault.needs]:
        what = {"model": "asks no model", "reference": "uses no reference data"}[options.fault.needs]
        raise ConfigError(
            f"--fault {options.fault.name}: {service.shown} {what}, so nothing would fail. Name"
            f" another fault."
        )


def _execute(run: Run, emulator: Emulator) -> tuple[Findings, ...]:
    """The run's findings, of each service; what fails because the emulator is gone says so."""
    try:
        return run.execute(threading.Event())
    except Exception as error:
        if emulator.running:
            raise
        raise EmulatorError(
            "The emulator ended in the middle of the run, so nothing was judged; somebody or the system (out "
            f"of memory?) killed it. Run again. Its log:\n{emulator.log_tail()}"
        ) from error


def _failed(console: Console, error: Exception, code: int) -> int:
    console.print("[red]error:[/] ", end="")
    console.print(str(error), markup=False, highlight=False, soft_wrap=True)
    return code


@contextmanager
def _interruptible() -> Iterator[None]:
    """The first SIGINT or SIGTERM raises KeyboardInterrupt; later ones do not disturb the cleaning up."""
    seen = False

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal seen
        if not seen:
            seen = True
            raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _wait_for_interrupt() -> None:
    """Return when the person presses Ctrl-C: the end of `--keep` is no failure."""
    try:
        signal.pause()
    except KeyboardInterrupt:
        return
