"""What `python -m services` does; each returns the exit code."""

import sys
from collections.abc import Sequence

from settings import service
from settings.service.new import told, write

WRONG = 1


def new(name: str) -> int:
    """Write a new service and say what to do with it."""
    try:
        write(name, service.SERVICES)
    except service.ServiceError as error:
        sys.stderr.write(f"error: {error}\n")
        return WRONG
    sys.stdout.write(told(name, service.SERVICES))
    return 0


def check(names: Sequence[str]) -> int:
    """A line for each service, and all that is wrong with it."""
    wrong = False
    for name in names or service.names():
        try:
            service.load(name)
            lines = [f"services/{name}: ok"]
        except service.ServiceError as error:
            lines, wrong = (
                [f"services/{name}: wrong", *(f"  - {problem}" for problem in error.problems)],
                True,
            )
        sys.stdout.write("\n".join([*lines, ""]))
    return WRONG if wrong else 0
