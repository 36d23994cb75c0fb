"""Two analyses -> what got slower, with the statistics that make the difference trustworthy.

The observation is a request: for every hop, the milliseconds it held a warm request up (0 where it did not).
Each hop and the request as a whole is tested twice, for a shift of the whole distribution (Mann-Whitney) and
for more requests in the slow tenth (Fisher's exact test above the joint p90); failures and cold starts are
tested as rates (Fisher). All p-values are adjusted together (Benjamini-Hochberg), so that where nothing has
changed the chance of any claim stays below `false_positive_rate`. A change must also be worth a word:
`min_change_ms` at least.

It takes requests as independent. Traffic that differs between the ranges (another hour, another mix) is a
difference too, and no test tells it from a deployment: compare like with like.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from reports.traces.defaults import FALSE_POSITIVE_RATE, MIN_CHANGE_MS
from reports.traces.measure.analysis import Analysis
from reports.traces.measure.change import Change, Comparison, RateChange, Verdict
from reports.traces.measure.detectable import detectable_ms
from reports.traces.measure.stats import (
    Floats,
    benjamini_hochberg,
    fisher_exact,
    mann_whitney,
    mean_difference,
    percentile,
    quantile_difference,
)
from reports.traces.read.segments import FAULT, Hop, Kind

MIN_TRACES = 30  # on each side; below, the normal approximation does not hold and nothing is claimed


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One side of a comparison: per warm request its total and each hop's time; and counts of all requests.

    `calls` is the mean number of calls of a hop in a warm request.
    """

    totals_ms: Floats
    hops_ms: dict[Hop, Floats]
    calls: dict[Hop, float]
    requests: int
    cold: int
    faults: int


@dataclass(frozen=True, slots=True)
class _Test:
    """Both sides of one row in ascending order, and the raw outcome of its two tests."""

    label: str
    kind: Kind | Literal["request"]
    before: Floats
    after: Floats
    calls: tuple[float, float]
    chance_larger: float
    p_location: float
    tail_grew: bool
    p_tail: float


def sample(analysis: Analysis) -> Sample:
    """What a comparison needs of one range."""
    warm = np.array([not tree.cold for tree in analysis.trees], dtype=np.bool_)
    count = int(warm.sum())
    hops_ms = {hop: analysis.per_request_ms(hop)[warm] for hop in analysis.hops}
    calls = {
        hop: float(warm[np.frombuffer(samples.call_trace, dtype=np.dtype("l"))].sum()) / max(count, 1)
        for hop, samples in analysis.hops.items()
    }
    return Sample(
        totals_ms=analysis.totals_ms[warm],
        hops_ms=hops_ms,
        calls=calls,
        requests=len(analysis.trees),
        cold=len(analysis.trees) - count,
        faults=sum(bool(tree.top.failed & FAULT) for tree in analysis.trees),
    )


def compare_samples(
    before: Sample,
    after: Sample,
    *,
    false_positive_rate: float = FALSE_POSITIVE_RATE,
    min_change_ms: float = MIN_CHANGE_MS,
) -> Comparison:
    """Compare two ranges. With fewer than MIN_TRACES warm requests on a side the verdict is `too few`."""
    hops = sorted({**before.hops_ms, **after.hops_ms})
    tests = [_test("request", "request", before.totals_ms, after.totals_ms, (1.0, 1.0))]
    for hop in hops:
        old = before.hops_ms.get(hop, np.zeros(len(before.totals_ms)))
        new = after.hops_ms.get(hop, np.zeros(len(after.totals_ms)))
        calls = (before.calls.get(hop, 0.0), after.calls.get(hop, 0.0))
        tests.append(_test(hop.label, hop.kind, old, new, calls))
    rates = [
        ("cold starts", before.cold, after.cold),
        ("failed requests", before.faults, after.faults),
    ]
    p_rates = [fisher_exact(old, before.requests, new, after.requests) for _, old, new in rates]
    enough = min(len(before.totals_ms), len(after.totals_ms)) >= MIN_TRACES
    adjusted = benjamini_hochberg([p for test in tests for p in (test.p_location, test.p_tail)] + p_rates)
    changes = [
        _change(
            test,
            (adjusted[2 * i], adjusted[2 * i + 1]),
            false_positive_rate,
            min_change_ms if enough else None,
            p_values=2 * len(tests) + len(rates),
        )
        for i, test in enumerate(tests)
    ]
    return Comparison(
        before=before.requests,
        after=after.requests,
        false_positive_rate=false_positive_rate,
        min_change_ms=min_change_ms,
        request=changes[0],
        hops=tuple(sorted(changes[1:], key=lambda change: -abs(change.difference_ms))),
        rates=tuple(
            RateChange(
                label=label,
                before=old / max(before.requests, 1),
                after=new / max(after.requests, 1),
                p=p,
                changed=p < false_positive_rate,
            )
            for (label, old, new), p in zip(rates, adjusted[2 * len(tests) :], strict=True)
        ),
    )


def _test(
    label: str, kind: Kind | Literal["request"], before: Floats, after: Floats, calls: tuple[float, float]
) -> _Test:
    before, after = np.sort(before), np.sort(after)
    if not len(before) or not len(after):
        return _Test(label, kind, before, after, calls, 0.5, 1.0, tail_grew=False, p_tail=1.0)
    chance_larger, p_location = mann_whitney(before, after)
    slow_from = percentile(np.sort(np.concatenate([before, after])), 0.9)
    slow_before, slow_after = int((before > slow_from).sum()), int((after > slow_from).sum())
    return _Test(
        label,
        kind,
        before,
        after,
        calls,
        chance_larger,
        p_location,
        tail_grew=slow_after * len(before) > slow_before * len(after),
        p_tail=fisher_exact(slow_before, len(before), slow_after, len(after)),
    )


def _change(
    test: _Test, p: tuple[float, float], rate: float, min_change_ms: float | None, *, p_values: int
) -> Change:
    before, after = test.before, test.after
    p_location, p_tail = p
    detectable = None
    if len(before) and len(after):
        mean, mean_low, mean_high = mean_difference(before, after, level=1 - rate)
        p90, p90_low, p90_high = quantile_difference(before, after, 0.9, level=1 - rate)
        p50 = percentile(after, 0.5) - percentile(before, 0.5)
    else:
        mean = mean_low = mean_high = p90 = p90_low = p90_high = p50 = 0.0
    verdict: Verdict = "too few"
    if min_change_ms is not None:
        detectable = detectable_ms(
            before, after, false_positive_rate=rate / p_values, min_change_ms=min_change_ms
        )
        shifted, tailed, larger = p_location < rate, p_tail < rate, test.chance_larger > 0.5  # noqa: PLR2004
        slower = (shifted and larger and max(mean, p50) >= min_change_ms) or (
            tailed and test.tail_grew and p90 >= min_change_ms
        )
        faster = (shifted and not larger and min(mean, p50) <= -min_change_ms) or (
            tailed and not test.tail_grew and p90 <= -min_change_ms
        )
        verdict = (
            "mixed" if slower and faster else "slower" if slower else "faster" if faster else "unchanged"
        )
    return Change(
        label=test.label,
        kind=test.kind,
        verdict=verdict,
        mean_before_ms=_mean(before),
        mean_after_ms=_mean(after),
        mean_low_ms=mean_low,
        mean_high_ms=mean_high,
        p90_before_ms=percentile(before, 0.9) if len(before) else 0.0,
        p90_after_ms=percentile(after, 0.9) if len(after) else 0.0,
        p90_low_ms=p90_low,
        p90_high_ms=p90_high,
        calls_before=test.calls[0],
        calls_after=test.calls[1],
        p_location=p_location,
        p_tail=p_tail,
        detectable_ms=detectable,
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0
