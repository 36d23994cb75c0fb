"""What linting costs: 1,000 alarms of every kind, and its growth.

`python -m bench lint`, part of `make bench`. CPU time of reading and judging one file of describe-alarms,
the best of three; the alarms are the production catalogue's, each under names and dimensions of its own. Exit
code 1 if the target is missed.
"""

import json
import sys
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from monitoring.spec import MetricAlarm
from rehearsal.lint import judge, reading
from rehearsal.sources import entries, files, stack

TARGET_S, ALARMS = 2.0, 1000
SIZES = (250, ALARMS, 4000)
REPEATS = 3


def described(count: int) -> str:
    """So many alarms as describe-alarms prints them, no two on one metric."""
    ours = [entries.of_alarm(a) for a in stack.of_stack("prod").alarms if isinstance(a, MetricAlarm)]
    made = []
    for number, entry in enumerate(islice(cycle(ours), count)):
        text = json.dumps(entry).replace('"Value": "', f'"Value": "n{number}-')
        made.append({**json.loads(text), "AlarmName": f"{entry['AlarmName']}-{number}"})
    return json.dumps({"MetricAlarms": made}, indent=1)


def seconds(text: str) -> float:
    """CPU seconds for reading and judging."""
    begin = time.process_time()
    judge.judge(reading.of_found(files.entries(text, "alarms.json"), "alarms.json", text))
    return time.process_time() - begin


def measure(sizes: Sequence[int] = SIZES, repeats: int = REPEATS) -> dict[int, float]:
    """CPU seconds by number of alarms; the rules and the catalogue are loaded before."""
    seconds(described(sizes[0]))
    return {size: min(seconds(text) for _ in range(repeats)) for size in sizes if (text := described(size))}


def main() -> int:
    """Measure; the figures are also kept in build/bench/lint.json."""
    found = measure()
    table = Table("alarms", "CPU seconds", "ms per alarm", title="Lint", title_justify="left")
    for size, taken in found.items():
        table.add_row(str(size), f"{taken:.2f}", f"{taken * 1000 / size:.2f}")
    console = Console()
    console.print(table)
    console.print(f"target {TARGET_S:g} s for {ALARMS} alarms: {found[ALARMS]:.2f} s", highlight=False)
    folder = Path("build/bench")
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"seconds": found, "target_seconds": TARGET_S, "met": found[ALARMS] <= TARGET_S}
    (folder / "lint.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if figures["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
