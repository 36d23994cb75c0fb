"""The faults a scenario can put on its timeline, what each takes, and what it does to the service.

One table: the scenario schema, the documentation and the simulation are made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rehearsal.incident import conditions
from rehearsal.incident.conditions import Apply, Value


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
        apply=conditions.factor("model_slow"),
        needs="endpoint",
    ),
    "model-tail": Kind(
        meaning="A share of the model's calls takes `factor` times as long.",
        parameters={**SHARE, **SLOWER},
        apply=conditions.model_tail,
        needs="endpoint",
    ),
    "model-down": Kind(
        meaning="A share of the model's calls fails with 5XX.",
        parameters=ALL,
        apply=conditions.share("model_errors"),
        needs="endpoint",
    ),
    "model-refuses": Kind(
        meaning="A share of the model's calls fails with 4XX, as with a contract that changed.",
        parameters=SHARE,
        apply=conditions.share("model_refuses"),
        needs="endpoint",
    ),
    "overhead-slow": Kind(
        meaning="SageMaker's own overhead takes `factor` times as long.",
        parameters=SLOWER,
        apply=conditions.factor("overhead_slow"),
        needs="endpoint",
    ),
    "errors": Kind(
        meaning="A share of the function's invocations fails, as after a bad deployment.",
        parameters=SHARE,
        apply=conditions.share("errors"),
        needs="function",
    ),
    "slow-failures": Kind(
        meaning="A share of the invocations fails after `seconds`; its datapoints carry the start's time.",
        parameters={**SHARE, "seconds": Parameter(meaning="until they fail, 1 to 900", low=1, high=900)},
        apply=conditions.slow_failures,
        needs="function",
    ),
    "client-errors": Kind(
        meaning="A share of the requests is refused with 4XX.",
        parameters=SHARE,
        apply=conditions.share("client_errors"),
        needs="api",
    ),
    "traffic-drop": Kind(
        meaning="Customers send only this factor of their usual requests.",
        parameters={"factor": Parameter(meaning="of the usual, 0 to 1")},
        apply=conditions.factor("traffic"),
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
        apply=conditions.factor("traffic"),
        harm=False,
        needs="api",
    ),
    "throttling": Kind(
        meaning="Lambda throttles a share of the invocations.",
        parameters=SHARE,
        apply=conditions.share("throttled"),
        needs="function",
    ),
    "table-throttled": Kind(
        meaning="DynamoDB throttles a share of the reads.",
        parameters=SHARE,
        apply=conditions.share("table_throttled"),
        needs="table",
    ),
    "table-errors": Kind(
        meaning="A share of the reads fails with DynamoDB's own error.",
        parameters=SHARE,
        apply=conditions.share("table_errors"),
        needs="table",
    ),
    "table-slow": Kind(
        meaning="Reads take `factor` times as long.",
        parameters=SLOWER,
        apply=conditions.factor("table_slow"),
        needs="table",
    ),
    "disk-filling": Kind(
        meaning="The endpoint's disk fills evenly up to `to` percent.",
        parameters=TO_PCT,
        apply=conditions.ramp("disk_pct", 35.0),
        harm=False,
        needs="instances",
    ),
    "memory-leak": Kind(
        meaning="The endpoint's memory fills evenly up to `to` percent.",
        parameters=TO_PCT,
        apply=conditions.ramp("memory_pct", 45.0),
        harm=False,
        needs="instances",
    ),
    "cpu-busy": Kind(
        meaning="The endpoint's CPU is busy to `to` percent of its cores.",
        parameters=TO_PCT,
        apply=conditions.level("cpu_pct"),
        harm=False,
        needs="instances",
    ),
    "quota-burn": Kind(
        meaning="The highest key has used `to` percent of its quota at the end of the day.",
        parameters={"to": Parameter(meaning="percent of the quota, 0 to 200", high=200.0)},
        apply=conditions.level("usage_pct"),
        needs="quota",
    ),
    "api-down": Kind(
        meaning="A share of the requests, the canary's too, does not reach the API.",
        parameters=ALL,
        apply=conditions.share("unreachable"),
        needs="api",
    ),
    "region-down": Kind(
        meaning="Nothing of either account works or reports.", parameters={}, apply=conditions.region_down
    ),
    "canary-stopped": Kind(
        meaning="The canary does not run.", parameters={}, apply=conditions.stop("canary_runs"), harm=False
    ),
    "canary-fails": Kind(
        meaning="A share of the probes fails although the API is fine.",
        parameters=ALL,
        apply=conditions.share("canary_fails"),
        harm=False,
    ),
    "canary-keyless": Kind(
        meaning="The canary cannot read its secret: it runs, and has nothing to send a probe with.",
        parameters={},
        apply=conditions.stop("canary_equipped"),
        harm=False,
    ),
    "reporter-stopped": Kind(
        meaning="The usage reporter does not run.",
        parameters={},
        apply=conditions.stop("reporter_runs"),
        harm=False,
        needs="quota",
    ),
    "metric-late": Kind(
        meaning="Metrics arrive `minutes` later than usual.",
        parameters={
            **METRICS,
            "minutes": Parameter(meaning="a whole number, 1 to 180", low=1, high=180, whole=True),
        },
        apply=conditions.metric_late,
        harm=False,
    ),
    "kpi-at": Kind(
        meaning="A KPI of the team's own (`kpis`) or of the account's quotas is at so many times its limit;"
        " of a lower limit, at that part of it.",
        parameters={
            "kpi": Parameter(meaning="the KPI's key; * stands for any", text=True),
            "times": Parameter(meaning="how many times the limit, 0 to 100", high=100.0),
        },
        apply=conditions.kpi_at,
    ),
    "metric-missing": Kind(
        meaning="Metrics are not reported.", parameters=METRICS, apply=conditions.metric_missing, harm=False
    ),
}
