"""Traces by what they have in common: an annotation's values, an exception, a range of durations."""

from collections.abc import Sequence

import numpy as np

from reports.traces.measure.analysis import Analysis, distribution
from reports.traces.measure.stats import Floats
from reports.traces.measure.trees import Tree
from reports.traces.result import Bin, ExceptionCount, Slice

BINS_PER_DECADE = 8  # each a third longer than the one before
MAX_BINS = 40
MAX_SLICES = 50  # distinct values of an annotation that are listed; the rest are one
MAX_EXCEPTIONS = 20
ABSENT, OTHERS = "(none)", "(others)"


def value_of(tree: Tree, key: str) -> str | None:
    """An annotation's value in a trace, as the first span from the root down tells it."""
    for _, span in tree.walk():
        if span.annotations and key in span.annotations:
            return shown(span.annotations[key])
    return None


def shown(value: object) -> str:
    """An annotation's value as X-Ray's filter expressions write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def has_all(tree: Tree, wanted: Sequence[tuple[str, str]]) -> bool:
    """Whether some span of the trace carries each annotation with the wanted value."""
    left = set(wanted)
    if tree.root is not None and left:
        for _, span in tree.walk():
            if span.annotations:
                left -= {(key, shown(value)) for key, value in span.annotations.items()}
    return not left


def slices(analysis: Analysis, key: str) -> tuple[Slice, ...]:
    """The analysed traces by their value of an annotation, most frequent first."""
    groups: dict[str, list[int]] = {}
    for index, tree in enumerate(analysis.trees):
        value = value_of(tree, key)
        groups.setdefault(ABSENT if value is None else value, []).append(index)
    ranked = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    rest = [index for _, indices in ranked[MAX_SLICES:] for index in indices]
    listed = ranked[:MAX_SLICES] + ([(OTHERS, rest)] if rest else [])
    return tuple(
        Slice(
            value=value,
            latency=distribution(analysis.totals_ms[indices]),
            failed=sum(bool(analysis.trees[index].top.failed) for index in indices),
            cold=sum(analysis.trees[index].cold for index in indices),
        )
        for value, indices in listed
    )


def exceptions(analysis: Analysis) -> tuple[ExceptionCount, ...]:
    """The exceptions in the analysed traces by type, message and place, most frequent first."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for tree in analysis.trees:
        for _, span in tree.walk():
            if span.exception:
                found.setdefault((*span.exception, span.hop.label), []).append(tree.trace_id)
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        ExceptionCount(
            type=kind, message=message, label=label, count=len(ids), traces=len(set(ids)), example=ids[-1]
        )
        for (kind, message, label), ids in ranked[:MAX_EXCEPTIONS]
    )


def histogram(values_ms: Floats) -> tuple[Bin, ...]:
    """Durations in bins of equal ratio, from the first that has one to the last; empty without any."""
    if not len(values_ms):
        return ()
    steps = np.floor(np.log10(np.maximum(values_ms, 1e-3)) * BINS_PER_DECADE + 1e-9).astype(int)
    first = max(int(steps.min()), int(steps.max()) - MAX_BINS + 1)
    counts = np.bincount(np.maximum(steps, first) - first)
    edges = 10 ** ((first + np.arange(len(counts) + 1)) / BINS_PER_DECADE)
    return tuple(
        Bin(from_ms=float(low), to_ms=float(high), count=int(count))
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    )
