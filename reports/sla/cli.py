"""`python -m reports sla`: whether the promise was kept, from kept evidence.

The arguments are read before anything else is imported: help comes at once, and kept evidence is read without
boto3.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import entry
from reports.sla.arguments import parse
from reports.sla.evidence.errors import EvidenceError
from reports.sla.period import PeriodError


def main(argv: Sequence[str]) -> int:
    """Run the command; returns its exit code. Raises SystemExit for `--help` and wrong arguments."""
    if argv and argv[0] == "collect":
        return int(entry.load("reports.sla.collect.cli:main")(argv[1:]))
    try:
        arguments = parse(argv, now=datetime.now(UTC))
    except (EvidenceError, PeriodError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return entry.USAGE
    return int(entry.load("reports.sla.command:run")(arguments))
