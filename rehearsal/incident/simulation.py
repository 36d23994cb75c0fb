"""The service in numbers: what happened to the requests of each minute under given conditions.

A model, not a measurement: it only has to move the same metrics by about as much as the real service does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehearsal.incident.conditions import CPU_PCT, Conditions
from rehearsal.incident.latency import OVERHEAD_MS, TABLE_MS, Parts, Profile, parts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PROBE = 1  # request a minute


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What the stack fixes: the model's usual latency and spread, the time budget, the endpoint's cores
    and GPUs, the API's throttle."""

    model_ms: float = 35.0
    spread: float = 0.3
    budget_ms: float = 1000.0
    cores: int = 1
    gpus: int = 1
    usual_per_minute: float = 300.0
    rate_limit_per_s: float = 200.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Regime:
    """Minutes that share one latency profile."""

    minutes: Ints
    parts: Parts


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Outcome:
    """Counts per minute, shape (minutes,). `api` includes the canary's probes.

    `probe` is 1 where a probe succeeded, 0 where it failed, -1 where none went out.
    """

    api: Ints
    api_4xx: Ints
    api_5xx: Ints
    invocations: Ints
    function_errors: Ints
    throttles: Ints
    reads: Ints
    read_throttles: Ints
    read_errors: Ints
    model_calls: Ints
    model_errors: Ints
    model_refusals: Ints
    slow_failures: Ints
    concurrency: Floats
    cpu_pct: Floats
    probe: Ints
    regimes: tuple[Regime, ...]


def simulate(
    conditions: Conditions,
    requests: Ints,
    shape: Shape,
    rng: np.random.Generator,
    luck: np.random.Generator,
) -> Outcome:
    """What became of `requests` (a minute, from customers) and of the canary's probes.

    The probes' `luck` is drawn apart: it does not hang on how many customers there are.
    """
    regimes = _regimes(conditions, shape)
    timeout, duration_ms = np.zeros(conditions.minutes), np.zeros(conditions.minutes)
    for regime in regimes:
        timeout[regime.minutes] = regime.parts.timeout
        duration_ms[regime.minutes] = regime.parts.function.mean()

    probes = ((conditions.canary_runs > 0) & (conditions.canary_equipped > 0)).astype(np.int64) * PROBE
    api = rng.binomial(requests + probes, 1 - conditions.unreachable)
    refused = rng.binomial(api, conditions.client_errors)
    asked = api - refused
    throttles = rng.binomial(asked, conditions.throttled)
    invocations = asked - throttles
    crashed = rng.binomial(invocations, conditions.errors)
    slow = rng.binomial(invocations - crashed, conditions.slow_failures)
    reads = invocations - crashed - slow
    read_throttles = rng.binomial(reads, conditions.table_throttled)
    read_errors = rng.binomial(reads - read_throttles, conditions.table_errors)
    model_calls = reads - read_throttles - read_errors
    model_errors = rng.binomial(model_calls, conditions.model_errors)
    model_refusals = rng.binomial(model_calls - model_errors, conditions.model_refuses)
    late = rng.binomial(model_calls - model_errors - model_refusals, timeout)
    failed = throttles + crashed + slow + read_throttles + read_errors + model_errors + model_refusals + late
    in_flight = invocations / 60 * duration_ms / 1000 + slow / 60 * conditions.slow_failure_s
    load = CPU_PCT * model_calls / shape.usual_per_minute * conditions.model_slow
    cpu = np.where(
        np.isnan(conditions.cpu_pct), np.minimum(load + rng.normal(5, 1, len(load)), 100), conditions.cpu_pct
    )
    chance = (
        (1 - conditions.unreachable) * (1 - failed / np.maximum(asked, 1)) * (1 - conditions.canary_fails)
    )
    success = (luck.random(conditions.minutes) < chance).astype(np.int64)
    return Outcome(
        api=api,
        api_4xx=refused,
        api_5xx=failed,
        invocations=invocations,
        function_errors=crashed + slow,
        throttles=throttles,
        reads=reads - read_throttles - read_errors,
        read_throttles=read_throttles,
        read_errors=read_errors,
        model_calls=model_calls,
        model_errors=model_errors,
        model_refusals=model_refusals,
        slow_failures=slow,
        concurrency=np.ceil(in_flight + 2 * np.sqrt(in_flight)),
        cpu_pct=cpu,
        probe=np.where(probes > 0, success, -1),
        regimes=regimes,
    )


def _regimes(conditions: Conditions, shape: Shape) -> tuple[Regime, ...]:
    c = conditions
    slowed = np.stack([c.model_slow, c.table_slow, c.overhead_slow, c.tail_share, c.tail_slow], axis=1)
    factors, of_minute = np.unique(slowed, axis=0, return_inverse=True)
    found = []
    for number, (model, table, overhead, tail_share, tail_slow) in enumerate(factors):
        profile = Profile(
            model_ms=shape.model_ms * model,
            tail_share=tail_share,
            tail_slow=tail_slow,
            table_ms=TABLE_MS * table,
            overhead_ms=OVERHEAD_MS * overhead,
            spread=shape.spread,
            budget_ms=shape.budget_ms,
        )
        minutes = np.flatnonzero(of_minute.reshape(-1) == number)
        found.append(Regime(minutes=minutes, parts=parts(profile, seed=number)))
    return tuple(found)
