"""The command line of the local run: options in, exit code out.

Exit codes: 0 everything held, 1 something did not, 2 wrong usage (options, a port in use, the stack's
configuration), 3 the fault showed as it should and the SLO was not kept, 130 interrupted. With `--json`
nothing but the summary goes to standard output.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import entry
from local.run.faults import FAULTS

DEFAULT_REQUESTS = 1000
OUT = Path(__file__).resolve().parents[1] / "build" / "local"
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
    """Run from the command line; returns the exit code. Imports what runs when the options are right."""
    options = parser()
    given = options.parse_args(arguments)
    try:
        given.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        options.error(f"argument --out: cannot write the report there ({error}); give another folder")
    return int(entry.load("local.command:run")(given))


def parser() -> argparse.ArgumentParser:
    """The options, as `--help` shows them."""
    options = argparse.ArgumentParser(
        prog=entry.program("local"),
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
        "--service",
        action="append",
        default=[],
        metavar="NAME[:ENV]",
        help="the service to run, a folder in services/ (default: the stack's own); several, or copies of one"
        " in other environments like wine:staging, run side by side under one monitor stack",
    )
    options.add_argument(
        "--watch",
        action="store_true",
        help="make the API by plain calls of AWS, find it with `discover` and watch it without deploying it",
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
        default=OUT,
        metavar="DIR",
        help="where summary.json and report.html go (default build/local)",
    )
    return options


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
