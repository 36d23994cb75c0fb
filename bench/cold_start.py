"""What a cold start costs, from exec to the first answer: this function beside the usual one on boto3.

`python -m bench.cold_start`, part of `make bench`. The same request, against the same loopback table and
model, in a new process each time: our handler, and the usual one (`bench.usual_handler`: boto3, every library
patched by `patch_all`), sampled and not. They take turns; compared are medians of the processor's time, which
nothing else on the machine changes. Exit code 1 if ours takes more than a quarter of the usual one's time for
a request that is not sampled; a sampled one also loads the X-Ray SDK, which alone is a tenth of it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.stand_ins.daemon import Daemon
from bench.stand_ins.loopback import Loopback
from bench.stand_ins.wine import EVENT, FOUND, PREDICTED
from bench.tracing import environment

STARTS = 12
SHARE = 0.25
ROOT = Path(__file__).resolve().parents[1]
OURS, USUAL = "handlers.inference.app", "bench.usual_handler"
FIRST_ANSWER = """
import importlib, json, sys, time
class context: aws_request_id = "lambda-1"
answer = importlib.import_module(sys.argv[1]).handler(json.loads(sys.argv[2]), context)
print(answer["statusCode"], time.process_time())
"""


def first_answer_ms(module: str, environment: dict[str, str]) -> float:
    """Processor time from exec to the first answer of a handler. Raises RuntimeError if it is no 200."""
    command = [sys.executable, "-c", FIRST_ANSWER, module, json.dumps(EVENT)]
    done = subprocess.run(  # noqa: S603  # our own words
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    status, _, took_s = done.stdout.strip().partition(" ")
    if status != "200":
        raise RuntimeError(f"{module} answered {status or 'nothing'}:\n{done.stderr}")
    return float(took_s) * 1000


def measure(starts: int = STARTS) -> dict[tuple[str, bool], float]:
    """Median milliseconds by handler and whether the request is sampled."""
    found: dict[tuple[str, bool], list[float]] = {}
    with Loopback([FOUND]) as tables, Loopback([PREDICTED]) as models, Daemon() as daemon:
        for _ in range(starts):
            for sampled in (False, True):
                for module in (OURS, USUAL):
                    environment = full_environment(tables.url, models.url, daemon.address, sampled=sampled)
                    found.setdefault((module, sampled), []).append(first_answer_ms(module, environment))
    return {key: median(taken) for key, taken in found.items()}


def main() -> int:
    """Measure; the figures are also kept in build/bench/cold-start.json."""
    found = measure()
    table = Table("first request", "this function, ms", "boto3 and patch_all, ms", "share")
    shares = {}
    for sampled in (False, True):
        ours, usual = found[OURS, sampled], found[USUAL, sampled]
        name = "sampled" if sampled else "not sampled"
        shares[name] = ours / usual
        table.add_row(name, f"{ours:.0f}", f"{usual:.0f}", f"{ours / usual:.2f}")
    console = Console()
    console.print(table)
    met = shares["not sampled"] <= SHARE
    console.print(
        f"target: a share of at most {SHARE:g}, not sampled: {'met' if met else 'MISSED'}", highlight=False
    )
    folder = Path("build/bench")
    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        "median_ms": {f"{module}, sampled={sampled}": ms for (module, sampled), ms in found.items()},
        "shares": shares,
        "limit": SHARE,
        "met": met,
    }
    (folder / "cold-start.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if met else 1


def full_environment(table: str, model: str, collector: str, *, sampled: bool) -> dict[str, str]:
    """What the function finds in its environment."""
    return {"PATH": os.environ["PATH"], **environment(table, model, collector, sampled)}


if __name__ == "__main__":
    sys.exit(main())
