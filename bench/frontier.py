"""What the frontier of the production alarms costs: every point of the grid, in CPU seconds.

`python -m bench.frontier`, part of `make bench`. Exit code 1 if the target is missed.
"""

import json
import sys
import time
from pathlib import Path

from rich.console import Console

from rehearsal.frontier.grid import Grid, grid_for
from rehearsal.frontier.sweep import sweep
from rehearsal.sources import stack

TARGET_S = 60.0
STACK = "prod"


def measure(alarm_set: stack.AlarmSet, grid: Grid) -> tuple[int, float]:
    """How many points were evaluated, and the CPU seconds that took."""
    begin = time.process_time()
    found = sweep(alarm_set, grid)
    return len(found.points), time.process_time() - begin


def main() -> int:
    """Measure; the figures are also kept in build/bench/frontier.json."""
    alarm_set = stack.of_stack(STACK)
    points, seconds = measure(alarm_set, grid_for(alarm_set.slo))
    Console().print(
        f"Frontier: {points:,} points of {len(alarm_set.alarms)} alarms in {seconds:.1f} s of CPU "
        f"(target {TARGET_S:g} s)",
        highlight=False,
    )
    folder = Path("build/bench")
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"points": points, "cpu_seconds": seconds, "target_cpu_seconds": TARGET_S}
    (folder / "frontier.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if seconds <= TARGET_S else 1


if __name__ == "__main__":
    sys.exit(main())
