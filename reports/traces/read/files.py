"""A file of segments -> documents: JSON lines, daemon datagrams, or what `aws xray batch-get-traces` prints.

A line or document that cannot be read refuses the file, naming the line; a lenient reader skips and counts
it. Nothing is guessed or repaired.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from reports.traces.read.segments import SegmentError, TraceStore

STRIDE = 1 << 18  # bytes between two reports of progress
EXAMPLES = 5  # of skipped lines, to show
STDIN = "-"
OPENINGS = (b"{", b"[", b"[{")  # the first line of a document printed over many lines


class FileError(ValueError):
    """A file of segments cannot be read; the message begins with `file:line:`."""


@dataclass(slots=True)
class FileReader:
    """Reads files into `store`. `lenient` skips what cannot be read: `skipped` counts it, `examples` show it.

    `on_bytes` hears how many more bytes were read, for a progress bar.
    """

    store: TraceStore
    lenient: bool = False
    on_bytes: Callable[[int], None] = lambda _: None
    skipped: int = 0
    examples: list[str] = field(default_factory=list)

    def read(self, path: str) -> None:
        """Read one file, `-` for standard input. Raises `FileError`."""
        try:
            if path == STDIN:
                self._read(sys.stdin.buffer, "standard input")
            else:
                with Path(path).open("rb") as stream:
                    self._read(stream, path)
        except OSError as error:
            raise FileError(f"{path}: cannot be read: {error.strerror}") from None

    def _read(self, stream: IO[bytes], name: str) -> None:
        unreported = 0
        for number, line in enumerate(stream, start=1):
            text = line.strip()
            if number == 1 and text in OPENINGS:
                text = line + stream.read()
            if text:
                self._take(text, name, number - 1)
            unreported += len(line)
            if unreported > STRIDE:
                self.on_bytes(unreported)
                unreported = 0

    def _take(self, text: bytes, name: str, lines_before: int) -> None:
        """Take one JSON value, which begins after `lines_before` lines."""
        try:
            value = json.loads(text.decode())
        except json.JSONDecodeError as error:
            where = f"{name}:{lines_before + error.lineno}"
            self._refuse(f"{where}: not JSON: {error.msg} at column {error.colno}")
            return
        except UnicodeDecodeError as error:
            self._refuse(f"{name}:{lines_before + 1}: not UTF-8: {error.reason} at byte {error.start}")
            return
        for place, document in _documents(value):
            try:
                self.store.add(json.loads(document) if isinstance(document, str) else document)
            except (SegmentError, json.JSONDecodeError) as error:
                self._refuse(f"{name}:{lines_before + 1}: {place}{error}")

    def _refuse(self, message: str) -> None:
        if not self.lenient:
            raise FileError(message)
        self.skipped += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(message)


def _documents(value: Any) -> Iterator[tuple[str, Any]]:
    """The segment documents in a JSON value, each with words on where in it. Documents may be JSON texts."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield f"item {index}: ", item
    elif not isinstance(value, Mapping) or "trace_id" in value:
        yield "", value
    elif isinstance(value.get("Traces"), list):
        for trace in value["Traces"]:
            for segment in trace.get("Segments", ()):
                yield f"trace {trace.get('Id')}, segment {segment.get('Id')}: ", segment.get("Document")
    elif isinstance(value.get("TraceSegmentDocuments"), list):
        for index, item in enumerate(value["TraceSegmentDocuments"]):
            yield f"document {index}: ", item
    elif "format" not in value:  # the header line of a daemon datagram says nothing about a trace
        yield "", value
