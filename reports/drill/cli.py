"""`python -m monitoring drill --stack STACK`: tries the whole way from an alarm to whoever hears of it.

For each level and account one drill alarm is put into ALARM and back to OK, so that CloudWatch itself
publishes, with its own rights on topic and key. Whoever is subscribed is told twice, and that it is a drill.
Then it says what arrived, what is unconfirmed, and what has no subscriber.
"""

import argparse
from collections.abc import Sequence

import entry

HELP = """\
exit codes:
  0  everything arrived
  1  something did not, waits for confirmation, or nobody hears of critical alarms; each with its way out
  2  the drill could not be made: no such stack, no credentials, an account that is not the stack's
  3  nothing failed, but: SNS has not counted everything yet, nobody hears of warnings, or planned work
     mutes pages now
"""


def main(argv: Sequence[str]) -> int:
    """Drill one pair; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog=entry.program("drill", "python -m monitoring drill"),
        description=__doc__,
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stack", required=True, help="the service stack, for example prod")
    parser.add_argument("--monitor-stack", help="the monitor stack (default: STACK-monitor)")
    parser.add_argument("--service-profile", help="AWS profile of the service account")
    parser.add_argument("--monitor-profile", help="AWS profile of the monitor account")
    parser.add_argument("--list", action="store_true", help="only say who is subscribed; nothing is sent")
    parser.add_argument(
        "--wait",
        type=float,
        default=15,
        metavar="MINUTES",
        help="how long to wait for the counts of SNS, which come every five minutes (default: 15)",
    )
    options = parser.parse_args(argv)
    return int(entry.load("reports.drill.command:run")(options))
