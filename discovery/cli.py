"""`python -m monitoring discover`: what serves an API that others deployed, as the settings of a watch stack.

Exit codes: 0 all was seen, 1 there is no such API, 2 wrong usage or no access at all, 3 some things could not
be seen, which are named.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import entry

DESCRIPTION = """\
Read an API from its account and write the settings of a stack that watches it:
Pulumi.STACK.yaml, Pulumi.STACK-monitor.yaml and probes/STACK.yaml. Nothing in
the account is changed and the API is not called."""
EPILOG = """\
credentials are those of the AWS CLI: environment, --profile, or a role to assume.

exit codes:
  0 all was seen, 1 there is no such API (those that are there are listed),
  2 wrong usage or no access, 3 some things could not be seen; each is named"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit code."""
    options = argparse.ArgumentParser(
        prog=entry.program("discover", "python -m monitoring discover"),
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--api", required=True, metavar="ID", help="the id of the REST or HTTP API")
    options.add_argument("--region", metavar="NAME", help="its region (default: that of the credentials)")
    options.add_argument("--stage", metavar="NAME", help="its stage, where there are several")
    options.add_argument("--profile", metavar="NAME", help="a profile of the AWS CLI")
    options.add_argument("--role-arn", metavar="ARN", help="a role to assume for reading")
    options.add_argument(
        "--monitor-account", metavar="ID", help="the account to watch from (default: the API's own)"
    )
    options.add_argument("--name", metavar="NAME", help="the service's name (default: the API's)")
    options.add_argument("--env", metavar="ENV", help="the environment (default: the stage, or prod)")
    options.add_argument("--stack", metavar="STACK", help="the stack's name (default: NAME-ENV)")
    options.add_argument(
        "--out", type=Path, default=Path(), metavar="DIR", help="where the files go (default: this folder)"
    )
    options.add_argument("--force", action="store_true", help="overwrite files that are there")
    options.add_argument(
        "--policy", action="store_true", help="only print the least IAM policy that reading needs"
    )
    given = options.parse_args(arguments)
    return int(entry.load("discovery.command:run")(given))
