"""What spans cost, cold and warm: this function beside the usual one with OpenTelemetry's SDK.

`python -m bench.otlp`, part of `make bench`. The same sampled request, against the same loopback table and
model; the functions take turns. Cold is the processor's time from exec to the first answer, in new processes;
warm the p90 of an invocation. Exit code 1 if ours takes more than half of the other one's time in either.
"""

import contextlib
import json
import sys
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.cold_start import OURS, first_answer_ms, full_environment
from bench.stand_ins.daemon import Daemon
from bench.stand_ins.loopback import Loopback
from bench.stand_ins.wine import FOUND, PREDICTED
from bench.tracing import Function

USUAL = "bench.otel_handler"
MODULES = (OURS, USUAL)
SHARE = 0.5
STARTS, ROUNDS, INVOCATIONS = 12, 30, 40


def measure(
    starts: int = STARTS, rounds: int = ROUNDS, invocations: int = INVOCATIONS
) -> dict[str, dict[str, float]]:
    """Milliseconds, cold and warm, by handler."""
    with contextlib.ExitStack() as running:
        tables, models = (running.enter_context(Loopback([each])) for each in (FOUND, PREDICTED))
        daemon = running.enter_context(Daemon())
        environment = full_environment(tables.url, models.url, daemon.address, sampled=True)
        environment["TRACING_BACKEND"] = "otlp"
        cold: dict[str, list[float]] = {module: [] for module in MODULES}
        for _ in range(starts):
            for module in MODULES:
                cold[module].append(first_answer_ms(module, environment))
                daemon.received()
        warm = {module: running.enter_context(Function(environment, module=module)) for module in MODULES}
        for turn in range(rounds):
            for position in range(len(MODULES)):
                warm[MODULES[(turn + position) % len(MODULES)]].run(invocations)
                daemon.received()
    return {
        "cold": {module: median(taken) for module, taken in cold.items()},
        "warm p90": {module: median(function.p90s_ms) for module, function in warm.items()},
    }


def main() -> int:
    """Measure; the figures are also kept in build/bench/otlp.json."""
    found = measure()
    table = Table("", "this function, ms", "boto3 and OpenTelemetry's SDK, ms", "share")
    shares = {name: taken[OURS] / taken[USUAL] for name, taken in found.items()}
    for name, taken in found.items():
        table.add_row(name, f"{taken[OURS]:.2f}", f"{taken[USUAL]:.2f}", f"{shares[name]:.2f}")
    console = Console()
    console.print(table)
    met = max(shares.values()) <= SHARE
    console.print(f"target: a share of at most {SHARE:g}: {'met' if met else 'MISSED'}", highlight=False)
    folder = Path("build/bench")
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"median_ms": found, "shares": shares, "limit": SHARE, "met": met}
    (folder / "otlp.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
