"""The chain: one link a day, which names the files of the day by their hashes and the link before by its own.

A link is `chain/<day>.json`, canonical JSON; its hash is the SHA-256 of these bytes, and the hash of the last
link, the head, stands for all evidence up to its day. Who changes, removes or reorders a day breaks the next
link; who rewrites the whole chain gets another head, which is why heads are handed out (`heads`).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.promise import NAME, Promise, check_name
from reports.sla.evidence.schema import BY_NAME

FOLDER = "chain"
FORMAT = 1
BEGINNING = "0" * 64  # what the first link names as the one before
HASH = re.compile(r"[0-9a-f]{64}")
DATA = "data.parquet"
PATH = re.compile(rf"(?P<table>\w+)/service={NAME.pattern}/day=(?P<day>[\d-]+)/{re.escape(DATA)}")


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file of evidence: `path` below the evidence's folder, with forward slashes."""

    path: str
    sha256: str
    size: int
    rows: int

    @property
    def table(self) -> str:
        """The table it belongs to."""
        return self.path.split("/", 1)[0]

    @property
    def service(self) -> str:
        """The service it is about."""
        return self.path.split("/")[1].removeprefix("service=")


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One day, or `covers` of it: from, and until. `kept_at` is when `writer` wrote it, ISO 8601."""

    day: date
    previous: str
    kept_at: str
    writer: str
    covers: tuple[datetime, datetime]
    promises: Mapping[str, Promise]
    files: tuple[File, ...]

    def to_bytes(self) -> bytes:
        """Canonical JSON: the same link is the same bytes."""
        content = {
            "format": FORMAT,
            "day": self.day.isoformat(),
            "previous": self.previous,
            "kept_at": self.kept_at,
            "writer": self.writer,
            "covers": [moment.isoformat() for moment in self.covers],
            "promises": {name: promise.to_json() for name, promise in self.promises.items()},
            "files": [
                {"path": file.path, "sha256": file.sha256, "size": file.size, "rows": file.rows}
                for file in sorted(self.files, key=lambda file: file.path)
            ],
        }
        return (json.dumps(content, sort_keys=True, indent=1) + "\n").encode()


def digest(content: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, read piece by piece."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def parse(content: bytes, name: str) -> Link:
    """A link's bytes; `name` is for messages. Raises `EvidenceError`."""
    try:
        found: dict[str, Any] = json.loads(content)
        if found["format"] != FORMAT:
            problem = f"has format {found['format']!r}; this version reads format {FORMAT}"
            raise EvidenceError(f"{name} {problem}")  # noqa: TRY301  # beside the others
        return Link(
            day=date.fromisoformat(found["day"]),
            previous=str(found["previous"]),
            kept_at=str(found["kept_at"]),
            writer=str(found["writer"]),
            covers=_covers(found),
            promises={
                check_name(name): Promise.read(name, given) for name, given in found["promises"].items()
            },
            files=tuple(_file(entry, found["day"]) for entry in found["files"]),
        )
    except EvidenceError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EvidenceError(
            f"{name} is no link of a chain of evidence: {error!r}; restore it from the store's versions"
        ) from None


def whole(day: date) -> tuple[datetime, datetime]:
    """All of a day."""
    midnight = datetime.combine(day, time())
    return midnight, midnight + timedelta(days=1)


def _covers(found: Mapping[str, Any]) -> tuple[datetime, datetime]:
    begins, ends = (datetime.fromisoformat(str(moment)) for moment in found["covers"])
    first, last = whole(date.fromisoformat(found["day"]))
    if not first <= begins <= ends <= last:
        raise ValueError("it covers more than its day")
    return begins, ends


def _file(entry: Mapping[str, Any], day: str) -> File:
    path = str(entry["path"])
    parts = PATH.fullmatch(path)
    if not parts or parts["table"] not in BY_NAME or parts["day"] != day:
        raise ValueError(f"it names {path!r}, which is no place of its day's evidence")
    return File(path=path, sha256=str(entry["sha256"]), size=int(entry["size"]), rows=int(entry["rows"]))


def file_path(table: str, service: str, day: date) -> str:
    """Where a table's rows of a service and day are, below the evidence's folder."""
    return f"{table}/service={service}/day={day}/{DATA}"


def link_path(root: Path, day: date) -> Path:
    """Where a day's link is."""
    return root / FOLDER / f"{day}.json"


def link_files(root: Path) -> list[Path]:
    """The links in the order of their days. Raises `EvidenceError` if there is none."""
    found = sorted((root / FOLDER).glob("*.json"))
    if not found:
        raise EvidenceError(
            f"there is no evidence in {root}: no {FOLDER}/<day>.json; name another --evidence"
        )
    return found


def links(root: Path) -> list[Link]:
    """Every link, in order, unchecked (see `verify`). Raises `EvidenceError`."""
    return [parse(path.read_bytes(), str(path)) for path in link_files(root)]


def heads(lines: Iterable[str]) -> tuple[str, ...]:
    """The hashes in what was handed out: the last word of each line; empty lines are none.

    Raises `EvidenceError` for a line that ends in none.
    """
    found = []
    for number, line in enumerate(lines, 1):
        words = line.split()
        if words:
            if not HASH.fullmatch(words[-1].lower()):
                raise EvidenceError(
                    f"line {number}: {words[-1]!r} is no head; a head has 64 hexadecimal digits"
                )
            found.append(words[-1].lower())
    return tuple(found)
