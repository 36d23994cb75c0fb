"""The commands that ask deployed accounts about what watches them. Each parses its own arguments.

What they do stands with the other reports on accounts, since this folder does without boto3.
"""

import sys
from collections.abc import Sequence

import entry

COMMANDS = {"discover": "discovery.cli:main", "drill": "reports.drill.cli:main"}
USAGE = "\n".join(
    [
        "usage: python -m monitoring COMMAND ...",
        "",
        "commands:",
        *(f"  {name:<9} {entry.COMMANDS[name].summary}" for name in COMMANDS),
        "",
        "`python -m monitoring COMMAND --help` tells about one of them.",
        "",
    ]
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names; returns its exit code."""
    argv = sys.argv[1:] if arguments is None else arguments
    name = argv[0] if argv else ""
    if name in COMMANDS:
        return int(entry.load(COMMANDS[name])(argv[1:]))
    if name in ("-h", "--help"):
        sys.stdout.write(USAGE)
        return 0
    sys.stderr.write(f"{USAGE}\nerror: {name!r} is no command\n" if name else USAGE)
    return entry.USAGE
