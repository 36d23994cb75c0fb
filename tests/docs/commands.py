"""The commands of the pages, as they stand in their fenced `sh` and `console` blocks.

A comment `# needs AWS` (or `Docker and AWS`, ...) marks what cannot be run without it: behind a command that
one, on a line of its own all that follow in the block.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"^( *)```(?:sh|console)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"(?:^|\s+)#\s(.*)$")
NEEDS = re.compile(r"needs ([A-Z]\w+(?: and [A-Z]\w+)*)")
ENVIRONMENT = re.compile(r"^(?:[A-Z_]+=\S+ )+")
BLANK = re.compile(r"<[^<>|&]+>")  # what a reader fills in
BETWEEN = {"&&", "|", ";"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command line: its page's path in the repository, its line there, the block's first line, its text
    without comments and line breaks, and what it needs that a test has not, empty for nothing.
    """

    page: str
    line: int
    block: int
    text: str
    needs: str

    @property
    def place(self) -> str:
        """`docs/page.md:12: make local`."""
        return f"{self.page}:{self.line}: {self.text}"

    @property
    def plain(self) -> str:
        """The text without the environment before it."""
        return ENVIRONMENT.sub("", self.text)

    @property
    def calls(self) -> list[list[str]]:
        """The words of each program that it calls, what is redirected left out."""
        lexer = shlex.shlex(BLANK.sub("filled-in", self.plain), posix=True, punctuation_chars="&|;>")
        lexer.whitespace_split = True
        found: list[list[str]] = [[]]
        for word in lexer:
            if word in BETWEEN:
                found.append([])
            elif word == ">":
                next(lexer)
            else:
                found[-1].append(word)
        return found


def commands(path: Path) -> Iterator[Command]:
    """All of a page, in order. In a block with prompts (`$ `) only the lines behind them are commands."""
    text = path.read_text(encoding="utf-8")
    page = path.relative_to(ROOT).as_posix()
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(2)) + 1
        lines = block[2].splitlines()
        prompts = any(line.lstrip().startswith("$ ") for line in lines)
        needed, begun, at = "", "", first
        for number, raw in enumerate(lines, first):
            if prompts and not raw.lstrip().startswith("$ "):
                continue
            line = raw.strip().removeprefix("$ ")
            comment = COMMENT.search(line)
            said = NEEDS.search(comment[1]) if comment else None
            line = line[: comment.start()] if comment else line
            if said and not line:
                needed = said[1]
            at = at if begun else number
            begun += line.removesuffix("\\")
            if begun and not line.endswith("\\"):
                needs = said[1] if said else needed
                yield Command(page=page, line=at, block=first, text=begun, needs=needs)
                begun = ""


ALL = tuple(command for page in PAGES for command in commands(page))
