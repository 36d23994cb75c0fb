"""An inference function that answers on command: the child process of `bench.tracing`.

Its first line of output says what its start and its first invocation took. From then on it is warm: each
line on standard input is a number of invocations, the answer one line of JSON with the milliseconds of each
and every answer that differed from the ones before. Imports nothing but the handler.
"""

import importlib
import json
import os
import sys
import time
from typing import Any

BEGIN = time.perf_counter()  # before the handler is imported: that is the start that a customer waits for

handler = importlib.import_module(sys.argv[2]).handler
READY = time.perf_counter()
WARM_UP = 20
HEADER = "_X_AMZN_TRACE_ID"


class Context:
    """Lambda's context, as far as the handler reads it."""

    aws_request_id = "lambda-1"


def invoke(event: dict[str, Any], times: int) -> tuple[list[float], list[dict[str, Any]]]:
    """Milliseconds of each invocation, and the different answers."""
    taken_ms: list[float] = []
    answers: list[dict[str, Any]] = []
    _, _, rest = os.environ[HEADER].partition(";")
    for _ in range(times):
        # As Lambda does: each invocation has a trace of its own, of which the SDK makes a segment of its own.
        os.environ[HEADER] = f"Root=1-{int(time.time()):08x}-{os.urandom(12).hex()};{rest}"
        begin = time.perf_counter()
        answer = handler(event, Context)
        taken_ms.append((time.perf_counter() - begin) * 1000)
        if answer not in answers:
            answers.append(answer)
    return taken_ms, answers


def main() -> None:
    """Start, warm up, serve until standard input ends. The arguments are event and module of the handler."""
    event = json.loads(sys.argv[1])
    (first_ms,), _ = invoke(event, 1)
    invoke(event, WARM_UP)
    say({"start_ms": (READY - BEGIN) * 1000, "first_ms": first_ms})
    for line in sys.stdin:
        taken_ms, answers = invoke(event, int(line))
        say({"ms": taken_ms, "answers": answers})


def say(found: dict[str, Any]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
