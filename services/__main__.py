"""`python -m services`: write the folder of a new service, or say what is wrong with those that are there.

Exit codes: 0 written, or nothing is wrong; 1 something is wrong; 2 wrong usage.
"""

import argparse
from collections.abc import Sequence

import entry


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog=entry.program("services"), description="Your services: each a folder in services/."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    new = commands.add_parser("new", help="write the folder of a new service, which runs at once")
    new.add_argument("name", metavar="NAME", help="its name, and its folder's")
    check = commands.add_parser(
        "check", help="say what is wrong with services or probes, before they are deployed"
    )
    check.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="which, or a file of probes that stands alone (default: all services)",
    )
    given = parser.parse_args(arguments)
    if given.command == "new":
        return int(entry.load("settings.service.judging:new")(given.name))
    return int(entry.load("settings.service.judging:check")(given.names))


if __name__ == "__main__":
    entry.run("services.__main__")
