"""The command line of the reports: one command for all of them. Each report parses its own arguments."""

import sys
from collections.abc import Sequence

import entry

# Imported when asked for: each needs libraries that the others do without.
REPORTS = {name: f"reports.{name}.cli:main" for name in ("drill", "sla", "smoke", "traces")}
USAGE = "\n".join(
    [
        "usage: python -m reports REPORT ...",
        "",
        "reports:",
        *(f"  {name:<9} {entry.COMMANDS[name].summary}" for name in REPORTS),
        "",
        "`python -m reports REPORT --help` tells about one of them.",
        "",
    ]
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the report that the first argument names; returns its exit code."""
    argv = sys.argv[1:] if arguments is None else arguments
    name = argv[0] if argv else ""
    if name in REPORTS:
        try:
            return int(entry.load(REPORTS[name])(argv[1:]))
        except ModuleNotFoundError as missing:
            if missing.name != "duckdb":
                raise
            sys.stderr.write("error: the SLA's evidence needs DuckDB: pipx install --force '.[evidence]'\n")
            return entry.USAGE
    if name in ("-h", "--help"):
        sys.stdout.write(USAGE)
        return 0
    sys.stderr.write(f"{USAGE}\nerror: {name!r} is not a report\n" if name else USAGE)
    return entry.USAGE
