"""`python -m reports smoke STACK`: asks both accounts whether the deployed pair serves what was asked for.

Reads both stacks' outputs through the Pulumi CLI. Changes nothing, but for one probe that the canary makes
and publishes as ever.
"""

import argparse
from collections.abc import Sequence

import entry

HELP = """\
exit codes:
  0  all holds
  1  a check failed; each is named with its way out
  2  the checks could not be made: no such stack, no credentials, an account that is not the stack's
"""


def main(argv: Sequence[str]) -> int:
    """Check each stack with its monitor; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog=entry.program("smoke"),
        description=__doc__,
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "stacks",
        nargs="+",
        metavar="stack",
        help="a service stack, for example prod; its monitor is prod-monitor. Several that one monitor stack"
        " watches: give that with --monitor-stack",
    )
    parser.add_argument("--monitor-stack", help="the monitor stack (default: STACK-monitor of each)")
    parser.add_argument("--service-profile", help="AWS profile of the service account")
    parser.add_argument("--monitor-profile", help="AWS profile of the monitor account")
    options = parser.parse_args(argv)
    return int(entry.load("reports.smoke.command:run")(options))
