"""Reports, keeps or verifies, as the arguments say."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

import entry
from reports.sla.arguments import Arguments
from reports.sla.evidence.chain import FOLDER, File, Link
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.keep import keep
from reports.sla.evidence.verify import Verified, verify
from reports.sla.figures.engine import needed
from reports.sla.figures.measure import measure, services
from reports.sla.period import PeriodError
from reports.sla.show.fleet import schema
from reports.sla.show.terminal import show
from reports.sla.show.write import write

OK, NOT_KEPT, USAGE, CHANGED = 0, 1, 2, 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A folder with evidence. `bring` fills it with the files that are wanted by their path."""

    root: Path
    bring: Callable[[Callable[[str], bool]], None]


def run(arguments: Arguments) -> int:
    """Run the command; returns its exit code."""
    errors = Console(stderr=True)
    try:
        if arguments.schema:
            sys.stdout.write(f"{json.dumps(schema(), indent=1)}\n")
            return OK
        if arguments.keep:
            return _keep(arguments.keep, Path(arguments.evidence))
        if arguments.verify:
            return _verify(arguments)
        return _report(arguments, errors)
    except (EvidenceError, PeriodError, OSError) as error:
        _say(errors, f"error: {error}")
        return USAGE


def _keep(source: Path, root: Path) -> int:
    for day, head in keep(source, root, kept_at=datetime.now(UTC)).items():
        sys.stdout.write(f"{day} {head}\n")
    return OK


def _verify(arguments: Arguments) -> int:
    with _place(arguments) as place:
        place.bring(lambda _: True)
        found = verify(place.root, heads=arguments.heads)
    first, last = found.links[0].day, found.links[-1].day
    lines = [f"CHANGED  {fault}" for fault in found.faults]
    lines += [f"{day} was never kept" for day in found.never_kept]
    if not found.faults:
        lines.append(f"{found.files} files of {len(found.links)} days, {first} to {last}, are what was kept.")
        if not found.head_confirmed:
            lines.append(
                "No head that was handed out was given (--head, --heads): a chain rewritten as a whole would "
                "pass."
            )
    lines.append(f"head {found.head}")
    sys.stdout.write("\n".join(lines) + "\n")
    return CHANGED if found.faults else OK


def _report(arguments: Arguments, errors: Console) -> int:
    period = arguments.period
    with _place(arguments) as place:
        place.bring(lambda name: name.startswith(f"{FOLDER}/"))
        chain = verify(place.root, heads=arguments.heads, wanted=lambda *_: False)
        _refuse(chain)
        there = services(chain.links, period)
        chosen = arguments.services or there
        if unknown := sorted(set(chosen) - set(there)):
            told = f"of {', '.join(there)} there is"
            raise EvidenceError(f"there is no evidence of {unknown[0]} in {period.title}; {told}")
        wanted = frozenset(chosen)

        def plays_a_part(link: Link, file: File) -> bool:
            return needed(file, link.day, wanted, period)

        paths = {file.path for link in chain.links for file in link.files if plays_a_part(link, file)}
        place.bring(paths.__contains__)
        found = verify(place.root, heads=arguments.heads, wanted=plays_a_part)
        _refuse(found)
        with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
            task = progress.add_task("services", total=len(chosen))
            reports = measure(place.root, found, period, chosen, lambda more: progress.advance(task, more))
            whole = write(reports, arguments.out)
    show(whole, arguments.out, Console())
    return NOT_KEPT if arguments.expect_kept and whole.verdict != "kept" else OK


@contextmanager
def _place(arguments: Arguments) -> Iterator[Place]:
    """Where the evidence is read: its folder, or one into which a bucket's objects are brought."""
    if not arguments.evidence.startswith("s3://"):
        yield Place(root=Path(arguments.evidence), bring=lambda _: None)
        return
    opened = entry.load("reports.sla.collect.bucket:opened")  # imported when asked for, as is `collect`
    with tempfile.TemporaryDirectory() as folder:
        bucket = opened(arguments.evidence, arguments.profile)
        yield Place(root=Path(folder), bring=lambda wanted: bucket.bring(Path(folder), wanted))


def _refuse(found: Verified) -> None:
    if found.faults:
        raise EvidenceError(
            "the evidence is not what was kept, so no figure of it is reported:\n  "
            + "\n  ".join(found.faults)
            + "\nRestore these files from the store's versions."
        )


def _say(console: Console, text: str) -> None:
    console.print(text, style="bold red", markup=False, highlight=False, soft_wrap=True)
