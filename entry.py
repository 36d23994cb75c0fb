"""How a command begins and ends, and the one command that has them all: `inference-watch`.

Ctrl-C at any moment is a message and exit code 130, never a traceback. Imports nothing of ours: help must
come at once, and Ctrl-C is answered while the rest is imported.
"""

import importlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

PROGRAM = "inference-watch"
USAGE = 2
INTERRUPTED = 130  # as a shell reports it: 128 and the number of SIGINT


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: the module whose `main()` it is, the arguments that come first, and a line of help."""

    module: str
    first: tuple[str, ...]
    summary: str
    interrupted: str = "Interrupted."
    options: bool = True

    @property
    def alone(self) -> str:
        """How it is called without `inference-watch`."""
        return " ".join(
            ("python -m", self.module.removesuffix(".cli").removesuffix(".__main__"), *self.first)
        )


GROUPS: Mapping[str, Mapping[str, Command]] = MappingProxyType(
    {
        "alarms, without any account": {
            "rehearse": Command("rehearsal.cli", ("run",), "rehearse scenarios and check their expectations"),
            "lint": Command("rehearsal.cli", ("lint",), "what is wrong with alarms, without any scenario"),
            "diff": Command("rehearsal.cli", ("diff",), "what a change of alarms changes for people"),
            "frontier": Command("rehearsal.cli", ("frontier",), "which outage would nobody hear of"),
            "coverage": Command(
                "rehearsal.cli", ("coverage",), "faults unnoticed, alarms that nothing trips"
            ),
            "evaluate": Command("rehearsal.cli", ("evaluate",), "evaluate one alarm on given datapoints"),
            "peers": Command("rehearsal.cli", ("peers",), "other alarm sets over the same scenarios"),
        },
        "alarms, with what CloudWatch recorded": {
            "history": Command("rehearsal.cli", ("history",), "replay the alarms over real metrics"),
            "tune": Command("rehearsal.cli", ("tune",), "propose a threshold for a wanted page rate"),
            "verify": Command("rehearsal.cli", ("verify",), "CloudWatch's recorded decisions, made again"),
        },
        "what happened": {
            "sla": Command("reports.cli", ("sla",), "whether the promise was kept, from evidence"),
            "traces": Command("reports.cli", ("traces",), "which hop spends the time, and what got slower"),
            "smoke": Command("reports.cli", ("smoke",), "whether a deployed pair serves what was asked for"),
            "drill": Command(
                "reports.cli",
                ("drill",),
                "whether alarms reach whoever is to hear of them",
                "Interrupted. Every drill alarm is back to OK.",
            ),
        },
        "an API that others deployed": {
            "discover": Command("discovery.cli", (), "write the settings of a stack that watches it"),
        },
        "your service and your stacks": {
            "local": Command(
                "local.cli",
                (),
                "run both accounts on this machine with real traffic",
                "Interrupted. Everything that was started is ended.",
            ),
            "check": Command(
                "config.__main__", (), "judge the stack files as `pulumi up` would", options=False
            ),
            "services": Command(
                "services.__main__", (), "write a new service, or say what is wrong with yours"
            ),
            "train": Command("model.train", (), "train a service's model"),
            "push": Command("model.push", (), "build a service's model image and push it"),
        },
    }
)
COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}
MISSING = """\
error: {package} is not installed for {python}.
In the project's folder, `make build` installs all that is needed and `. .venv/bin/activate` uses it.
"""
EXIT_CODES = """\
exit codes of every command:
    0  all holds
    1  what was asked for does not hold
    2  wrong usage, or input that cannot be read
    3  an answer with a reservation, which the command names
  130  interrupted
"""


def main(arguments: list[str] | None = None) -> NoReturn:
    """`inference-watch`: help, version, or the command that the first argument names. Ends the process."""
    given = sys.argv[1:] if arguments is None else arguments
    name = given[0] if given else ""
    if name in COMMANDS:
        command = COMMANDS[name]
        if find_spec(command.module.partition(".")[0]) is None:
            sys.stderr.write(
                f"error: {name} is not installed with {PROGRAM}; run it in the project's folder\n"
            )
            sys.exit(USAGE)
        if not command.options and given[1:]:
            asked = given[1:] in (["-h"], ["--help"])
            text = f"usage: {PROGRAM} {name} (or {command.alone})\n\n{command.summary}\n"
            (sys.stdout if asked else sys.stderr).write(text)
            sys.exit(0 if asked else USAGE)
        sys.argv = [f"{PROGRAM} {name}", *command.first, *given[1:]]
        run(command.module, command.interrupted)
    if name in ("-h", "--help", "help"):
        sys.stdout.write(usage())
        sys.exit(0)
    if name == "--version":
        sys.stdout.write(f"{PROGRAM} {_version()}\n")
        sys.exit(0)
    wrong = f"\nerror: {name!r} is no command; the commands are above\n" if name else ""
    sys.stderr.write(f"{usage()}{wrong}")
    sys.exit(USAGE)


def usage() -> str:
    """The help of `inference-watch` itself: a screen."""
    lines = [f"usage: {PROGRAM} COMMAND ...", ""]
    for title, group in GROUPS.items():
        lines += [f"{title}:", *(f"  {name:<10} {command.summary}" for name, command in group.items()), ""]
    return "\n".join([*lines, EXIT_CODES, f"`{PROGRAM} COMMAND --help` tells about one of them.\n"])


def program(name: str, alone: str | None = None) -> str:
    """What a command's own help calls it: as it was called."""
    called = sys.argv[0] == f"{PROGRAM} {name}"
    return sys.argv[0] if called else alone or COMMANDS[name].alone


def run(module: str, interrupted: str = "Interrupted.") -> NoReturn:
    """Import `module` and end with the exit code that its `main()` returns.

    `interrupted` is what Ctrl-C says, while the module is imported and in `main()`.
    """
    _said[:] = [f"{interrupted}\n"]
    try:
        main = load(f"{module}:main")
        signal.signal(signal.SIGINT, signal.default_int_handler)
        code = main()
    except ModuleNotFoundError as missing:
        package = str(missing.name).partition(".")[0]
        if (Path(__file__).parent / package).exists():  # ours: a mistake of ours
            raise
        sys.stderr.write(MISSING.format(package=package, python=sys.executable))
        sys.exit(USAGE)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends already
        sys.stderr.write(_said[0])
        sys.exit(INTERRUPTED)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only Python's own end is left
    sys.exit(code)


def load(place: str) -> Callable[..., Any]:
    """The function at `module:function`.

    Importing takes a second or more. Nothing is started by then, so Ctrl-C leaves at once; an exception could
    get lost in the callbacks of an import.
    """
    module, _, name = place.partition(":")
    before = signal.signal(signal.SIGINT, _leave)
    try:
        function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    finally:
        signal.signal(signal.SIGINT, before)
    return function


_said = ["Interrupted.\n"]


def _leave(*_: object) -> NoReturn:
    os.write(sys.stderr.fileno(), _said[0].encode())
    os._exit(INTERRUPTED)


def _version() -> str:
    try:
        return version(PROGRAM)
    except PackageNotFoundError:  # run from its folder
        return "of this folder"


if __name__ == "__main__":
    main()
