"""Writes the tables of docs/fidelity.md: `python docs/fidelity.py`, or `--check` to only compare."""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from rehearsal.fidelity import published, tables  # noqa: E402  # the line above makes it importable

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


def text(current: str) -> str:
    """The page with its tables anew."""
    for section in (missing_data, changes, silences):
        name = section.__name__
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, rest = current.split(begin)
        current = "\n".join([before + begin, *section(), end + rest.split(end)[1]])
    return current


def main() -> int:
    """Write or check; 1 when the page is stale."""
    current = PAGE.read_text(encoding="utf-8")
    wanted = text(current)
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(wanted, encoding="utf-8")
    elif current != wanted:
        sys.stderr.write("docs/fidelity.md is stale; run `python docs/fidelity.py`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
