"""`python -m delivery preview|deploy PAIR`: a pair of stacks, previewed for people or brought up and tried.

Needs the Pulumi CLI, logged in to the backend of the stacks, and credentials of both accounts.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import entry

EXIT_CODES = """\
exit codes:
  0  previewed, or deployed and tried
  1  the preview, an update or the smoke test failed; it is said what holds now and what goes back
  2  wrong usage: no such stack, no Pulumi CLI
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(entry.load(f"delivery.{options.command}:run")(options))
    except entry.load("delivery.pair:DeliveryError") as error:  # type: ignore[misc]  # loaded late, for --help
        sys.stderr.write(f"error: {error}\n")
        return 2


def parser() -> argparse.ArgumentParser:
    """The options of both subcommands."""
    top = argparse.ArgumentParser(
        prog="python -m delivery",
        description=__doc__,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True)
    preview = commands.add_parser("preview", help="what a change would do to both stacks, as one comment")
    preview.add_argument("--base", default="origin/main", help="the revision to compare alarms with")
    preview.add_argument("--out", type=Path, help="write the Markdown there (default: print it)")
    deploy = commands.add_parser("deploy", help="service, monitor, then the smoke test")
    for command in (preview, deploy):
        command.add_argument("stack", help="the service stack, for example prod; its monitor is prod-monitor")
        command.add_argument("--service-profile", help="AWS profile of the service account")
        command.add_argument("--monitor-profile", help="AWS profile of the monitor account")
        command.add_argument(
            "--policy-pack", action="append", default=[], metavar="FOLDER", help="enforce a policy pack"
        )
    return top
