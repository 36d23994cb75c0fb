"""Faults that are sized by the stack's own promise: the same incident for every SLO.

`budgets: 40` fails 40 times the share of requests that may fail; `limits: 2` slows a part until its latency
is twice its limit, or sends twice as many requests as the throttle lets through. What would take longer
than the function's time budget is not answered late but not at all, so a part is slowed to `FITS` of that
budget at most.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from monitoring.catalogue import api, endpoint, table
from monitoring.catalogue.shared import ERROR_FACTOR, MIN_FAILURES, budget_pct
from rehearsal.incident.conditions import Value
from rehearsal.incident.latency import OVERHEAD_MS, TABLE_MS
from rehearsal.incident.simulation import Shape
from settings.slo import Slo

FITS = 0.6
Z90 = 1.2816  # of the standard normal distribution


@dataclass(frozen=True, kw_only=True, slots=True)
class _Slowed:
    """A part's usual latency in ms, by its KPI's statistic, and its limit in ms."""

    usual_ms: Callable[[Shape], float]
    limit_ms: Callable[[Slo, Shape], float]


def _share(of_promise: float) -> Callable[[Slo, Shape], float]:
    return lambda slo, _: of_promise * slo.latency_p90_ms


def _p99_limit_ms(slo: Slo, shape: Shape) -> float:
    return api.latency_limit("p99", slo, shape.budget_ms)[0]


def _p90(median_ms: float, shape: Shape) -> float:
    return median_ms * math.exp(Z90 * shape.spread)


SLOWED = {
    "model-slow": _Slowed(usual_ms=lambda s: _p90(s.model_ms, s), limit_ms=_share(endpoint.MODEL_SHARE)),
    "overhead-slow": _Slowed(
        usual_ms=lambda s: _p90(OVERHEAD_MS, s), limit_ms=_share(endpoint.OVERHEAD_SHARE)
    ),
    "table-slow": _Slowed(
        usual_ms=lambda s: TABLE_MS * math.exp(s.spread**2 / 2), limit_ms=_share(table.LATENCY_SHARE)
    ),
    "model-tail": _Slowed(usual_ms=lambda s: s.model_ms, limit_ms=_p99_limit_ms),
}


def sized(kind: str, given: Mapping[str, Value], slo: Slo, shape: Shape) -> dict[str, Value]:
    """What the fault takes, with `share` and `factor` as numbers."""
    found = dict(given)
    if "budgets" in found:
        budgets = float(found.pop("budgets"))
        # An incident beyond the limit on failures is one that can be counted: see `MIN_FAILURES`.
        least = 2 * MIN_FAILURES / shape.usual_per_minute if budgets > ERROR_FACTOR else 0.0
        found["share"] = min(max(budgets * budget_pct(slo) / 100, least), 1.0)
    if "limits" in found:
        limits = float(found.pop("limits"))
        if kind == "surge":
            let_through_per_minute = 60 * shape.rate_limit_per_s
            return found | {"factor": limits * let_through_per_minute / shape.usual_per_minute}
        part = SLOWED[kind]
        wanted_ms = limits * part.limit_ms(slo, shape)
        found["factor"] = max(min(wanted_ms, FITS * shape.budget_ms) / part.usual_ms(shape), 1.0)
    return found
