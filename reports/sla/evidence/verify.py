"""Whether the evidence is what was once kept: every link, every file, every head that was handed out."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from reports.sla.evidence.chain import (
    BEGINNING,
    FOLDER,
    File,
    Link,
    digest,
    file_digest,
    link_files,
    link_path,
    parse,
)
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.schema import TABLES

ONE_DAY = timedelta(days=1)
Stored = tuple[int, str]  # bytes, and their SHA-256


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What was found: `faults` say that the evidence is not what was kept, `never_kept` are days left out.

    `head` is the last link's hash; `head_confirmed` whether a head that was handed out is in the chain.
    """

    links: tuple[Link, ...]
    head: str
    head_confirmed: bool
    files: int
    faults: tuple[str, ...]
    never_kept: tuple[date, ...]


def verify(
    root: Path,
    *,
    heads: Sequence[str] = (),
    wanted: Callable[[Link, File], bool] | None = None,
    stored: Callable[[File], Stored | None] | None = None,
) -> Verified:
    """Check the whole chain and each file that is `wanted` (all of them unless said otherwise).

    `stored` says what is kept of a file, None of one that is missing; the file in `root` unless given.
    Raises `EvidenceError` if there is no chain, or no link of it can be read.
    """
    found: list[Link] = []
    faults: list[str] = []
    never: list[date] = []
    hashes: list[str] = []
    files = 0
    previous = BEGINNING
    for path in link_files(root):
        content = path.read_bytes()
        try:
            link = parse(content, str(path))
        except EvidenceError as error:
            faults.append(str(error))
            previous = digest(content)
            hashes.append(previous)
            continue
        faults += _place(root, path, link, previous, found[-1] if found else None)
        if found:
            never += _between(found[-1].day, link.day)
        for file in link.files:
            if wanted is None or wanted(link, file):
                files += 1
                faults += _content(file, stored(file) if stored else _in_folder(root, file))
        previous = digest(content)
        hashes.append(previous)
        found.append(link)
    if not found:
        raise EvidenceError("\n".join(faults))
    if wanted is None:
        faults += _strangers(root, {file.path for link in found for file in link.files})
    faults += [
        f"the head {head} was handed out, but no day of this chain has it: the chain was rewritten, or its "
        "last days were removed"
        for head in heads
        if head not in hashes
    ]
    return Verified(
        links=tuple(found),
        head=previous,
        head_confirmed=bool(heads) and all(head in hashes for head in heads),
        files=files,
        faults=tuple(faults),
        never_kept=tuple(never),
    )


def _place(root: Path, path: Path, link: Link, previous: str, before: Link | None) -> list[str]:
    faults = []
    if path != link_path(root, link.day):
        faults.append(f"{FOLDER}/{path.name} is the link of {link.day}: days were reordered or renamed")
    if before and link.day <= before.day:
        faults.append(f"{link.day} comes after {before.day} in the chain: days were reordered")
    if link.previous != previous:
        where = f"{before.day}, the day before it in the chain," if before else "the beginning"
        faults.append(
            f"{link.day} does not continue {where} but {link.previous[:12]}…: "
            "a day was changed, removed or reordered"
        )
    return faults


def _between(day: date, following: date) -> list[date]:
    return [day + ONE_DAY * number for number in range(1, (following - day).days)]


def _content(file: File, found: Stored | None) -> list[str]:
    if found is None:
        return [f"{file.path} is missing"]
    if found == (file.size, file.sha256):
        return []
    return [f"{file.path} is not what was kept: its content was changed"]


def _in_folder(root: Path, file: File) -> Stored | None:
    path = root / file.path
    try:
        size = path.stat().st_size
        return size, file_digest(path) if size == file.size else ""
    except FileNotFoundError:
        return None


def _strangers(root: Path, known: Collection[str]) -> list[str]:
    found = [
        path.relative_to(root).as_posix()
        for table in TABLES
        for path in (root / table.name).rglob("*")
        if path.is_file()
    ]
    return [
        f"{path} is in no link: it was added beside the chain" for path in sorted(set(found) - set(known))
    ]
