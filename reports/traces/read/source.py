"""`Arguments` -> analyses: reads the files or X-Ray, with a progress bar on the terminal."""

import contextlib
import functools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from reports.traces.arguments import Arguments
from reports.traces.measure.analysis import Analysis, analyse, analyse_trees
from reports.traces.measure.breakdown import has_all
from reports.traces.measure.fold import fold
from reports.traces.measure.trees import Tree
from reports.traces.read.documents import Notes
from reports.traces.read.files import STDIN, FileReader
from reports.traces.read.segments import SegmentError, TraceStore
from reports.traces.read.xray import XRayReader, client, filter_expression, some_of, windows
from reports.traces.values import Range

INDEXED = (
    "Transaction Search is on: X-Ray lists only the traces it has indexed (1 % by default), so these are a "
    "sample; see `aws xray get-indexing-rules`"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """What was read. `before` is set when two sets are compared; `notes` are for the reader of the report."""

    after: Analysis
    before: Analysis | None
    region: str | None
    notes: tuple[str, ...]


def load(arguments: Arguments, console: Console) -> Sources:
    """Read everything the arguments ask for. Raises `FileError` and `XRayError`.

    `console` shows the progress, and only if it is a terminal.
    """
    notes: list[str] = []
    region = arguments.region
    before: Analysis | None = None
    with _progress(console, files=bool(arguments.files)) as progress:
        if arguments.files:
            after = _files(arguments.files, arguments, progress, notes)
            if arguments.before_files:
                before = _files(arguments.before_files, arguments, progress, notes)
        else:
            xray = XRayReader(client(arguments.region, arguments.profile))
            region = xray.client.meta.region_name
            after = _xray(xray, arguments.range, arguments, progress, notes)
            if arguments.before_range:
                before = _xray(xray, arguments.before_range, arguments, progress, notes)
    if arguments.deployed_at:
        before, after = split(after, arguments.deployed_at.timestamp())
    fold(after, *([before] if before else []))
    return Sources(after=after, before=before, region=region, notes=tuple(notes))


def split(analysis: Analysis, at_s: float) -> tuple[Analysis, Analysis]:
    """The traces begun before an instant (epoch seconds), and from it on."""
    halves = []
    for later in (False, True):
        trees = [tree for tree in analysis.trees if (tree.top.start >= at_s) is later]
        others = analysis.others if later else []
        halves.append(analyse_trees([*trees, *others], segments=analysis.segments if later else 0))
    halves[1].skipped = analysis.skipped
    return halves[0], halves[1]


def _files(paths: Sequence[str], arguments: Arguments, progress: Progress, notes: list[str]) -> Analysis:
    store = TraceStore()
    size = sum(Path(path).stat().st_size for path in paths if path != STDIN and Path(path).is_file())
    task = progress.add_task("reading", total=size or None)
    reader = FileReader(store, lenient=arguments.lenient, on_bytes=lambda n: progress.advance(task, n))
    for path in paths:
        reader.read(path)
    notes += [*reader.notes.lines(), *(f"skipped: {example}" for example in reader.examples)]
    progress.update(task, description="measuring")
    return analyse(store, entry=arguments.entry, chosen=_chosen(arguments), skipped=reader.skipped)


def _xray(
    xray: XRayReader, span: Range, arguments: Arguments, progress: Progress, notes: list[str]
) -> Analysis:
    looking = progress.add_task("finding traces", total=sum(1 for _ in windows(span.start, span.end)))
    expression = filter_expression(arguments.group, arguments.filter)
    found = xray.trace_ids(span.start, span.end, expression, on_window=lambda _: progress.advance(looking))
    ids = some_of(found, arguments.max_traces)
    if len(ids) < len(found):
        notes.append(f"{len(ids):,} of {len(found):,} traces were fetched, an even sample; see --max-traces")
    store, skipped = TraceStore(), 0
    fetching = progress.add_task("fetching traces", total=len(ids))
    done = functools.partial(progress.advance, fetching)
    for document in xray.segments(ids, span.start, span.end, on_traces=done):
        try:
            store.add(json.loads(document))
        except (SegmentError, json.JSONDecodeError) as error:  # X-Ray has taken it: count it, and go on
            skipped += 1
            notes.append(f"skipped: {error}")
    if xray.in_logs:
        notes.append(INDEXED)
    notes += Notes(truncated=set(xray.truncated), unprocessed=set(xray.missing)).lines()
    return analyse(store, entry=arguments.entry, chosen=_chosen(arguments), skipped=skipped)


def _chosen(arguments: Arguments) -> Callable[[Tree], bool]:
    return functools.partial(has_all, wanted=arguments.where)


@contextlib.contextmanager
def _progress(console: Console, *, files: bool) -> Iterator[Progress]:
    amount = DownloadColumn() if files else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), amount, TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress
