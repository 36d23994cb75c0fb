"""Runs both accounts as the command line asked for, and says what held."""

import argparse
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
from local.report.html import render
from local.report.sla import write_sla
from local.run.customers import NoPlanError
from local.run.faults import FAULTS
from local.run.findings import Findings
from local.run.observe import UsageReporterError
from local.run.plan import Options
from local.run.progress import Steps
from local.run.sequence import Run, region, service_of
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
    options = Options(
        requests=given.requests or (None if given.minutes else DEFAULT_REQUESTS),
        clients=given.clients,
        minutes=given.minutes,
        fault=FAULTS[given.fault] if given.fault else None,
        stack=given.stack,
        service=given.service or service_of(given.stack),
    )
    service = load(options.service)
    _possible(options, service)
    if options.announcement:
        console.print(options.announcement, highlight=False)
    with Steps(console) as steps, ExitStack() as running:
        with steps.step("emulator", "Start the emulator"):
            emulator = running.enter_context(Emulator(region=region(options.stack), port=given.port))
        environment = emulator.sdk_environment(SERVICE_ACCOUNT)
        made, model = None, None
        if service.uses_model:
            with steps.step("model", "Start the model server"):
                made = trained(service.name)
                model = running.enter_context(ModelServer(environment=environment, trained=made))
                emulator.attach_model(model.url, pid=model.pid)
        run = Run(options, steps, emulator, model, started_at=started_at)
        findings = _execute(run, emulator, made.directory if made else None)
        steps.close()
        summary = summarise(findings)
        document = summary.model_dump_json(indent=2) + "\n"
        (given.out / "summary.json").write_text(document, encoding="utf-8")
        (given.out / "report.html").write_text(render(summary, findings), encoding="utf-8")
        write_sla(findings, given.out / "sla")
        show.summary(console, summary, given.out)
        if given.json:
            print(document, end="", flush=True)  # noqa: T201  # what --json is for
        if given.keep:
            show.how_to_call(console, run.curl, environment)
            _wait_for_interrupt()
    if not summary.held:
        return NOT_HELD
    return HELD if summary.slo_kept else SLO_BROKEN


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


def _execute(run: Run, emulator: Emulator, artefact: Path | None) -> Findings:
    """The run's findings; what fails because the emulator is gone says so."""
    try:
        return run.execute(artefact, threading.Event())
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
