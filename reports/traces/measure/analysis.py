"""Trees of many traces -> samples per hop: the raw numbers every part of the report is computed from.

It measures and does not judge. Traces without a finished root, or with orphaned parts, are kept apart: their
times would blame the wrong hop.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from reports.traces.distribution import Latency
from reports.traces.measure.path import critical_path
from reports.traces.measure.stats import Floats, percentile, percentile_index
from reports.traces.measure.trees import Tree, build
from reports.traces.read.segments import ERROR, FAULT, THROTTLE, Hop, TraceStore

BAND = (0.85, 0.95)  # the requests "around the p90": by rank, so that they are a tenth of all


@dataclass(slots=True)
class HopSamples:
    """All calls of one hop. `path_trace` and `path_ms` run in parallel: trace index, time held up in it."""

    durations_ms: "array[float]" = field(default_factory=lambda: array("d"))
    call_trace: "array[int]" = field(default_factory=lambda: array("l"))
    path_trace: "array[int]" = field(default_factory=lambda: array("l"))
    path_ms: "array[float]" = field(default_factory=lambda: array("d"))
    errors: int = 0
    faults: int = 0
    throttles: int = 0
    failed: int = 0
    retries: int = 0


@dataclass(slots=True)
class Analysis:
    """The analysed traces, in order of their totals, and the samples of every hop.

    `totals_ms` runs in parallel to `trees`; a trace's index in them is its index in the samples. `others` are
    the traces left out, `segments` the documents read, `skipped` those that were not readable.
    """

    trees: list[Tree]
    others: list[Tree]
    totals_ms: Floats
    hops: dict[Hop, HopSamples]
    segments: int = 0
    skipped: int = 0

    def per_request_ms(self, hop: Hop) -> Floats:
        """For each trace the milliseconds `hop` held it up; 0 where it did not."""
        samples = self.hops.get(hop)
        if samples is None:
            return np.zeros(len(self.trees))
        sums = np.bincount(
            np.frombuffer(samples.path_trace, dtype=np.dtype("l")),
            weights=np.frombuffer(samples.path_ms, dtype=np.float64),
            minlength=len(self.trees),
        )
        return sums.astype(np.float64, copy=False)

    def band_ms(self, hop: Hop) -> float:
        """The milliseconds that `hop` held up the traces around the p90, all together."""
        samples, band = self.hops[hop], self.band()
        index = np.frombuffer(samples.path_trace, dtype=np.dtype("l"))
        inside = (index >= band.start) & (index < band.stop)
        return float(np.frombuffer(samples.path_ms, dtype=np.float64)[inside].sum())

    def band(self) -> slice:
        """The traces around the p90 of the total: ranks 0.85 to 0.95."""
        low, high = (percentile_index(len(self.trees), share) for share in BAND)
        return slice(low, high + 1)


def analyse(
    store: TraceStore,
    *,
    entry: str | None = None,
    chosen: Callable[[Tree], bool] = lambda _: True,
    skipped: int = 0,
) -> Analysis:
    """Build and measure every trace of `store`, which is used up: its spans are corrected in place.

    `entry` leaves out the traces whose root has another name, `chosen` those it says no to.
    """
    trees = (build(trace_id, spans) for trace_id, spans in store.traces.items())
    wanted = (tree for tree in trees if entry is None or tree.root is None or tree.root.hop.name == entry)
    return analyse_trees(filter(chosen, wanted), segments=store.documents, skipped=skipped)


def analyse_trees(trees: Iterable[Tree], *, segments: int, skipped: int = 0) -> Analysis:
    """Measure traces that are built already."""
    analysed: list[Tree] = []
    others: list[Tree] = []
    for tree in trees:
        (analysed if tree.analysed else others).append(tree)
    analysed.sort(key=lambda tree: (tree.total_s, tree.trace_id))
    totals = np.array([tree.total_s * 1000 for tree in analysed], dtype=np.float64)
    return Analysis(analysed, others, totals, measure(analysed), segments, skipped)


def measure(trees: Sequence[Tree]) -> dict[Hop, HopSamples]:
    """The samples of every hop of traces in order of their totals."""
    hops: dict[Hop, HopSamples] = {}
    for index, tree in enumerate(trees):
        _measure(tree, index, hops)
    return hops


def latency(values_ms: Floats) -> Latency | None:
    """The distribution of durations in any order; None for none."""
    return distribution(values_ms) if len(values_ms) else None


def distribution(values_ms: Floats) -> Latency:
    """The distribution of one duration or more, in any order."""
    ordered = np.sort(values_ms)
    return Latency(
        count=len(ordered),
        mean_ms=float(ordered.mean()),
        p50_ms=percentile(ordered, 0.5),
        p90_ms=percentile(ordered, 0.9),
        p99_ms=percentile(ordered, 0.99),
        max_ms=float(ordered[-1]),
    )


def _measure(tree: Tree, index: int, hops: dict[Hop, HopSamples]) -> None:
    stack = [tree.top]
    while stack:
        span = stack.pop()
        samples = hops.get(span.hop)
        if samples is None:
            samples = hops[span.hop] = HopSamples()
        samples.durations_ms.append((span.end - span.start) * 1000)
        samples.call_trace.append(index)
        if span.failed:
            samples.failed += 1
            samples.errors += bool(span.failed & ERROR)
            samples.faults += bool(span.failed & FAULT)
            samples.throttles += bool(span.failed & THROTTLE)
        samples.retries += span.retries
        stack += span.children
    for piece in critical_path(tree.top):
        samples = hops[piece.span.hop]
        samples.path_trace.append(index)
        samples.path_ms.append((piece.end - piece.start) * 1000)
