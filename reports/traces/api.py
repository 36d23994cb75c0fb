"""The report and the comparison for other programs: segment documents in, results out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.traces.defaults import FALSE_POSITIVE_RATE, MIN_CHANGE_MS, SLOWEST
from reports.traces.measure.analysis import analyse
from reports.traces.measure.change import Comparison
from reports.traces.measure.comparison import compare_samples, sample
from reports.traces.measure.fold import fold
from reports.traces.read.segments import TraceStore
from reports.traces.result import TraceReport
from reports.traces.summary import Options, summarise

Documents = Iterable[Mapping[str, Any]]


def report(
    segments: Documents,
    *,
    region: str | None = None,
    entry: str | None = None,
    slowest: int = SLOWEST,
    traces: Sequence[str] = (),
) -> TraceReport:
    """Report on X-Ray segment documents, in any order, repeated or in progress.

    `region` adds console links; `entry` takes only the traces that begin at the segment of this name;
    `slowest` is how many traces to list; `traces` are ids to draw besides the p50, p90 and slowest one.
    Raises `SegmentError` for what is not a segment, `UnknownTraceError` for an id of `traces` that cannot
    be drawn.
    """
    options = Options(region=region, slowest=slowest, chosen=traces)
    analysis = analyse(TraceStore().add_all(segments), entry=entry)
    fold(analysis)
    return summarise(analysis, options)


def compare(
    before: Documents,
    after: Documents,
    *,
    false_positive_rate: float = FALSE_POSITIVE_RATE,
    min_change_ms: float = MIN_CHANGE_MS,
) -> Comparison:
    """What got slower from `before` to `after`. Raises `SegmentError` for what is not a segment.

    `false_positive_rate` bounds the chance that anything is claimed where nothing has changed.
    """
    old, new = (analyse(TraceStore().add_all(documents)) for documents in (before, after))
    fold(old, new)
    return compare_samples(
        sample(old), sample(new), false_positive_rate=false_positive_rate, min_change_ms=min_change_ms
    )
