"""The faults a scenario can put on its timeline, what each takes, and what it does to the service.

One table: the scenario schema, the documentation and the simulation are made from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rehearsal.incident.conditions import Conditions, KpiLevel, MetricEffect

Value = float | str
Apply = Callable[[Conditions, slice, Mapping[str, Value]], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """A number a fault takes, from `low` to `high`; a `text` one takes a pattern. None: it must be given."""

    meaning: str
    low: float = 0.0
    high: float = 1.0
    default: Value | None = None
    text: bool = False
    whole: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of fault.

    `harm` is whether customers notice, so that no alarm noticing it is a gap; `needs` the part of a service
    that it befalls, of `rehearsal.sources.stack.PARTS`, if any.
    """

    meaning: str
    parameters: Mapping[str, Parameter]
    apply: Apply
    harm: bool = True
    needs: str = ""


def _share(field: str) -> Apply:
    def apply(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
        array = getattr(conditions, field)
        array[when] = np.maximum(array[when], float(given["share"]))

    return apply


def _factor(field: str, parameter: str = "factor") -> Apply:
    def apply(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
        getattr(conditions, field)[when] *= float(given[parameter])

    return apply


def _ramp(field: str, start: float) -> Apply:
    """From `start` to `to` over the fault's time; the level stays until the end."""

    def apply(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
        array = getattr(conditions, field)
        first, last = when.start, min(when.stop, conditions.minutes)
        array[first:last] = np.linspace(start, float(given["to"]), last - first)
        array[last:] = float(given["to"])

    return apply


def _level(field: str) -> Apply:
    def apply(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
        getattr(conditions, field)[when] = float(given["to"])

    return apply


def _stop(field: str) -> Apply:
    def apply(conditions: Conditions, when: slice, _given: Mapping[str, Value]) -> None:
        getattr(conditions, field)[when] = 0.0

    return apply


def _slow_failures(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
    conditions.slow_failures[when] = float(given["share"])
    conditions.slow_failure_s[when] = float(given["seconds"])


def _model_tail(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
    conditions.tail_share[when] = float(given["share"])
    conditions.tail_slow[when] = float(given["factor"])


def _region_down(conditions: Conditions, when: slice, _given: Mapping[str, Value]) -> None:
    conditions.unreachable[when] = 1.0
    conditions.canary_runs[when] = 0.0
    conditions.effects.append(MetricEffect(pattern="*", when=when))


def _metric_late(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
    effect = MetricEffect(pattern=str(given["metrics"]), when=when, late_minutes=int(float(given["minutes"])))
    conditions.effects.append(effect)


def _metric_missing(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
    conditions.effects.append(MetricEffect(pattern=str(given["metrics"]), when=when))


def _kpi_at(conditions: Conditions, when: slice, given: Mapping[str, Value]) -> None:
    conditions.kpis.append(KpiLevel(pattern=str(given["kpi"]), when=when, times=float(given["times"])))


SHARE = {
    "share": Parameter(meaning="part of the requests, 0 to 1"),
    "budgets": Parameter(meaning="the same in error budgets of the stack's SLO, 0 to 1000", high=1000.0),
}
ALL = {"share": Parameter(meaning="part of the requests, 0 to 1", default=1.0)}
FACTOR = {"factor": Parameter(meaning="how many times the usual, 0.001 to 1000", low=0.001, high=1000.0)}
SLOWER = {
    **FACTOR,
    "limits": Parameter(meaning="how many times the stack's limit for that part, 0 to 10", high=10.0),
}
TO_PCT = {"to": Parameter(meaning="percent, 0 to 100", high=100.0)}
EITHER = {"share": "budgets", "factor": "limits"}
"""What can be said as a number of its own, or in terms of the stack's promise (see `promise`)."""
METRICS = {"metrics": Parameter(meaning="pattern of `Namespace Metric`, such as `AWS/Lambda *`", text=True)}

FAULTS: dict[str, Kind] = {
    "model-slow": Kind(
        meaning="The model takes `factor` times as long.",
        parameters=SLOWER,
        apply=_factor("model_slow"),
        needs="endpoint",
    ),
    "model-tail": Kind(
        meaning="A share of the model's calls takes `factor` times as long.",
        parameters={**SHARE, **SLOWER},
        apply=_model_tail,
        needs="endpoint",
    ),
    "model-down": Kind(
        meaning="A share of the model's calls fails with 5XX.",
        parameters=ALL,
        apply=_share("model_errors"),
        needs="endpoint",
    ),
    "model-refuses": Kind(
        meaning="A share of the model's calls fails with 4XX, as with a contract that changed.",
        parameters=SHARE,
        apply=_share("model_refuses"),
        needs="endpoint",
    ),
    "overhead-slow": Kind(
        meaning="SageMaker's own overhead takes `factor` times as long.",
        parameters=SLOWER,
        apply=_factor("overhead_slow"),
        needs="endpoint",
    ),
    "errors": Kind(
        meaning="A share of the function's invocations fails, as after a bad deployment.",
        parameters=SHARE,
        apply=_share("errors"),
        needs="function",
    ),
    "slow-failures": Kind(
        meaning="A share of the invocations fails after `seconds`; its datapoints carry the start's time.",
        parameters={**SHARE, "seconds": Parameter(meaning="until they fail, 1 to 900", low=1, high=900)},
        apply=_slow_failures,
        needs="function",
    ),
    "client-errors": Kind(
        meaning="A share of the requests is refused with 4XX.",
        parameters=SHARE,
        apply=_share("client_errors"),
        needs="api",
    ),
    "traffic-drop": Kind(
        meaning="Customers send only this factor of their usual requests.",
        parameters={"factor": Parameter(meaning="of the usual, 0 to 1")},
        apply=_factor("traffic"),
        needs="api",
    ),
    "surge": Kind(
        meaning="Customers send `factor` times their usual requests.",
        parameters={
            **FACTOR,
            "limits": Parameter(
                meaning="how many times what the API's throttle lets through, 0 to 10", high=10.0
            ),
        },
        apply=_factor("traffic"),
        harm=False,
        needs="api",
    ),
    "throttling": Kind(
        meaning="Lambda throttles a share of the invocations.",
        parameters=SHARE,
        apply=_share("throttled"),
        needs="function",
    ),
    "table-throttled": Kind(
        meaning="DynamoDB throttles a share of the reads.",
        parameters=SHARE,
        apply=_share("table_throttled"),
        needs="table",
    ),
    "table-errors": Kind(
        meaning="A share of the reads fails with DynamoDB's own error.",
        parameters=SHARE,
        apply=_share("table_errors"),
        needs="table",
    ),
    "table-slow": Kind(
        meaning="Reads take `factor` times as long.",
        parameters=SLOWER,
        apply=_factor("table_slow"),
        needs="table",
    ),
    "disk-filling": Kind(
        meaning="The endpoint's disk fills evenly up to `to` percent.",
        parameters=TO_PCT,
        apply=_ramp("disk_pct", 35.0),
        harm=False,
        needs="instances",
    ),
    "memory-leak": Kind(
        meaning="The endpoint's memory fills evenly up to `to` percent.",
        parameters=TO_PCT,
        apply=_ramp("memory_pct", 45.0),
        harm=False,
        needs="instances",
    ),
    "cpu-busy": Kind(
        meaning="The endpoint's CPU is busy to `to` percent of its cores.",
        parameters=TO_PCT,
        apply=_level("cpu_pct"),
        harm=False,
        needs="instances",
    ),
    "quota-burn": Kind(
        meaning="The highest key has used `to` percent of its quota at the end of the day.",
        parameters={"to": Parameter(meaning="percent of the quota, 0 to 200", high=200.0)},
        apply=_level("usage_pct"),
        needs="quota",
    ),
    "api-down": Kind(
        meaning="A share of the requests, the canary's too, does not reach the API.",
        parameters=ALL,
        apply=_share("unreachable"),
        needs="api",
    ),
    "region-down": Kind(
        meaning="Nothing of either account works or reports.", parameters={}, apply=_region_down
    ),
    "canary-stopped": Kind(
        meaning="The canary does not run.", parameters={}, apply=_stop("canary_runs"), harm=False
    ),
    "canary-fails": Kind(
        meaning="A share of the probes fails although the API is fine.",
        parameters=ALL,
        apply=_share("canary_fails"),
        harm=False,
    ),
    "canary-keyless": Kind(
        meaning="The canary cannot read its secret: it runs, and has nothing to send a probe with.",
        parameters={},
        apply=_stop("canary_equipped"),
        harm=False,
    ),
    "reporter-stopped": Kind(
        meaning="The usage reporter does not run.",
        parameters={},
        apply=_stop("reporter_runs"),
        harm=False,
        needs="quota",
    ),
    "metric-late": Kind(
        meaning="Metrics arrive `minutes` later than usual.",
        parameters={
            **METRICS,
            "minutes": Parameter(meaning="a whole number, 1 to 180", low=1, high=180, whole=True),
        },
        apply=_metric_late,
        harm=False,
    ),
    "kpi-at": Kind(
        meaning="A KPI of the team's own (`kpis`) or of the account's quotas is at so many times its limit;"
        " of a lower limit, at that part of it.",
        parameters={
            "kpi": Parameter(meaning="the KPI's key; * stands for any", text=True),
            "times": Parameter(meaning="how many times the limit, 0 to 100", high=100.0),
        },
        apply=_kpi_at,
    ),
    "metric-missing": Kind(
        meaning="Metrics are not reported.", parameters=METRICS, apply=_metric_missing, harm=False
    ),
}
