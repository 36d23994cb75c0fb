"""What a rehearsal costs: 30 days of minutes x 60 alarms, its growth, and the ratio to the plain evaluator.

`python -m bench.rehearsal`, part of `make bench`. The alarms are the first 60 of the production catalogue;
the metrics are the simulated service's, late as AWS's are, made before the clock starts. The plain evaluator
is timed on less and scaled up, since it is as slow as it is plain. Exit code 1 if the target is missed.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from monitoring.spec import MetricAlarm
from rehearsal.cloudwatch import plain
from rehearsal.cloudwatch.evaluate import timeline
from rehearsal.cloudwatch.series import Series
from rehearsal.incident import durations
from rehearsal.incident.metrics import incident
from rehearsal.incident.scenario import Scenario, load
from rehearsal.sources import stack

TARGET_S, DAYS, ALARMS = 1.0, 30, 60
PLAIN_HOURS = 6
REPEATS = 3
SCENARIO = """
name: Thirty days with an incident
why: It measures, it expects nothing.
history: 0m
duration: {duration}
faults:
  - {{fault: errors, at: 1h, for: 2h, share: 0.02}}
expect: {{}}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Seconds for so many days of so many alarms."""

    days: float
    alarms: int
    seconds: float


def scenario(minutes: int, folder: Path) -> Scenario:
    """The scenario of that length, written to `folder` and read like any other."""
    path = folder / f"{minutes}-minutes.yaml"
    path.write_text(SCENARIO.format(duration=durations.text(minutes)), encoding="utf-8")
    return load(path)


def measure(days: int, alarms: Sequence[MetricAlarm], alarm_set: stack.AlarmSet, folder: Path) -> Timing:
    """The fast evaluator, best of `REPEATS`, each over a series that remembers nothing from before."""
    made = _series(days * 1440, alarm_set, folder)
    fresh = [Series(made.start, made.minutes, made.metrics) for _ in range(REPEATS)]
    seconds = min(_seconds(partial(timeline, alarms, series)) for series in fresh)
    return Timing(days=days, alarms=len(alarms), seconds=seconds)


def plain_seconds(alarms: Sequence[MetricAlarm], alarm_set: stack.AlarmSet, folder: Path) -> float:
    """The plain evaluator's seconds for `DAYS` days, from `PLAIN_HOURS` hours of them."""
    series = _series(PLAIN_HOURS * 60, alarm_set, folder)
    seconds = _seconds(lambda: [plain.states(alarm, series) for alarm in alarms])
    return seconds * DAYS * 24 / PLAIN_HOURS


def run(folder: Path, console: Console) -> dict[str, object]:
    """Every figure, printed and returned."""
    alarm_set = stack.of_stack("prod")
    alarms = [a for a in alarm_set.alarms if isinstance(a, MetricAlarm)][:ALARMS]
    by_days = [measure(days, alarms, alarm_set, folder) for days in (7, 15, DAYS)]
    by_alarms = [measure(DAYS, alarms[:count], alarm_set, folder) for count in (15, 30)]
    whole = by_days[-1]
    slow = plain_seconds(alarms, alarm_set, folder)
    table = Table(
        "days", "alarms", "seconds", "ms per alarm and day", title="Rehearsal", title_justify="left"
    )
    for timing in (*by_alarms, *by_days):
        each = timing.seconds * 1000 / timing.days / timing.alarms
        table.add_row(f"{timing.days:g}", str(timing.alarms), f"{timing.seconds:.2f}", f"{each:.2f}")
    console.print(table)
    console.print(
        f"target {TARGET_S:g} s for {DAYS} days x {ALARMS} alarms: {whole.seconds:.2f} s; "
        f"the plain evaluator would take {slow:.0f} s, {slow / whole.seconds:.0f} times as long",
        highlight=False,
    )
    return {
        "seconds": whole.seconds,
        "target_seconds": TARGET_S,
        "plain_seconds": slow,
        "ratio": slow / whole.seconds,
        "met": whole.seconds <= TARGET_S,
        "timings": [[t.days, t.alarms, t.seconds] for t in (*by_alarms, *by_days)],
    }


def _series(minutes: int, alarm_set: stack.AlarmSet, folder: Path) -> Series:
    return incident(scenario(minutes, folder), alarm_set).series


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> int:
    """Measure; the figures are also kept in build/bench/rehearsal.json."""
    folder = Path("build/bench")
    folder.mkdir(parents=True, exist_ok=True)
    figures = run(folder, Console())
    (folder / "rehearsal.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if figures["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
