"""Numbers -> advice, where they give reason for it. Every threshold is a named constant here.

An advice states what was measured, in how many traces, and what a request would save at most; what it cannot
know (whether one call needs another's answer) it says.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from reports.traces.measure.analysis import Analysis
from reports.traces.measure.patterns import Found, Pattern, Shape
from reports.traces.measure.stats import percentile
from reports.traces.read.segments import Hop
from reports.traces.result import Advice, ColdStarts, HopStats
from reports.words import counted

BOTTLENECK_SHARE = 0.4  # of the time of the requests around the p90
PATTERN_TRACES_SHARE = 0.05  # of all traces: rarer shapes do not move the p90
SAVING_SHARE = 0.05  # of the p90: smaller savings are not worth a change
COLD_SHARE = 0.01  # of all requests
FAILED_SHARE = 0.001  # of a hop's calls throttled or made again

WHY_SLOW = {
    "service": "its own code, or what it calls without recording it; add a `## step` around the suspects",
    "aws": "the service called, or the way to it; look at its own metrics, its size, its region",
    "remote": "the host called, or the way to it; its own traces, if it has any, tell which",
    "step": "the code of this step; profile it, cache its result or give it more memory (and so CPU)",
    "local": "what runs under this name; the runtime's own phases grow with package size and memory",
}


def advise(
    analysis: Analysis, hops: Sequence[HopStats], cold_starts: ColdStarts, found: Found
) -> tuple[Advice, ...]:
    """All advice, the largest saving first and advice without one last. Empty without traces."""
    if not len(analysis.trees):
        return ()
    p90_ms = percentile(analysis.totals_ms, 0.9)
    advice = [
        *_bottleneck(analysis, hops, p90_ms),
        *_patterns(analysis, found, p90_ms),
        *_cold_starts(analysis, cold_starts),
        *_failures(hops, found),
    ]
    order = {"bottleneck": 0}
    return tuple(sorted(advice, key=lambda item: (order.get(item.kind, 1), -(item.saving_ms or 0.0))))


def _bottleneck(analysis: Analysis, hops: Sequence[HopStats], p90_ms: float) -> Iterator[Advice]:
    if not hops or hops[0].share < BOTTLENECK_SHARE:
        return
    top = hops[0]
    band = analysis.trees[analysis.band()]
    yield Advice(
        kind="bottleneck",
        title=f"{top.label} holds the p90",
        text=(
            f"{100 * top.share:.0f} % of the time of the requests around the p90 of {p90_ms:.1f} ms is "
            f"spent in it ({top.path_ms:.1f} ms each; p90 of one call {top.latency.p90_ms:.1f} ms). "
            f"Where to look: {WHY_SLOW[top.kind]}."
        ),
        hops=(top.label,),
        traces=top.traces,
        saving_ms=top.path_ms,
        example=band[len(band) // 2].trace_id,
    )


def _patterns(analysis: Analysis, found: Found, p90_ms: float) -> Iterator[Advice]:
    for shape, pattern in found.patterns.items():
        saving_ms = float(np.median(pattern.saving_ms))
        common = len(pattern.calls) >= PATTERN_TRACES_SHARE * len(analysis.trees)
        if common and saving_ms >= SAVING_SHARE * p90_ms:
            yield (
                _loop(shape, pattern, saving_ms) if shape.kind == "loop" else _row(shape, pattern, saving_ms)
            )


def _loop(shape: Shape, pattern: Pattern, saving_ms: float) -> Advice:
    label, calls = shape.hops[0].label, int(np.median(pattern.calls))
    return Advice(
        kind="loop",
        title=f"{label} is called {calls} times in a loop",
        text=(
            f"One after the other under {shape.parent.label}, in {counted(len(pattern.calls), 'trace')} "
            f"(up to {max(pattern.calls)} times in one). One call for all of them (a batch operation) or "
            f"calls side by side would save at most {saving_ms:.1f} ms a request."
        ),
        hops=(label,),
        traces=len(pattern.calls),
        saving_ms=saving_ms,
        example=pattern.example,
    )


def _row(shape: Shape, pattern: Pattern, saving_ms: float) -> Advice:
    labels = tuple(hop.label for hop in shape.hops)
    return Advice(
        kind="parallel",
        title=f"{' and '.join(labels)} run one after the other",
        text=(
            f"Back to back under {shape.parent.label}, in {counted(len(pattern.calls), 'trace')}. If none "
            f"needs the answer of the one before, running them side by side would save at most "
            f"{saving_ms:.1f} ms a request. A trace does not show whether one needs the other."
        ),
        hops=labels,
        traces=len(pattern.calls),
        saving_ms=saving_ms,
        example=pattern.example,
    )


def _cold_starts(analysis: Analysis, cold_starts: ColdStarts) -> Iterator[Advice]:
    cold, warm = cold_starts.cold, cold_starts.warm
    if cold is None or warm is None or cold_starts.share < COLD_SHARE or cold.p50_ms <= warm.p50_ms:
        return
    slow = analysis.trees[analysis.band().stop :]
    slow_cold = sum(tree.cold for tree in slow)
    tail = f"{slow_cold} of the {len(slow)} slowest 5 % are cold. " if slow else ""
    yield Advice(
        kind="cold-start",
        title=f"{100 * cold_starts.share:.1f} % of the requests meet a cold start",
        text=(
            f"A cold request takes {cold.p50_ms:.1f} ms (p50), a warm one {warm.p50_ms:.1f} ms. {tail}"
            f"SnapStart or provisioned concurrency take the start out of the request; a smaller package and "
            f"fewer imports shorten it."
        ),
        hops=(),
        traces=cold.count,
        saving_ms=None,
        example=next(tree.trace_id for tree in reversed(analysis.trees) if tree.cold),
    )


def _failures(hops: Sequence[HopStats], found: Found) -> Iterator[Advice]:
    for hop in hops:
        again = found.made_again[Hop(hop.kind, hop.name, hop.detail)] + hop.retries
        calls = hop.latency.count
        if hop.kind in ("aws", "remote") and again > FAILED_SHARE * calls:
            yield Advice(
                kind="retries",
                title=f"{hop.label} is retried",
                text=(
                    f"{again} retries in {calls} calls. Each costs its own time and a pause; look for "
                    f"throttling, time-outs that are too short, or an unhealthy dependency."
                ),
                hops=(hop.label,),
                traces=hop.traces,
                saving_ms=None,
                example=None,
            )
        if hop.throttles > FAILED_SHARE * calls:
            yield Advice(
                kind="throttling",
                title=f"{hop.label} throttles",
                text=(
                    f"{hop.throttles} of {calls} calls were answered 429. Raise its limit or capacity, or "
                    f"send less: a retry against a throttled service only adds to it."
                ),
                hops=(hop.label,),
                traces=hop.traces,
                saving_ms=None,
                example=None,
            )
