"""A file of traces -> JSON values -> segment documents, whatever wrote the file.

Values stand one a line, printed over many lines, or one behind the other as `nc` and `socat` write datagrams;
in UTF-8 or, as PowerShell's `>` writes, UTF-16; gzipped or not. What cannot be read refuses the file, naming
the line; a lenient reader skips and counts it. Nothing is guessed or repaired.
"""

import gzip
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

from reports.traces.read.documents import Notes, NotTracesError, documents
from reports.traces.read.segments import SegmentError, TraceStore

STRIDE = 1 << 18  # bytes between two reports of progress
EXAMPLES = 5  # of skipped lines, to show
STDIN = "-"
GZIP = b"\x1f\x8b"
BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|["{}\[\]]')
DECODER = json.JSONDecoder()
Lines = Iterator[tuple[int, str]]


class FileError(ValueError):
    """A file of segments cannot be read; the message begins with `file:line:`."""


@dataclass(slots=True)
class FileReader:
    """Reads files into `store`. `lenient` skips what cannot be read: `skipped` counts it, `examples` show it.

    `notes` collect what the files say of their own completeness. `on_bytes` hears how many more bytes were
    read, for a progress bar.
    """

    store: TraceStore
    lenient: bool = False
    on_bytes: Callable[[int], None] = lambda _: None
    skipped: int = 0
    examples: list[str] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)

    def read(self, path: str) -> None:
        """Read one file, `-` for standard input. Raises `FileError`."""
        name = "standard input" if path == STDIN else path
        try:
            if path == STDIN:
                self._read(sys.stdin.buffer, name)
            else:
                with Path(path).open("rb") as stream:
                    self._read(stream, name)
        except (OSError, EOFError) as error:  # EOFError: a gzip file that was cut off
            reason = getattr(error, "strerror", None) or error
            raise FileError(f"{path}: cannot be read: {reason}") from None

    def _read(self, stream: IO[bytes], name: str) -> None:
        lines = self._lines(stream, name)
        for number, text in lines:
            self._values(number, text, lines, name)

    def _lines(self, stream: IO[bytes], name: str) -> Lines:
        """Number and text of each line that is not blank."""
        unreported = 0
        for number, line in enumerate(_utf8(stream, name), start=1):
            unreported += len(line)
            if unreported > STRIDE:
                self.on_bytes(unreported)
                unreported = 0
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip()
            except UnicodeDecodeError as error:
                self._refuse(f"{name}:{number}: not UTF-8: {error.reason} at byte {error.start}")
                continue
            if text:
                yield number, text

    def _values(self, number: int, text: str, lines: Lines, name: str) -> None:
        """Take the values of a line, the last of them with the lines that it goes on in."""
        at = len(text) - len(text.lstrip())
        while at < len(text):
            try:
                value, at = DECODER.raw_decode(text, at)
            except json.JSONDecodeError as error:
                depth = _depth(text[at:])
                if depth > 0:
                    self._long_value(number, text[at:], depth, lines, name)
                    return
                self._refuse(f"{name}:{number}: not JSON: {error.msg} at column {error.colno}")
                return
            except (ValueError, RecursionError) as error:
                self._refuse(f"{name}:{number}: cannot be read: {error}")
                return
            self._take(value, f"{name}:{number}")
            while at < len(text) and text[at] in " \t,":
                at += 1

    def _long_value(self, number: int, text: str, depth: int, lines: Lines, name: str) -> None:
        """Take a value that is printed over many lines; what stands behind its end is taken as well."""
        parts = [text]
        last = number
        for last, line in lines:
            parts.append("\n" * (last - number - len(parts)) + line)
            depth += _depth(line)
            if depth <= 0:
                break
        whole = "\n".join(parts)
        try:
            value, end = DECODER.raw_decode(whole, len(whole) - len(whole.lstrip()))
        except json.JSONDecodeError as error:
            if depth > 0:
                self._refuse(
                    f"{name}:{number}: not JSON: {error.msg}; the value that begins here does not end"
                )
            else:
                where = f"{name}:{number + error.lineno - 1}"
                self._refuse(f"{where}: not JSON: {error.msg} at column {error.colno}")
            for line in parts[1:]:  # of a cut value, what follows may be whole documents all the same
                if line.lstrip().startswith("{") and line.endswith("}") and _depth(line) == 0:
                    self._values(number, line, iter(()), name)
            return
        except (ValueError, RecursionError) as error:
            self._refuse(f"{name}:{number}: cannot be read: {error}")
            return
        self._take(value, f"{name}:{number}")
        rest = whole[end:].lstrip()
        if rest:
            self._values(last, rest, lines, name)

    def _take(self, value: Any, where: str) -> None:
        try:
            for place, document in documents(value, self.notes):
                self._add(document, f"{where}: {place}")
        except RecursionError:
            self._refuse(f"{where}: nested too deeply")

    def _add(self, document: Any, where: str) -> None:
        if isinstance(document, NotTracesError):
            self._refuse(f"{where}{document}")
            return
        try:
            self.store.add(document)
        except SegmentError as error:
            self._refuse(f"{where}{error}")

    def _refuse(self, message: str) -> None:
        if not self.lenient:
            raise FileError(message)
        self.skipped += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(message)


def _utf8(stream: IO[bytes], name: str) -> Iterable[bytes]:
    """The lines of a stream in UTF-8, unzipped and recoded if need be. Raises `FileError`."""
    head = stream.read(4)  # what tells an encoding
    first = head + stream.readline()
    if first.startswith(GZIP):
        return _utf8(cast("IO[bytes]", gzip.GzipFile(fileobj=io.BytesIO(first + stream.read()))), name)
    encoding = json.detect_encoding(head)
    if encoding.startswith("utf-8"):
        return chain(io.BytesIO(first), stream)
    try:
        return io.BytesIO((first + stream.read()).decode(encoding).encode("utf-8", "surrogatepass"))
    except UnicodeDecodeError as error:
        raise FileError(f"{name}: not {encoding.upper()}: {error.reason} at byte {error.start}") from None


def _depth(text: str) -> int:
    """How many brackets a text leaves open (or closes, below 0); 0 if it ends within a string."""
    depth = 0
    for piece in BRACKET.findall(text):
        if piece in "{[":
            depth += 1
        elif piece in "}]":
            depth -= 1
        elif piece == '"':
            return 0
    return depth
