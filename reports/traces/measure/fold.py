"""Too many hops to read -> the frequent and the costly ones, and the rest of each kind as one.

A name with an id in it makes a hop of its own of every call; tables, maps and tests over thousands of them
say nothing and take gigabytes. Analyses that are to be compared are folded together, so that a hop is
never kept in one and folded in the other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from reports.traces.measure.analysis import Analysis, measure
from reports.traces.measure.trees import Tree
from reports.traces.read.segments import Hop, Span

MAX_HOPS = 200
SHARE = 0.01  # of all requests, or of all their time: below both, a hop is one of the rest


def fold(*analyses: Analysis) -> None:
    """Keep at most MAX_HOPS hops; does nothing where there are no more."""
    held_ms: defaultdict[Hop, float] = defaultdict(float)
    calls: Counter[Hop] = Counter()
    for analysis in analyses:
        for hop, samples in analysis.hops.items():
            held_ms[hop] += sum(samples.path_ms)
            calls[hop] += len(samples.call_trace)
    if len(held_ms) <= MAX_HOPS:
        return
    least_ms = SHARE * sum(held_ms.values())
    least_calls = SHARE * sum(len(analysis.trees) for analysis in analyses)
    ranked = sorted(held_ms, key=lambda hop: (-held_ms[hop], hop))
    worth = [hop for hop in ranked if held_ms[hop] >= least_ms or calls[hop] >= least_calls]
    folded = held_ms.keys() - set(worth[:MAX_HOPS])
    counts = Counter(hop.kind for hop in folded)
    renamed = {hop: Hop(hop.kind, f"{counts[hop.kind]:,} other names") for hop in folded}
    for analysis in analyses:
        for tree in (*analysis.trees, *analysis.others):
            for span in _spans(tree):
                span.hop = renamed.get(span.hop, span.hop)
        analysis.hops = measure(analysis.trees)


def _spans(tree: Tree) -> Iterator[Span]:
    stack = [*([tree.root] if tree.root else []), *tree.orphans]
    while stack:
        span = stack.pop()
        yield span
        stack += span.children
