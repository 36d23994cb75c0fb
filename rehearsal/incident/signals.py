"""The simulated service's CloudWatch metrics, by namespace and name, with when each of them arrives.

Dimensions play no part: any API, function, table or endpoint that an alarm names is the simulated one, so
that alarms of any making can be rehearsed. Only functions whose name ends like the canary's or the usage
reporter's are those, and an endpoint's variant has as many cores and GPUs as the stack knows it to have.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from monitoring.names import NAMESPACE
from rehearsal.cloudwatch.series import MetricKey, MetricSeries
from rehearsal.incident import latency
from rehearsal.incident.conditions import Conditions
from rehearsal.incident.latency import Parts
from rehearsal.incident.simulation import Outcome, Shape

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Columns = tuple[Ints, Floats, Ints]
DELAYS = {NAMESPACE: 0}  # minutes; custom metrics are there at once
AWS_DELAY = 1  # "one to several minutes"
USAGE_MINUTE = 23 * 60 + 59  # the day's last minute, published just after midnight
LATE = {"UsagePercentOfQuota": 7, "AnsweredLatency": AWS_DELAY}  # ours that are not: it comes from a log
REFUSED_MS = 4.0  # what the gateway takes to refuse
INSTANCES = 2
NETWORK_MS = 25.0  # between the canary and the API
ORDINARY_USAGE_PCT = 40.0
GPU_MEMORY_PCT = 50.0  # of a GPU, for a model that is loaded once
RESOURCES = "/aws/sagemaker/Endpoints"  # whose figures go up to 100 % times the number of cores or GPUs
OF_GPUS = ("GPUUtilization", "GPUMemoryUtilization")


def ones(counts: Ints) -> Columns:
    """Every event is the value 1; a minute without events has no sample."""
    minutes = np.flatnonzero(counts)
    return minutes, np.ones(len(minutes)), counts[minutes]


def of_all(events: Ints, total: Ints) -> Columns:
    """Every one of `total` is a sample, 1 for an event and 0 otherwise."""
    zeros = np.flatnonzero(total - events > 0)
    some = np.flatnonzero(events)
    return (
        np.concatenate([zeros, some]),
        np.concatenate([np.zeros(len(zeros)), np.ones(len(some))]),
        np.concatenate([(total - events)[zeros], events[some]]),
    )


def level(values: Floats, weight: int = 1) -> Columns:
    """One value a minute, reported by `weight` sources."""
    minutes = np.flatnonzero(~np.isnan(values))
    return minutes, values[minutes], np.full(len(minutes), weight, dtype=np.int64)


def _joined(first: Columns, second: Columns) -> Columns:
    """The samples of both."""
    return (
        np.concatenate([first[0], second[0]]),
        np.concatenate([first[1], second[1]]),
        np.concatenate([first[2], second[2]]),
    )


class Signals:
    """Builds the metrics of one simulated incident when they are asked for."""

    def __init__(
        self,
        outcome: Outcome,
        conditions: Conditions,
        shape: Shape,
        *,
        start: datetime,
        seed: int,
        units: Mapping[MetricKey, float],
    ) -> None:
        self._outcome = outcome
        self._conditions = conditions
        self._shape = shape
        self._start = start
        self._seed = seed
        self._units = units
        self._built: dict[tuple[str, str, float], MetricSeries | None] = {}

    def metric(self, namespace: str, metric: str, dimensions: Mapping[str, str]) -> MetricSeries | None:
        """The metric as CloudWatch gets it; None for one that the simulated service does not publish."""
        function = dimensions.get("FunctionName", "")
        side = next((kind for kind in ("canary", "usage-reporter") if function.endswith(f"-{kind}")), "")
        units = self._units_of(namespace, metric, dimensions)
        key = (f"{namespace}:{side}" if side else namespace, metric, units)
        if key not in self._built:
            self._built[key] = self._build(*key)
        return self._built[key]

    def _units_of(self, namespace: str, metric: str, dimensions: Mapping[str, str]) -> float:
        """How many times 100 % the metric goes up to."""
        if namespace != RESOURCES:
            return 1
        usual = {"CPUUtilization": self._shape.cores, **dict.fromkeys(OF_GPUS, self._shape.gpus)}
        return self._units.get(MetricKey.of(namespace, metric, dimensions), usual.get(metric, 1))

    def _build(self, namespace: str, metric: str, units: float) -> MetricSeries | None:
        make = self._table().get((namespace, metric))
        if make is None:
            return None
        minute, value, weight = make()
        value = value * units
        delay = np.full(self._conditions.minutes, DELAYS.get(namespace, AWS_DELAY), dtype=np.int64)
        if namespace == NAMESPACE:
            delay += LATE.get(metric, 0)
        if namespace == "AWS/Lambda" and metric in ("Errors", "Duration"):
            delay += (self._conditions.slow_failure_s // 60).astype(np.int64)
        made = MetricSeries(minute=minute, value=value, weight=weight, delay=delay)
        return self._conditions.reported(made, f"{namespace} {metric}")

    def _table(self) -> Mapping[tuple[str, str], Callable[[], Columns]]:
        o, c = self._outcome, self._conditions
        ran = c.canary_runs > 0  # with nothing to send a probe with, it publishes 0 attempts and a failure
        return {
            ("AWS/ApiGateway", "Count"): lambda: ones(o.api),
            **dict.fromkeys(
                (("AWS/ApiGateway", "4XXError"), ("AWS/ApiGateway", "4xx")), lambda: of_all(o.api_4xx, o.api)
            ),
            **dict.fromkeys(
                (("AWS/ApiGateway", "5XXError"), ("AWS/ApiGateway", "5xx")), lambda: of_all(o.api_5xx, o.api)
            ),
            ("AWS/ApiGateway", "Latency"): self._stage_latency,
            ("AWS/ApiGateway", "IntegrationLatency"): lambda: self._times(
                o.invocations, lambda p: p.function
            ),
            ("AWS/Lambda", "Invocations"): lambda: ones(o.invocations),
            ("AWS/Lambda", "Errors"): lambda: of_all(o.function_errors, o.invocations),
            ("AWS/Lambda", "Throttles"): lambda: of_all(o.throttles, o.invocations + o.throttles),
            ("AWS/Lambda", "Duration"): self._durations,
            ("AWS/Lambda", "ConcurrentExecutions"): lambda: level(_where(o.concurrency, o.invocations > 0)),
            ("AWS/Lambda", "UnreservedConcurrentExecutions"): lambda: level(o.concurrency),
            ("AWS/DynamoDB", "SuccessfulRequestLatency"): lambda: self._times(o.reads, lambda p: p.table),
            ("AWS/DynamoDB", "ThrottledRequests"): lambda: ones(o.read_throttles),
            ("AWS/DynamoDB", "ReadThrottleEvents"): lambda: ones(o.read_throttles),
            ("AWS/DynamoDB", "SystemErrors"): lambda: ones(o.read_errors),
            ("AWS/DynamoDB", "ConsumedReadCapacityUnits"): lambda: ones(o.reads),
            ("AWS/SageMaker", "Invocations"): lambda: ones(o.model_calls),
            ("AWS/SageMaker", "InvocationsPerInstance"): lambda: ones(o.model_calls // INSTANCES),
            ("AWS/SageMaker", "Invocation4XXErrors"): lambda: of_all(o.model_refusals, o.model_calls),
            ("AWS/SageMaker", "Invocation5XXErrors"): lambda: of_all(o.model_errors, o.model_calls),
            ("AWS/SageMaker", "ModelLatency"): lambda: self._times(o.model_calls, lambda p: p.model * 1000),
            ("AWS/SageMaker", "OverheadLatency"): lambda: self._times(
                o.model_calls, lambda p: p.overhead * 1000
            ),
            (RESOURCES, "CPUUtilization"): lambda: level(o.cpu_pct, INSTANCES),
            (RESOURCES, "GPUUtilization"): lambda: level(o.cpu_pct, INSTANCES),
            (RESOURCES, "GPUMemoryUtilization"): lambda: level(np.full(c.minutes, GPU_MEMORY_PCT), INSTANCES),
            (RESOURCES, "MemoryUtilization"): lambda: level(c.memory_pct, INSTANCES),
            (RESOURCES, "DiskUtilization"): lambda: level(c.disk_pct, INSTANCES),
            (NAMESPACE, "CanaryAttempts"): lambda: level(_where((o.probe >= 0).astype(float), ran)),
            (NAMESPACE, "CanarySuccess"): lambda: ones((o.probe == 1).astype(np.int64)),
            (NAMESPACE, "CanaryFailure"): lambda: ones((ran & (o.probe != 1)).astype(np.int64)),
            (NAMESPACE, "CanaryLatency"): lambda: self._times(
                (o.probe == 1).astype(np.int64), lambda p: p.api + NETWORK_MS
            ),
            (NAMESPACE, "AnsweredLatency"): lambda: self._times(
                o.api - o.api_4xx - o.api_5xx, lambda p: p.api
            ),
            (NAMESPACE, "UsagePercentOfQuota"): self._usage,
            ("AWS/Lambda:canary", "Invocations"): lambda: ones(ran.astype(np.int64)),
            ("AWS/Lambda:canary", "Errors"): lambda: of_all(np.zeros_like(o.api), ran.astype(np.int64)),
            ("AWS/Lambda:canary", "Throttles"): lambda: of_all(np.zeros_like(o.api), ran.astype(np.int64)),
        }

    def _times(self, counts: Ints, of: Callable[[Parts], Floats]) -> Columns:
        rng = np.random.default_rng(self._seed + 1)
        drawn = [latency.draw(of(r.parts), counts[r.minutes], r.minutes, rng) for r in self._outcome.regimes]
        minute, value, weight = (np.concatenate(column) for column in zip(*drawn, strict=True))
        return minute, value, weight

    def _stage_latency(self) -> Columns:
        """Of every request: one that the gateway refuses is over at once, and counts as fast."""
        refused = self._outcome.api_4xx
        taken = self._times(self._outcome.api - refused, lambda p: p.api)
        at = np.flatnonzero(refused)
        quick = at, np.full(len(at), REFUSED_MS), refused[at]
        return _joined(taken, quick)

    def _durations(self) -> Columns:
        o, slow = self._outcome, self._outcome.slow_failures
        minute, value, weight = self._times(o.invocations - slow, lambda p: p.function)
        at = np.flatnonzero(slow)
        hanging_ms = self._conditions.slow_failure_s[at] * 1000
        return _joined((minute, value, weight), (at, hanging_ms, slow[at]))

    def _usage(self) -> Columns:
        clock = self._start.hour * 60 + self._start.minute + np.arange(self._conditions.minutes)
        reported = (clock % 1440 == USAGE_MINUTE) & (self._conditions.reporter_runs > 0)
        usage = self._conditions.usage_pct
        usage = np.where(np.isnan(usage), ORDINARY_USAGE_PCT, usage)
        return level(_where(usage, reported))


def _where(values: Floats, kept: NDArray[np.bool_]) -> Floats:
    return np.where(kept, values, np.nan)
