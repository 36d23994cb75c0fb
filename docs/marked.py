"""Pages with sections that are generated between `<!-- name:begin -->` and `<!-- name:end -->`."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

Section = Callable[[], Iterator[str]]


def text(current: str, sections: Sequence[Section]) -> str:
    """The page with each section anew; a section's name is its function's."""
    for section in sections:
        name = section.__name__
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, rest = current.split(begin)
        current = "\n".join([before + begin, *section(), end + rest.split(end)[1]])
    return current


def main(page: Path, sections: Sequence[Section]) -> int:
    """Write, or check with `--check`; 1 when the page is stale."""
    current = page.read_text(encoding="utf-8")
    wanted = text(current, sections)
    if "--check" not in sys.argv[1:]:
        page.write_text(wanted, encoding="utf-8")
    elif current != wanted:
        sys.stderr.write(f"docs/{page.name} is stale; run `python docs/{page.stem}.py`\n")
        return 1
    return 0
