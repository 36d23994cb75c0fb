"""The command line of the reports: one command for all of them. Each report parses its own arguments."""

import sys
from collections.abc import Sequence

from reports.smoke.cli import main as smoke
from reports.traces.cli import main as traces

REPORTS = {"smoke": smoke, "traces": traces}
USAGE = """\
usage: python -m reports REPORT ...

reports:
  smoke     whether a deployed pair serves what was asked for
  traces    which hop spends the time of a request, and what got slower

`python -m reports REPORT --help` tells about one of them.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the report that the first argument names; returns its exit code."""
    argv = sys.argv[1:] if arguments is None else arguments
    name = argv[0] if argv else ""
    if name in REPORTS:
        return REPORTS[name](argv[1:])
    if name in ("-h", "--help"):
        sys.stdout.write(USAGE)
        return 0
    sys.stderr.write(f"{USAGE}\nerror: {name!r} is not a report\n" if name else USAGE)
    return 2
