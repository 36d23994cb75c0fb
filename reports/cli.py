"""The command line of the reports: one command for all of them. Each report parses its own arguments."""

import importlib
import sys
from collections.abc import Sequence

# Imported when asked for: each needs libraries that the others do without.
REPORTS = {"sla": "reports.sla.cli", "smoke": "reports.smoke.cli", "traces": "reports.traces.cli"}
USAGE = """\
usage: python -m reports REPORT ...

reports:
  sla       whether the promise was kept, from evidence that can be checked
  smoke     whether a deployed pair serves what was asked for
  traces    which hop spends the time of a request, and what got slower

`python -m reports REPORT --help` tells about one of them.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the report that the first argument names; returns its exit code."""
    argv = sys.argv[1:] if arguments is None else arguments
    name = argv[0] if argv else ""
    if name in REPORTS:
        return int(importlib.import_module(REPORTS[name]).main(argv[1:]))
    if name in ("-h", "--help"):
        sys.stdout.write(USAGE)
        return 0
    sys.stderr.write(f"{USAGE}\nerror: {name!r} is not a report\n" if name else USAGE)
    return 2
