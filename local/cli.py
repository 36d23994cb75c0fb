"""The command line of the local run: options in, exit code out.

Exit codes: 0 everything held, 1 something did not, 2 wrong usage (options, a port in use, the stack's
configuration), 3 the fault showed as it should and the SLO was not kept, 130 interrupted. With `--json`
nothing but the summary goes to standard output.
"""

import argparse
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import pulumi
from rich.console import Console

from config import ConfigError
from entry import INTERRUPTED
from local.deployer import DeployError
from local.emulator import SERVICE_ACCOUNT, Emulator, EmulatorError
from local.emulator.model_environment import ModelEnvironmentError, trained
from local.emulator.model_server import ModelServer, ModelServerError
from local.emulator.net import PortInUseError
from local.report import show
from local.report.checks import summarise
from local.report.page import render
from local.run.customers import NoPlanError
from local.run.faults import FAULTS
from local.run.findings import Findings
from local.run.observe import UsageReporterError
from local.run.plan import DEFAULT_REQUESTS, Options
from local.run.progress import Steps
from local.run.sequence import ROOT, Run, region
from rehearsal import RehearsalError

HELD, NOT_HELD, USAGE, SLO_BROKEN = 0, 1, 2, 3
DESCRIPTION = """\
Run both accounts on this machine: deploy the service and the monitor stack on
an emulator, send real traffic, let the canary probe, and say what held."""
EPILOG = f"""\
faults:
{chr(10).join(f"  {name:<16} {fault.breaks}" for name, fault in sorted(FAULTS.items()))}

exit codes:
  0 everything held, 1 something did not, 2 wrong usage,
  3 the fault showed as it should and broke the SLO, 130 interrupted"""
MIN_REQUESTS, MAX_CLIENTS, MAX_MINUTES, MAX_PORT = 10, 64, 600, 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit code."""
    options = parser()
    given = options.parse_args(arguments)
    try:
        given.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        options.error(f"argument --out: cannot write the report there ({error}); give another folder")
    console = Console(stderr=given.json)
    try:
        with _interruptible():
            return _run(given, console)
    except KeyboardInterrupt:
        console.print("Interrupted. Everything that was started is ended.")
        return INTERRUPTED
    except (PortInUseError, ConfigError, pulumi.RunError, NoPlanError) as error:
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


def parser() -> argparse.ArgumentParser:
    """The options, as `--help` shows them."""
    options = argparse.ArgumentParser(
        prog="python -m local",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument(
        "--requests",
        type=_whole(MIN_REQUESTS, None),
        metavar="N",
        help=f"how many requests to send (default {DEFAULT_REQUESTS}; with --minutes: as many as fit)",
    )
    options.add_argument(
        "--stack",
        default="dev",
        metavar="NAME",
        help="the service stack to run, with its monitor stack NAME-monitor (default dev)",
    )
    options.add_argument(
        "--clients",
        type=_whole(1, MAX_CLIENTS),
        default=8,
        metavar="N",
        help="how many clients call at the same time (default 8)",
    )
    options.add_argument(
        "--minutes",
        type=_minutes,
        metavar="M",
        help="keep traffic going for M minutes; --requests are then spread over them",
    )
    options.add_argument(
        "--fault",
        choices=sorted(FAULTS),
        metavar="NAME",
        help="break something on the way and expect it to show; the names are below",
    )
    options.add_argument(
        "--keep", action="store_true", help="stay up afterwards and say how to call the API with curl"
    )
    options.add_argument(
        "--json", action="store_true", help="print summary.json, and nothing else, to standard output"
    )
    options.add_argument(
        "--port",
        type=_whole(0, MAX_PORT),
        default=0,
        metavar="P",
        help="port of the emulator on 127.0.0.1 (default 0: any free one)",
    )
    options.add_argument(
        "--out",
        type=Path,
        default=ROOT / "build" / "local",
        metavar="DIR",
        help="where summary.json and report.html go (default build/local)",
    )
    return options


def _run(given: argparse.Namespace, console: Console) -> int:
    started_at = time.time()
    options = Options(
        requests=given.requests or (None if given.minutes else DEFAULT_REQUESTS),
        clients=given.clients,
        minutes=given.minutes,
        fault=FAULTS[given.fault] if given.fault else None,
        stack=given.stack,
    )
    if options.announcement:
        console.print(options.announcement, highlight=False)
    with Steps(console) as steps, ExitStack() as running:
        with steps.step("emulator", "Start the emulator"):
            emulator = running.enter_context(Emulator(region=region(options.stack), port=given.port))
        with steps.step("model", "Start the model server"):
            made = trained("wine")
            environment = emulator.sdk_environment(SERVICE_ACCOUNT)
            model = running.enter_context(ModelServer(environment=environment, trained=made))
            emulator.attach_model(model.url, pid=model.pid)
        run = Run(options, steps, emulator, model, started_at=started_at)
        findings = _execute(run, emulator, made.directory)
        steps.close()
        summary = summarise(findings)
        document = summary.model_dump_json(indent=2) + "\n"
        (given.out / "summary.json").write_text(document, encoding="utf-8")
        (given.out / "report.html").write_text(render(summary, findings), encoding="utf-8")
        show.summary(console, summary, given.out)
        if given.json:
            print(document, end="", flush=True)  # noqa: T201  # what --json is for
        if given.keep:
            show.how_to_call(console, run.curl, environment)
            _wait_for_interrupt()
    if not summary.held:
        return NOT_HELD
    return HELD if summary.slo_kept else SLO_BROKEN


def _execute(run: Run, emulator: Emulator, model_dir: Path) -> Findings:
    """The run's findings; what fails because the emulator is gone says so."""
    try:
        return run.execute(model_dir, threading.Event())
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


def _whole(least: int, most: int | None) -> Callable[[str], int]:
    def convert(text: str) -> int:
        value = int(text)
        if value < least or (most is not None and value > most):
            limits = f"at least {least}" if most is None else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"{value} is out of range; give a whole number {limits}")
        return value

    convert.__name__ = "whole number"  # argparse names it when the text is no number at all
    return convert


def _minutes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes") from None
    if not 0 < value <= MAX_MINUTES:
        raise argparse.ArgumentTypeError(
            f"{text} is out of range; give minutes above 0, at most {MAX_MINUTES}"
        )
    return value
