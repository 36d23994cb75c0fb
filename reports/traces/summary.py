"""Analysis -> `TraceReport`: every table of the report, put together. Reads nothing and prints nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.traces.defaults import SLOWEST
from reports.traces.measure.advice import advise
from reports.traces.measure.analysis import Analysis, HopSamples, distribution, latency
from reports.traces.measure.breakdown import exceptions, histogram, slices
from reports.traces.measure.change import Comparison
from reports.traces.measure.link import INITIALIZATION
from reports.traces.measure.path import critical_path
from reports.traces.measure.patterns import find_patterns
from reports.traces.measure.service_map import service_map
from reports.traces.measure.stats import percentile_index
from reports.traces.measure.trees import CIRCLE, NO_ROOT, OPEN, ROOTS, Tree
from reports.traces.pictures import Waterfall
from reports.traces.read.segments import Hop
from reports.traces.result import (
    Breakdown,
    ColdStarts,
    HopStats,
    IncompleteTrace,
    TraceCounts,
    TraceLine,
    TraceReport,
)
from reports.traces.show.waterfall import console_url, instant, path_steps, waterfall

MAX_INCOMPLETE = 50  # listed; all are counted


class UnknownTraceError(LookupError):
    """A trace was asked for that is not in the data, or has no finished root to draw from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What to show. `region` makes the console links, None leaves them out; `chosen` are traces to draw,
    `by` is an annotation to group by."""

    region: str | None = None
    slowest: int = SLOWEST
    chosen: Sequence[str] = ()
    by: str | None = None


def summarise(analysis: Analysis, options: Options, comparison: Comparison | None = None) -> TraceReport:
    """The report of one analysis. Raises `UnknownTraceError` for a chosen trace that cannot be drawn."""
    trees = analysis.trees
    band = trees[analysis.band()] if trees else []
    hops = _hops(analysis, len(band))
    cold_starts = _cold_starts(analysis)
    p90_root = trees[percentile_index(len(trees), 0.9)].top if trees else None
    starts = [tree.top.start for tree in trees]
    stops = [tree.top.end for tree in trees]
    return TraceReport(
        start=instant(min(starts)) if starts else None,
        end=instant(max(stops)) if stops else None,
        entries=dict(Counter(tree.top.hop.name for tree in trees).most_common()),
        counts=_counts(analysis),
        total=latency(analysis.totals_ms),
        hops=hops,
        critical_path=path_steps(p90_root, critical_path(p90_root)) if p90_root else (),
        cold_starts=cold_starts,
        slowest=tuple(_line(tree, options.region) for tree in trees[::-1][: options.slowest]),
        incomplete=_incomplete(analysis, options.region),
        waterfalls=_waterfalls(analysis, options),
        service_map=service_map(trees, band),
        advice=advise(analysis, hops, cold_starts, find_patterns(trees)),
        comparison=comparison,
        histogram=histogram(analysis.totals_ms),
        exceptions=exceptions(analysis),
        by=Breakdown(key=options.by, slices=slices(analysis, options.by)) if options.by else None,
    )


def _hops(analysis: Analysis, band_size: int) -> tuple[HopStats, ...]:
    band_ms = float(analysis.totals_ms[analysis.band()].sum()) if band_size else 0.0
    found = [
        _hop(hop, samples, analysis.band_ms(hop), band_size, band_ms)
        for hop, samples in analysis.hops.items()
    ]
    return tuple(sorted(found, key=lambda hop: (-hop.share, -hop.latency.mean_ms, hop.label)))


def _hop(hop: Hop, samples: HopSamples, path_ms: float, band_size: int, band_ms: float) -> HopStats:
    return HopStats(
        kind=hop.kind,
        name=hop.name,
        detail=hop.detail,
        label=hop.label,
        latency=distribution(np.frombuffer(samples.durations_ms, dtype=np.float64)),
        traces=len(set(samples.call_trace)),
        path_ms=path_ms / band_size if band_size else 0.0,
        share=path_ms / band_ms if band_ms else 0.0,
        errors=samples.errors,
        faults=samples.faults,
        throttles=samples.throttles,
        failed=samples.failed,
        retries=samples.retries,
    )


def _counts(analysis: Analysis) -> TraceCounts:
    every = [*analysis.trees, *analysis.others]
    shifts = [abs(shift) * 1000 for tree in analysis.trees for shift in tree.shifted_s]
    unmeasured = {NO_ROOT, ROOTS, OPEN, CIRCLE}
    return TraceCounts(
        total=len(every),
        analysed=len(analysis.trees),
        complete=sum(not tree.defects for tree in every),
        orphaned=sum(bool(tree.orphans) for tree in every),
        open=sum(OPEN in tree.defects for tree in every),
        unfinished=sum(bool(tree.unfinished) for tree in every if not unmeasured & set(tree.defects)),
        headless=sum(tree.headless for tree in analysis.trees),
        cold=sum(tree.cold for tree in analysis.trees),
        failed=sum(bool(tree.top.failed) for tree in analysis.trees),
        segments=analysis.segments,
        shifted=len(shifts),
        max_shift_ms=max(shifts, default=0.0),
        skipped=analysis.skipped,
    )


def _cold_starts(analysis: Analysis) -> ColdStarts:
    cold = np.array([tree.cold for tree in analysis.trees], dtype=np.bool_)
    phases = [
        np.frombuffer(samples.durations_ms, dtype=np.float64)
        for hop, samples in analysis.hops.items()
        if hop.kind == "local" and hop.name in INITIALIZATION
    ]
    return ColdStarts(
        share=float(cold.mean()) if len(cold) else 0.0,
        warm=latency(analysis.totals_ms[~cold]),
        cold=latency(analysis.totals_ms[cold]),
        initialization=latency(np.concatenate(phases)) if phases else None,
    )


def _line(tree: Tree, region: str | None) -> TraceLine:
    root = tree.top
    held_s = {root.hop: 0.0}
    for piece in critical_path(root):
        held_s[piece.span.hop] = held_s.get(piece.span.hop, 0.0) + piece.end - piece.start
    longest = max(held_s, key=lambda hop: held_s[hop])
    return TraceLine(
        trace_id=tree.trace_id,
        url=console_url(tree.trace_id, region),
        start=instant(root.start),
        total_ms=tree.total_s * 1000,
        cold=tree.cold,
        failed=bool(root.failed),
        held_by=longest.label,
        held_ms=held_s[longest] * 1000,
    )


def _incomplete(analysis: Analysis, region: str | None) -> tuple[IncompleteTrace, ...]:
    defective = [tree for tree in (*analysis.others, *analysis.trees) if tree.defects]
    return tuple(
        IncompleteTrace(
            trace_id=tree.trace_id,
            url=console_url(tree.trace_id, region),
            analysed=tree.analysed,
            defects=tuple(tree.defects),
            spans=tuple(span.hop.label for span in (*tree.orphans, *tree.unfinished)),
        )
        for tree in defective[:MAX_INCOMPLETE]
    )


def _waterfalls(analysis: Analysis, options: Options) -> tuple[Waterfall, ...]:
    trees = analysis.trees
    titles: dict[str, list[str]] = {}
    by_id = {tree.trace_id: tree for tree in (*trees, *analysis.others)}
    for trace_id in options.chosen:
        tree = by_id.get(trace_id)
        if tree is None or tree.root is None:
            reason = ", ".join(tree.defects) if tree else "it is not in the data"
            raise UnknownTraceError(f"trace {trace_id} cannot be drawn: {reason}")
        titles.setdefault(trace_id, []).append("chosen")
    if trees:
        for title, share in (("p50", 0.5), ("p90", 0.9), ("slowest", 1.0)):
            chosen = trees[percentile_index(len(trees), share)]
            titles.setdefault(chosen.trace_id, []).append(title)
    return tuple(waterfall(by_id[trace_id], tuple(why), options.region) for trace_id, why in titles.items())
