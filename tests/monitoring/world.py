"""A day of a healthy service as metrics, to be spoiled: what the alarms are held against in the rehearsal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from monitoring import monitor_alarms, service_alarms
from monitoring.spec import Alarm, MetricAlarm
from monitoring.watched import Watched
from rehearsal.cloudwatch.actions import Page, pages
from rehearsal.cloudwatch.evaluate import Timeline, timeline
from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
from tests.monitoring.builders import MONITOR, SERVICE, watched

START = datetime(2025, 11, 24, tzinfo=UTC)
RATE = 120  # customers' requests a minute
REFUSED_MS = 4.0
Ints = NDArray[np.int64]
Identity = tuple[str, str, tuple[tuple[str, str], ...]]
API = ("AWS/ApiGateway", {"ApiName": "shop-prod", "Stage": "live"})
FUNCTION = ("AWS/Lambda", {"FunctionName": "shop-prod-inference"})
TABLE = ("AWS/DynamoDB", {"TableName": "shop-prod-reference-data", "Operation": "GetItem"})
MODEL = ("AWS/SageMaker", {"EndpointName": "shop-prod-model", "VariantName": "main"})
INSTANCE = ("/aws/sagemaker/Endpoints", MODEL[1])
OWN = ("InferenceWatch", {"Service": "shop-prod"})


@dataclass(kw_only=True)
class World:
    """`minutes` of metrics, by name; every array has one entry a minute. Change it, then `judge` it."""

    minutes: int
    requests: Ints = field(init=False)
    failed: Ints = field(init=False)
    refused: Ints = field(init=False)  # by the gateway, at once; on top of `requests`
    model_failed: Ints = field(init=False)
    latency_ms: NDArray[np.float64] = field(init=False)
    attempts: NDArray[np.bool_] = field(init=False)
    successes: NDArray[np.bool_] = field(init=False)
    missing: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.requests = np.full(self.minutes, RATE)
        self.failed = np.zeros(self.minutes, dtype=np.int64)
        self.refused = np.zeros(self.minutes, dtype=np.int64)
        self.model_failed = np.zeros(self.minutes, dtype=np.int64)
        self.latency_ms = np.full(self.minutes, 40.0)
        self.attempts = np.ones(self.minutes, dtype=bool)
        self.successes = np.ones(self.minutes, dtype=bool)

    def metrics(self) -> Mapping[MetricKey, MetricSeries]:
        """What CloudWatch would have received."""
        made: dict[MetricKey, MetricSeries] = {}
        for name, ((namespace, metric, dimensions), series) in self.metrics_by_name().items():
            account = MONITOR if name.startswith("Canary") else SERVICE
            key = MetricKey.of(namespace, metric, dict(dimensions), account)
            made[key] = _until(series, self.missing.get(name, self.minutes))
        return made

    def metrics_by_name(self) -> Mapping[str, tuple[Identity, MetricSeries]]:
        """(namespace, metric, dimensions) and everything that was ever sent, under the names of `missing`."""
        every, usage = self._every, np.arange(0, self.minutes, 1440)
        found = {
            "Count": (API, every(1.0, self.requests + self.refused)),
            "4XXError": (API, _both(every(0.0, self.requests), every(1.0, self.refused))),
            "5XXError": (API, _both(every(0.0, self.refused), self._share(self.failed))),
            "Latency": (API, _both(self._timed(1.0), every(REFUSED_MS, self.refused))),
            "AnsweredLatency": (OWN, self._timed(1.0, self.requests - self.failed)),
            "IntegrationLatency": (API, self._timed(0.9)),
            "Invocations": (FUNCTION, every(1.0, self.requests)),
            "Errors": (FUNCTION, every(0.0, self.requests)),
            "Throttles": (FUNCTION, every(0.0, self.requests)),
            "Duration": (FUNCTION, self._timed(0.8)),
            "ConcurrentExecutions": (FUNCTION, every(3.0, self.requests)),
            "SuccessfulRequestLatency": (TABLE, every(2.0, self.requests)),
            "model Invocations": (MODEL, every(1.0, self.requests)),
            "Invocation4XXErrors": (MODEL, every(0.0, self.requests)),
            "Invocation5XXErrors": (MODEL, self._share(self.model_failed)),
            "ModelLatency": (MODEL, self._timed(500.0)),
            "OverheadLatency": (MODEL, self._timed(50.0)),
            "CPUUtilization": (INSTANCE, every(120.0, np.ones(self.minutes, dtype=np.int64))),
            "MemoryUtilization": (INSTANCE, every(30.0, np.ones(self.minutes, dtype=np.int64))),
            "DiskUtilization": (INSTANCE, every(10.0, np.ones(self.minutes, dtype=np.int64))),
            "CanaryAttempts": (OWN, every(1.0, self.attempts.astype(np.int64))),
            "CanarySuccess": (OWN, every(1.0, (self.attempts & self.successes).astype(np.int64))),
            "CanaryLatency": (OWN, every(60.0, self.attempts.astype(np.int64))),
            "UsagePercentOfQuota": (OWN, _points(usage, 40.0)),
            "plan UsagePercentOfQuota": (
                (OWN[0], {**OWN[1], "Plan": "gold"}),
                _points(usage, 40.0),
            ),
        }
        return {
            name: ((namespace, name.rpartition(" ")[2], tuple(sorted(dimensions.items()))), series)
            for name, ((namespace, dimensions), series) in found.items()
        }

    def judge(self, service: Watched | None = None) -> "Verdict":
        """Every alarm of both accounts over this world."""
        series = Series(START, self.minutes, self.metrics())
        both = service_alarms(service or watched()), monitor_alarms(service or watched())
        lines = [timeline(own, series, home=home) for own, home in zip(both, (SERVICE, MONITOR), strict=True)]
        return Verdict(alarms=both, lines=lines)

    def _every(self, value: float, weight: Ints) -> MetricSeries:
        present = np.flatnonzero(weight)
        return MetricSeries(minute=present, value=np.full(len(present), value), weight=weight[present])

    def _share(self, failed: Ints) -> MetricSeries:
        """Zeros for what went well, ones for what failed."""
        return _both(self._every(0.0, self.requests - failed), self._every(1.0, failed))

    def _timed(self, factor: float, counts: Ints | None = None) -> MetricSeries:
        weight = self.requests if counts is None else counts
        present = np.flatnonzero(weight)
        return MetricSeries(minute=present, value=factor * self.latency_ms[present], weight=weight[present])


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What fired and what was sent."""

    alarms: Sequence[Sequence[Alarm]]
    lines: Sequence[Timeline]

    def fired(self, wanted: Callable[[Alarm], bool] = lambda _: True) -> dict[str, int]:
        """By key, the first minute in ALARM, after its warm-up, of each alarm that ever was."""
        found = {}
        for own, line in zip(self.alarms, self.lines, strict=True):
            for alarm in filter(wanted, own):
                warm_up = alarm.warm_up_min if isinstance(alarm, MetricAlarm) else 0
                in_alarm = np.flatnonzero(line.states[alarm.name][warm_up:] == 1)
                if in_alarm.size:
                    found[alarm.key] = warm_up + int(in_alarm[0])
        return found

    def sent(self) -> list[tuple[str, str, int]]:
        """(page, level, minute) of every notification that went out."""
        found: list[Page] = []
        for own, line in zip(self.alarms, self.lines, strict=True):
            found += [page for page in pages(own, line) if page.muted_by is None]
        return [(page.key, page.level, page.minute) for page in sorted(found, key=lambda page: page.minute)]


def _both(*parts: MetricSeries) -> MetricSeries:
    return MetricSeries(
        minute=np.concatenate([part.minute for part in parts]),
        value=np.concatenate([part.value for part in parts]),
        weight=np.concatenate([part.weight for part in parts]),
    )


def _points(minutes: Ints, value: float) -> MetricSeries:
    ones = np.ones(len(minutes), dtype=np.int64)
    return MetricSeries(minute=minutes, value=np.full(len(minutes), value), weight=ones)


def _until(series: MetricSeries, minute: int) -> MetricSeries:
    kept = series.minute < minute
    return MetricSeries(minute=series.minute[kept], value=series.value[kept], weight=series.weight[kept])
