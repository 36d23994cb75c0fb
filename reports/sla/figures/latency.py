"""The promised latency, told of predictions: what the gateway refuses in milliseconds is no fast answer."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from reports.sla.evidence.promise import Promise
from reports.sla.figures.engine import Row
from reports.sla.figures.sums import Sums, percent
from reports.sla.result import Latency, Percentiles, Verdict
from reports.sla.words import number, share

Source = Literal["access log", "stage metrics", "access log and stage metrics", "nothing"]


def percentiles(row: Row | None) -> Percentiles | None:
    """Of a row of `percentiles.sql`."""
    if row is None:
        return None
    return Percentiles(requests=int(row["requests"]), p50=row["p50"], p90=row["p90"], p99=row["p99"])


def latency(sums: Sums, expected: int, spread: Mapping[str, Row], promise: Promise) -> Latency:
    """Decided by the share within the limit. `spread` are the period's percentiles by source.

    Where no access log tells what was answered, the stage's counts bound it: of `in_time` requests as many as
    were refused or failed may have been no predictions, or none of them.
    """
    unseen = (expected - sums.minutes) * sums.busiest
    answered = sums.answered + max(0, sums.unlogged_timed - sums.unlogged_unanswered) + unseen
    fewest = max(0, sums.unlogged_in_time - sums.unlogged_unanswered)
    most = min(sums.unlogged_in_time, max(0, sums.unlogged_timed - sums.unlogged_unanswered))
    low = Fraction(sums.answered_in_time + fewest, answered) if answered else Fraction(0)
    high = Fraction(sums.answered_in_time + most + unseen, answered) if answered else Fraction(1)
    wanted = Fraction(str(promise.latency_share_pct)) / 100
    source: Source = "nothing"
    if sums.unlogged_timed:
        source = "access log and stage metrics" if sums.answered else "stage metrics"
    elif sums.answered:
        source = "access log"
    verdict: Verdict = "not provable"
    if source == "nothing":
        because = "No prediction was given."
    elif low >= wanted:
        verdict, because = "kept", f"{_between(low, high)} of predictions came {_limit(promise)}."
    elif high < wanted:
        verdict, because = "broken", f"Only {_between(low, high)} of predictions came {_limit(promise)}."
    else:
        because = (
            f"{_between(low, high)} of predictions came {_limit(promise)}; the evidence does not say more."
        )
    return Latency(
        verdict=verdict,
        because=because,
        source=source,
        answered=sums.answered,
        in_time=sums.answered_in_time,
        share_pct=percent(sums.answered_in_time, sums.answered),
        lower_pct=float(100 * low),
        upper_pct=float(100 * high),
        stage_share_pct=percent(sums.in_time, sums.timed),
        answered_ms=percentiles(spread.get("answered")),
        stage_ms=percentiles(spread.get("stage")),
        probes_share_pct=percent(sums.probes_in_time, sums.successes),
    )


def _between(low: Fraction, high: Fraction) -> str:
    least, most = share(float(100 * low)), share(float(100 * high))
    return least if least == most else f"{least} to {most}"


def _limit(promise: Promise) -> str:
    return f"within {number(promise.latency_ms)} ms, and {promise.latency_share_pct:g} % are promised"
