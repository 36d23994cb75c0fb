"""The command line: `python -m rehearsal COMMAND`; `--help` lists them.

Exit codes: 0 all expectations met, 1 an expectation failed, 2 wrong usage or input, 3 all met, but some of
the alarms are not simulated (they are named).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import entry
from rehearsal.diff import arguments as difference
from rehearsal.frontier import arguments as outage

if TYPE_CHECKING:
    from rich.console import Console

FOLDER = Path(__file__).parent / "incident" / "scenarios"
MAKINGS = "describe-alarms, CloudFormation, CDK, Terraform, Pulumi"


def main(arguments: Sequence[str] | None = None, console: "Console | None" = None) -> int:
    """Runs one command; what is wrong with its input goes to standard error.

    Imports what a command needs when it runs, so that help comes at once.
    """
    given = _parser().parse_args(arguments)
    run = entry.load("rehearsal.running:guarded")
    return int(run(entry.load(given.command), given, console))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rehearsal", description="Which alarms would fire, and when."
    )
    commands_ = parser.add_subparsers(required=True, metavar="COMMAND")

    run = _command(commands_, "run", "commands:run")
    _alarms(run)
    _scenarios(run)
    run.add_argument("--out", type=Path, metavar="DIR", help="write JSON, JUnit XML and HTML timelines there")
    run.add_argument("--json", action="store_true", help="print the results as JSON and nothing else")
    run.add_argument("--no-check", action="store_true", help="do not check expectations (for other alarms)")

    evaluate = _command(commands_, "evaluate", "commands:evaluate")
    _alarms(evaluate)
    evaluate.add_argument("alarm", help="the alarm's key or name")
    evaluate.add_argument("points", help='oldest to newest, such as "0 _ 1x3": _ is missing')
    evaluate.add_argument("--previous", choices=("OK", "ALARM", "INSUFFICIENT_DATA"), default="OK")

    coverage = _command(commands_, "coverage", "commands:coverage")
    _alarms(coverage)
    _scenarios(coverage)

    peers = _command(commands_, "peers", "commands:peers")
    peers.add_argument("--stack", default="prod", help="the stack to compare with (default: prod)")
    _scenarios(peers)
    peers.add_argument("--markdown", action="store_true", help="print the table as docs/rehearsal.md has it")

    history = _command(commands_, "history", "history.replay:history")
    _alarms(history)
    _recorded(history)

    tuning = _command(commands_, "tune", "history.tune:tune")
    _alarms(tuning)
    tuning.add_argument("alarm", help="the alarm's key or name")
    tuning.add_argument(
        "--pages-per-week", type=float, default=0.5, help="wanted pages a week (default: 0.5)"
    )
    _recorded(tuning)

    verify = _command(commands_, "verify", "fidelity.command:verify")
    _alarms(verify)
    verify.add_argument(
        "--history",
        type=Path,
        action="append",
        metavar="FILE",
        help="output of describe-alarm-history, or alarm events; without it what is published is verified",
    )
    verify.add_argument("--metrics", type=Path, metavar="FILE", help="saved metrics, to compare whole days")
    lint = _command(commands_, "lint", "lint.command:lint")
    lint.add_argument("files", nargs="*", type=Path, metavar="FILE", help=f"alarms of any making: {MAKINGS}")
    lint.add_argument("--stack", action="append", default=[], help="a stack's catalogue (may be repeated)")
    _parameters(lint)
    lint.add_argument(
        "--ignore", action="append", default=[], metavar="RULE[:ALARM]=REASON", help="live with it"
    )
    lint.add_argument(
        "--ignore-file",
        type=Path,
        metavar="FILE",
        help="the same as YAML (default: lint-ignore.yaml, if there)",
    )
    lint.add_argument("--explain", metavar="RULE", help="print a rule's page, and nothing else")
    lint.add_argument("--info", action="store_true", help="show what is only worth knowing, too")
    lint.add_argument(
        "--fail-on",
        choices=("error", "warning", "info", "never"),
        default="error",
        help="exit 1 from there on",
    )
    machine = lint.add_mutually_exclusive_group()
    machine.add_argument("--json", action="store_true", help="print the findings as JSON and nothing else")
    machine.add_argument("--sarif", action="store_true", help="the same as SARIF 2.1.0")

    frontier = _command(commands_, "frontier", "frontier.command:run")
    _alarms(frontier)
    outage.add(frontier)

    _two_sets(_command(commands_, "diff", "diff.command:diff"))
    return parser


def _two_sets(diff: argparse.ArgumentParser) -> None:
    difference.add(diff, MAKINGS)
    _parameters(diff)
    _scenarios(diff)


def _command(
    parent: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, place: str
) -> argparse.ArgumentParser:
    """The parser of a command that runs the function at `place` in this room."""
    public = "rehearse" if name == "run" else name
    summary = entry.COMMANDS[public].summary
    parser = parent.add_parser(name, prog=entry.program(public), help=summary, description=summary)
    parser.set_defaults(command=f"rehearsal.{place}")
    return parser


def _alarms(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--stack", default="prod", help="a stack's catalogue (default: prod)")
    group.add_argument(
        "--alarms",
        type=Path,
        metavar="FILE",
        help=f"alarms of any making: {MAKINGS}",
    )
    _parameters(parser)


def _parameters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--parameter",
        action="append",
        type=_parameter,
        metavar="NAME=VALUE",
        help="a value for a parameter of a template",
    )


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=VALUE")
    return name, value


def _scenarios(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scenarios", nargs="*", type=Path, default=[FOLDER], help="files or folders (default: all shipped)"
    )


def _recorded(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--metrics", type=Path, metavar="FILE", help="saved metrics; without it they are fetched"
    )
    parser.add_argument("--days", type=int, default=14, help="how many days to fetch (default: 14)")
    parser.add_argument("--profile", help="AWS profile to fetch with")
    parser.add_argument(
        "--cache", type=Path, default=Path("build/history"), help="where fetched metrics are kept"
    )
