"""Writes the tables of docs/frontier.md and the answer in README.md: `python docs/frontier.py`, or `--check`.

`--from FILE` takes what `python -m rehearsal frontier --json` made, instead of sweeping for half a minute.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from rehearsal.frontier.answers import minutes, percent  # noqa: E402  # the line above makes it importable
from rehearsal.frontier.data import to_dict  # noqa: E402  # as above
from rehearsal.frontier.grid import grid_for  # noqa: E402  # as above
from rehearsal.frontier.sweep import sweep  # noqa: E402  # as above
from rehearsal.incident import durations  # noqa: E402  # as above
from rehearsal.sources import stack  # noqa: E402  # as above

PAGE, README = ROOT / "docs" / "frontier.md", ROOT / "README.md"
STACK = "prod"
COMMAND = "python docs/frontier.py"
DAY = 1440
NEVER = float("inf")
SAID = 0.01  # of the budget: what spends less and is not heard of leaves its cell empty

Point = Mapping[str, Any]


def answer(found: Mapping[str, Any]) -> str:
    """The sentences, a list."""
    return "\n".join(f"- {sentence}" for said in found["answers"] for sentence in said["sentences"])


def table(found: Mapping[str, Any]) -> str:
    """Size x duration, each at the traffic at which it is heard last."""
    lengths = sorted({point["minutes"] for point in found["points"]})
    lines = [
        f"| incident | {' | '.join(map(durations.text, lengths))} |",
        f"| --- |{' --- |' * len(lengths)}",
    ]
    for size, points in _by_size(found["points"]).items():
        cells = []
        for length in lengths:
            own = [point for point in points if point["minutes"] == length]
            cells.append(_heard(max(own, key=lambda point: _time(point["told_after_minutes"]))))
        lines.append(f"| {size} | {' | '.join(cells)} |")
    return "\n".join(lines)


def day(found: Mapping[str, Any]) -> str:
    """Size x traffic, for an incident of a day."""
    rates = sorted({point["requests_per_minute"] for point in found["points"]})
    lines = [
        f"| incident of a day | {' | '.join(f'{rate:,} a minute' for rate in rates)} |",
        f"| --- |{' --- |' * len(rates)}",
    ]
    for size, points in _by_size(found["points"]).items():
        own = {point["requests_per_minute"]: point for point in points if point["minutes"] == DAY}
        lines.append(f"| {size} | {' | '.join(_whole(own[rate]) for rate in rates)} |")
    return "\n".join(lines)


def _by_size(points: Sequence[Point]) -> dict[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for point in points:
        what = "failing" if point["kind"] == "failing" else f"in {point['latency_ms']:g} ms"
        found.setdefault(f"{100 * point['share']:g} % {what}", []).append(point)
    return found


def _time(told: float | None) -> float:
    return NEVER if told is None else told


def _heard(point: Point) -> str:
    if point["told_after_minutes"] is None:
        return f"({percent(point['budget_spent'])})" if point["budget_spent"] >= SAID else ""
    return minutes(point["told_after_minutes"]) + ("" if point["critical_after_minutes"] else " w")


def _whole(point: Point) -> str:
    if point["told_after_minutes"] is None:
        return "never"
    levels = [
        f"{level} {minutes(point[f'{level}_after_minutes'])}"
        for level in ("warn", "critical")
        if point[f"{level}_after_minutes"] is not None
    ]
    ok = point["ok_after_end_minutes"]
    over = "never OK again" if ok is None else f"OK after {minutes(ok)}"
    return f"{', '.join(levels)}; {percent(point['budget_spent_when_told'])}; {over}"


SECTIONS: dict[str, Callable[[Mapping[str, Any]], str]] = {"answer": answer, "map": table, "day": day}


def text(current: str, found: Mapping[str, Any], names: Sequence[str]) -> str:
    """The page with those sections anew."""
    for name in names:
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, rest = current.split(begin)
        current = f"{before}{begin}\n{SECTIONS[name](found)}\n{end}{rest.split(end)[1]}"
    return current


def main() -> int:
    """Write or check; 1 when a page is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 when a page is stale")
    parser.add_argument("--from", type=Path, metavar="FILE", dest="file", help="the frontier as JSON")
    given = parser.parse_args()
    if given.file:
        found = json.loads(given.file.read_text(encoding="utf-8"))
    else:
        alarms = stack.of_stack(STACK)
        found = to_dict(sweep(alarms, grid_for(alarms.slo)))
    stale = []
    for page, names in ((PAGE, [*SECTIONS]), (README, ["answer"])):
        current = page.read_text(encoding="utf-8")
        wanted = text(current, found, names)
        if not given.check:
            page.write_text(wanted, encoding="utf-8")
        elif current != wanted:
            stale.append(str(page.relative_to(ROOT)))
    if stale:
        sys.stderr.write(f"{', '.join(stale)}: stale; run `{COMMAND}`\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
