"""Writes the tables of docs/sla.md: `python docs/sla.py`, or `--check` to only compare."""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs import marked  # noqa: E402  # the line above makes it importable
from reports.sla.evidence.schema import TABLES  # noqa: E402
from reports.sla.figures.providers import PROVIDERS  # noqa: E402

PAGE = ROOT / "docs" / "sla.md"


def evidence() -> Iterator[str]:
    """Each table with its columns."""
    for table in TABLES:
        yield ""
        yield f"**`{table.name}`**: {table.meaning}"
        yield ""
        yield "| column | type | |"
        yield "| --- | --- | --- |"
        for column in table.columns:
            never = "; never null" if column.required else ""
            yield f"| `{column.name}` | {column.type} | {column.meaning}{never} |"
    yield ""


def providers() -> Iterator[str]:
    """What AWS promises."""
    yield "| service | promised | counts as an error | here, at most | page | read |"
    yield "| --- | ---: | --- | --- | --- | --- |"
    for one in PROVIDERS:
        cells = (one.name, f"{one.promised_pct:g} %", one.errors_are, one.bound, f"<{one.page}>", one.read)
        yield f"| {' | '.join(cells)} |"


SECTIONS = (evidence, providers)

if __name__ == "__main__":
    sys.exit(marked.main(PAGE, SECTIONS))
