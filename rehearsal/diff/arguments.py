"""The command line of `diff`. Imports nothing that takes time: help comes at once."""

import argparse


def add(parser: argparse.ArgumentParser, makings: str) -> None:
    """Its own arguments; `makings` are what files of alarms may be."""
    parser.add_argument("old", metavar="OLD", help=f"a file of alarms ({makings}), or a git revision")
    parser.add_argument("new", metavar="NEW", help="the same, or a folder with a checkout such as .")
    parser.add_argument("--stack", default="prod", help="the stack of revisions (default: prod)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print one pull-request comment")
    form.add_argument("--json", action="store_true", help="print it as JSON and nothing else")
    parser.add_argument(
        "--fail-on", default="", metavar="WHAT,...", help="exit 1 for it: missed, later, noisier, dearer, ..."
    )
