"""Writes the tables of docs/sla.md: `python docs/sla.py`, or `--check` to only compare."""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reports.sla.evidence.schema import TABLES  # noqa: E402  # the line above makes it importable
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


def text(current: str) -> str:
    """The page with its tables anew."""
    for section in (evidence, providers):
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
        sys.stderr.write("docs/sla.md is stale; run `python docs/sla.py`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
