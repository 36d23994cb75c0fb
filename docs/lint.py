"""Writes the rules of docs/lint.md: `python docs/lint.py`, or `--check` to only compare."""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from rehearsal.lint import published, rules  # noqa: E402  # the line above makes it importable

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


def text(current: str) -> str:
    """The page with its generated sections anew."""
    for section in (index, catalogue, pages):
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
        sys.stderr.write("docs/lint.md is stale; run `python docs/lint.py`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
