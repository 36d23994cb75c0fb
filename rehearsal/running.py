"""Runs a command of the command line: what is wrong with its input goes to standard error, and ends in 2."""

import argparse
import sys
from collections.abc import Callable

from rich.console import Console

import config
import monitoring
from rehearsal.errors import RehearsalError

USAGE = 2
PLAIN_WIDTH = 130


def guarded(
    command: Callable[[argparse.Namespace, Console], int], given: argparse.Namespace, console: Console | None
) -> int:
    """The command's exit code."""
    try:
        return command(given, console or _console())
    except (RehearsalError, config.ConfigError, monitoring.MonitoringError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # the command line's own output
        return USAGE


def _console() -> Console:
    """As wide as the terminal; a fixed width where there is none."""
    return Console(markup=False) if sys.stdout.isatty() else Console(markup=False, width=PLAIN_WIDTH)
