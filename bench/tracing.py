"""What tracing costs a warm inference function, and what an absent or a stuck collector adds to it.

`python -m bench.tracing`, part of `make bench`. The same handler runs in one process per condition, against
loopback servers that play the table and the model and cost the same for all. The conditions take turns in
short rounds, so that whatever else the machine does meets all of them; a difference is the median over the
rounds of the differences of their p90. Exit code 1 if a collector that is away changes an answer or adds the
limit or more. Cold, the first sampled invocation loads the SDK: measured with new processes, off and on.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Self

from rich.console import Console
from rich.table import Table

from bench.stand_ins.daemon import SAMPLED, UNSAMPLED, Daemon
from bench.stand_ins.loopback import Loopback, closed_port
from bench.stand_ins.wine import EVENT, FOUND, PREDICTED
from local.summary import percentile

LIMIT_MS = 1.0
ROUNDS, INVOCATIONS, STARTS = 30, 40, 8
OFF, ON, GONE, STUCK = "off", "on", "on, collector gone", "on, collector stuck"
ROOT = Path(__file__).resolve().parents[1]
Answer = dict[str, Any]


@dataclass(slots=True)
class Function:
    """A function in a process of its own, warm once entered, and what it has measured: one list a round.

    `start_ms` is the import of the handler, `first_ms` its first invocation.
    """

    environment: Mapping[str, str]
    module: str = "handlers.inference.app"
    rounds_ms: list[list[float]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    start_ms: float = 0.0
    first_ms: float = 0.0
    _process: "subprocess.Popen[str] | None" = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "bench.tracing_worker", json.dumps(EVENT), self.module]
        self._process = subprocess.Popen(  # noqa: S603  # our own words
            command,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started = self._answer(self._process)
        self.start_ms, self.first_ms = started["start_ms"], started["first_ms"]
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.communicate(timeout=30)  # the end of its input ends it

    def run(self, times: int) -> None:
        """Invoke it `times` times. Raises RuntimeError when the function has ended."""
        process = self._process
        if process is None or process.stdin is None:
            raise RuntimeError("the function is not running; use it as a context manager")
        process.stdin.write(f"{times}\n")
        process.stdin.flush()
        found = self._answer(process)
        self.rounds_ms.append(found["ms"])
        self.answers += [answer for answer in found["answers"] if answer not in self.answers]

    @staticmethod
    def _answer(process: "subprocess.Popen[str]") -> dict[str, Any]:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise RuntimeError(f"the function ended with exit code {process.wait(timeout=30)}")
        found: dict[str, Any] = json.loads(line)
        return found

    @property
    def p90s_ms(self) -> list[float]:
        """The p90 of each round."""
        return [percentile(sorted(taken), 90) for taken in self.rounds_ms]

    def overall_ms(self, pct: float) -> float:
        """A percentile over all rounds."""
        return percentile(sorted(ms for taken in self.rounds_ms for ms in taken), pct)


def added_ms(condition: Function, base: Function) -> float:
    """What `condition` adds to `base` at p90: the median of the rounds' differences."""
    return median(a - b for a, b in zip(condition.p90s_ms, base.p90s_ms, strict=True))


def measure(rounds: int = ROUNDS, invocations: int = INVOCATIONS) -> dict[str, Function]:
    """Every condition by its name, measured in turns; each round begins with another one."""
    with contextlib.ExitStack() as running:
        tables, models = (running.enter_context(Loopback([each])) for each in (FOUND, PREDICTED))
        stuck, collector = running.enter_context(Daemon()), running.enter_context(_collector())
        addresses = {GONE: f"127.0.0.1:{closed_port()}", STUCK: stuck.address, ON: collector}
        functions = {
            name: running.enter_context(
                Function(environment(tables.url, models.url, addresses.get(name, collector), name != OFF))
            )
            for name in (OFF, ON, GONE, STUCK)
        }
        order = list(functions.values())
        for turn in range(rounds):
            for position in range(len(order)):
                order[(turn + position) % len(order)].run(invocations)
    return functions


def cold(starts: int = STARTS) -> dict[str, tuple[float, float]]:
    """Median milliseconds of the start and of the first invocation, with tracing off and on."""
    found: dict[str, list[Function]] = {OFF: [], ON: []}
    with contextlib.ExitStack() as running:
        tables, models = (running.enter_context(Loopback([each])) for each in (FOUND, PREDICTED))
        collector = running.enter_context(_collector())
        for name in (OFF, ON) * starts:
            with Function(environment(tables.url, models.url, collector, name != OFF)) as function:
                found[name].append(function)
    return {
        name: (median(f.start_ms for f in functions), median(f.first_ms for f in functions))
        for name, functions in found.items()
    }


def run(console: Console) -> dict[str, object]:
    """Every figure, printed and returned."""
    starts = cold()
    table = Table("tracing", "start ms", "first invocation ms", title="Cold", title_justify="left")
    for name, (start, first) in starts.items():
        table.add_row(name, f"{start:.0f}", f"{first:.0f}")
    console.print(table)
    found = measure()
    off, on = found[OFF], found[ON]
    table = Table(
        "tracing", "p50 ms", "p90 ms", "p90 over off", title="Warm invocation", title_justify="left"
    )
    for name, function in found.items():
        over = "" if name == OFF else f"{added_ms(function, off):+.2f}"
        table.add_row(name, f"{function.overall_ms(50):.2f}", f"{function.overall_ms(90):.2f}", over)
    console.print(table)
    worst = max(added_ms(found[name], base) for name in (GONE, STUCK) for base in (off, on))
    same = all(function.answers == off.answers for function in found.values())
    console.print(
        f"a collector that is away adds at most {worst:.2f} ms at p90, limit {LIMIT_MS:g} ms; "
        f"every answer was {'the same' if same else 'NOT the same'}",
        highlight=False,
    )
    return {
        "cold_ms": starts,
        "p90_ms": {name: function.overall_ms(90) for name, function in found.items()},
        "added_p90_ms": {name: added_ms(found[name], off) for name in (ON, GONE, STUCK)},
        "worst_added_p90_ms": worst,
        "limit_ms": LIMIT_MS,
        "same_answers": same,
        "met": same and worst < LIMIT_MS,
    }


@contextlib.contextmanager
def _collector() -> Iterator[str]:
    """A collector that takes what comes; its address."""
    stop = threading.Event()
    with Daemon() as daemon:

        def drain() -> None:
            while not stop.wait(0.05):
                daemon.received()

        thread = threading.Thread(target=drain)
        thread.start()
        try:
            yield daemon.address
        finally:
            stop.set()
            thread.join()


def environment(table: str, model: str, collector: str, sampled: bool) -> dict[str, str]:
    """Of a function with active tracing whose request is sampled or not; its cache is off."""
    return {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIA1",
        "AWS_SECRET_ACCESS_KEY": "s3cret",
        "AWS_ENDPOINT_URL_DYNAMODB": table,
        "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": model,
        "TABLE_NAME": "lots",
        "ENDPOINT_NAME": "wine-model",
        "TIME_BUDGET_MS": "5000",
        "CACHE_TTL_S": "0",
        "CACHE_SIZE": "0",
        "LAMBDA_TASK_ROOT": "/var/task",
        "AWS_XRAY_DAEMON_ADDRESS": collector,
        "_X_AMZN_TRACE_ID": SAMPLED if sampled else UNSAMPLED,
    }


def main() -> int:
    """Measure; the figures are also kept in build/bench/tracing.json."""
    folder = Path("build/bench")
    folder.mkdir(parents=True, exist_ok=True)
    figures = run(Console())
    (folder / "tracing.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if figures["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
