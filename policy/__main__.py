"""Judges what this program registers, without the Pulumi CLI: `python -m policy`.

Every service stack here with its monitor stack, and `bootstrap/`. Exits with 1 when a rule refuses something.
That nobody is subscribed yet is said and refuses nothing here: with the CLI it does, when it is deployed.
"""

import sys

import config
from policy import registered
from policy.judge import violations

TO_DO = ("critical-subscriber",)


def main() -> int:
    """Print a line for each stack, then what is wrong with it and what is still to do."""
    services = [s for s in config.stack_files.stacks(config.ROOT) if not s.endswith(registered.MONITOR)]
    judged = {
        "bootstrap": registered.bootstrap(),
        **{f"{stack} and its monitor": registered.pair(stack) for stack in services},
    }
    wrong = 0
    for name, resources in judged.items():
        found = [(rule in TO_DO, message) for rule, message in violations(resources)]
        refused, todo = ([message for late, message in found if late is wanted] for wanted in (False, True))
        wrong += len(refused)
        sys.stdout.write(said(name, len(resources), refused, todo))
    return 1 if wrong else 0


def said(name: str, number: int, refused: list[str], todo: list[str]) -> str:
    """What people read of one program's resources."""
    lines = [
        f"policy: {name}: {number} resources, {len(refused) or 'none'} refused",
        *(f"  - {message}" for message in refused),
        *(f"  before it is deployed: {message}" for message in todo),
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    raise SystemExit(main())
