"""`python -m reports traces`: the arguments are read before anything else is imported."""

from collections.abc import Sequence
from datetime import UTC, datetime

import entry
from reports.traces.arguments import parse


def main(argv: Sequence[str]) -> int:
    """Run the command; returns its exit code. Raises SystemExit for `--help` and wrong arguments."""
    arguments = parse(argv, now=datetime.now(UTC))
    return int(entry.load("reports.traces.command:run")(arguments))
