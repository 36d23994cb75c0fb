"""Reports, keeps or verifies, as the arguments say."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

import entry
from reports.sla.arguments import Arguments
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.keep import keep
from reports.sla.evidence.verify import verify
from reports.sla.figures.engine import Engine
from reports.sla.figures.reading import Place, read
from reports.sla.period import PeriodError
from reports.sla.show.fleet import schema
from reports.sla.show.terminal import show
from reports.sla.show.write import write

OK, NOT_KEPT, USAGE, CHANGED = 0, 1, 2, 3


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
        place.bring_chain()
        place.bring_all()
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
    with (
        _place(arguments) as place,
        Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress,
    ):
        task = progress.add_task("services", total=None)
        found = read(
            place,
            arguments.period,
            wanted=arguments.services,
            heads=arguments.heads,
            advance=lambda more: progress.advance(task, more),
        )
        if found.faults:
            raise EvidenceError(
                "the evidence is not what was kept, so no figure of it is reported:\n  "
                + "\n  ".join(found.faults)
                + "\nRestore these files from the store's versions."
            )
        progress.update(task, total=len(found.services))
        whole = write(found.reports, arguments.out)
    show(whole, arguments.out, Console())
    return NOT_KEPT if arguments.expect_kept and whole.verdict != "kept" else OK


@contextmanager
def _place(arguments: Arguments) -> Iterator[Place]:
    """Where the evidence is read: its folder, or one into which a bucket's objects are brought."""
    if not arguments.evidence.startswith("s3://"):
        yield Place(root=Path(arguments.evidence))
        return
    opened = entry.load("reports.sla.collect.bucket:opened")  # imported when asked for, as is `collect`
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        root, bucket = Path(folder), opened(arguments.evidence, arguments.profile)
        if arguments.athena is None:
            yield bucket.place(root)
            return
        other = entry.load("reports.sla.collect.athena:opened")(
            arguments.athena, arguments.profile, stack.enter_context(Engine(root))
        )
        yield bucket.place(root, other)


def _say(console: Console, text: str) -> None:
    console.print(text, style="bold red", markup=False, highlight=False, soft_wrap=True)
