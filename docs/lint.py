"""Writes the rules of docs/lint.md: `python docs/lint.py`, or `--check` to only compare."""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs import marked  # noqa: E402  # the line above makes it importable
from rehearsal.lint import published, rules  # noqa: E402

PAGE = ROOT / "docs" / "lint.md"


def index() -> Iterator[str]:
    """Every rule in one line, by theme."""
    yield "| rule | severity | finds |"
    yield "| --- | --- | --- |"
    for theme, title in rules.THEMES.items():
        yield f"| **{title}** | | |"
        for rule in rules.every().values():
            if rule.theme == theme:
                yield f"| [{rule.id}](#{rule.id}) | {rule.severity} | {rule.meaning} |"


def pages() -> Iterator[str]:
    """Every rule's page."""
    for rule in rules.every().values():
        yield f"### {rule.id}\n\n{rule.severity}: {rule.meaning}\n\n{rule.page}\n"


def catalogue() -> Iterator[str]:
    """How much the catalogue knows."""
    names = sorted(published.namespaces())
    whole = [name for name in names if published.known(name)]
    yield f"{len(names)} namespaces, {len(whole)} of them with every metric:"
    yield ", ".join(f"`{name}`" for name in whole) + "."


SECTIONS = (index, catalogue, pages)

if __name__ == "__main__":
    sys.exit(marked.main(PAGE, SECTIONS))
