"""Judges every stack file here as `pulumi up` would, without Pulumi: `python -m config`.

Exits with 1 when one is wrong, with every wrong key, its consequence and its fix.
"""

import sys

from config import ROOT, ConfigError, parse, read_stack, stack_files
from settings import SERVED, Settings

MONITOR = "-monitor"


def main() -> int:
    """Print one line a stack, and what is wrong with it."""
    judged: dict[str, Settings] = {}
    wrong = 0
    for stack in stack_files.stacks(ROOT):
        try:
            judged[stack] = parse(read_stack(stack, ROOT))
            problems = list(pair(judged.get(stack.removesuffix(MONITOR)), judged[stack]))
        except ConfigError as error:
            problems = str(error).splitlines()
        wrong += bool(problems)
        sys.stdout.write("\n".join([f"Pulumi.{stack}.yaml: {'wrong' if problems else 'ok'}", *problems, ""]))
    return 1 if wrong else 0


def pair(service: Settings | None, monitor: Settings) -> list[str]:
    """What a monitor stack and the service stack of its pair do not agree on."""
    if service is None or monitor.role != "monitor" or service.role not in SERVED or monitor.watches:
        return []
    problems = [
        f"  - inference-watch:{key}: {ours} here and {theirs} in the service stack, so its API is not found."
        " Make them one."
        for key in ("name", "env", "region", "accounts")
        if (ours := getattr(monitor, key)) != (theirs := getattr(service, key))
    ]
    answer_ms = service.inference.timeout_s * 1000
    if service.role == "service" and monitor.canary.timeout_ms < answer_ms:
        problems.append(
            f"  - inference-watch:canary.timeout_ms: the canary gives up after {monitor.canary.timeout_ms} ms"
            f" and the function may take {answer_ms} ms to answer, also with 504: an answer is reported as"
            f" none. Raise it to {answer_ms}, or lower inference.time_budget_ms in the service stack."
        )
    return problems


if __name__ == "__main__":
    raise SystemExit(main())
