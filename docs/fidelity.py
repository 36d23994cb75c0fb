"""Writes the tables of docs/fidelity.md: `python docs/fidelity.py`, or `--check` to only compare."""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs import marked  # noqa: E402  # the line above makes it importable
from rehearsal.fidelity import published, tables  # noqa: E402

PAGE = ROOT / "docs" / "fidelity.md"


def missing_data() -> Iterator[str]:
    """Each of AWS's tables, and in how many of its states the evaluation agrees."""
    yield "| AWS's table | source | states | as published |"
    yield "| --- | --- | ---: | ---: |"
    for table in tables.TABLES:
        rows = [row for row in tables.rows() if row.table is table]
        agree = sum(published.table_state(row) == row.expected for row in rows)
        yield f"| {table.title} | [page]({table.source}) | {len(rows)} | {agree} |"


def changes() -> Iterator[str]:
    """Each recorded change of state."""
    yield "| when (UTC) | alarm | datapoints, oldest first | CloudWatch | here | recorded in |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for verdict in published.recorded():
        change = verdict.transition
        points = " ".join("-" if point.value is None else f"{point.value:g}" for point in change.points)
        source = change.source or ""
        shown = f"<{source}>" if source.startswith("http") else source
        yield (
            f"| {change.at:%Y-%m-%d %H:%M} | {change.alarm} | {points} | {change.old} to {change.new} | "
            f"{verdict.ours or verdict.why} | {shown} |"
        )


def silences() -> Iterator[str]:
    """Each recorded time from a last datapoint to the change."""
    yield "| alarm | periods | last datapoint | CloudWatch changed | here | recorded in |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for time in published.silences():
        alarm = time.alarm
        yield (
            f"| {alarm.name}, `{alarm.missing_data}` | {alarm.evaluation_periods} of {alarm.period_s} s | "
            f"{time.last:%H:%M:%S} | {time.changed:%H:%M:%S} to {time.to} | "
            f"{published.changes_at(time):%H:%M} | {time.source} |"
        )


SECTIONS = (missing_data, changes, silences)

if __name__ == "__main__":
    sys.exit(marked.main(PAGE, SECTIONS))
