"""What CloudWatch would have received: values with their counts, minute by minute, and when they arrived.

A metric is kept as CloudWatch keeps it: distinct values and how often each came in a minute (the `Values`
and `Counts` of PutMetricData). Statistics over windows of any length are derived in `windows`. Nothing here
decides a state. Times are minutes since `Series.start`; a minute's samples are those stamped within it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.spec import MetricStat
from rehearsal.cloudwatch.windows import Windows
from rehearsal.errors import RehearsalError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricKey:
    """One metric: namespace, name, the exact set of dimensions, and its account (None: any account)."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    account: str | None = None

    @classmethod
    def of(
        cls, namespace: str, metric: str, dimensions: Mapping[str, str], account: str | None = None
    ) -> "MetricKey":
        """The key with its dimensions in order, as CloudWatch compares them."""
        ordered = tuple(sorted(dimensions.items()))
        return cls(namespace=namespace, metric=metric, dimensions=ordered, account=account)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MetricSeries:
    """A metric's samples: at `minute[i]` the value `value[i]` came `weight[i]` times.

    The three arrays are of one length and in no particular order. `delay` is how many whole minutes after
    its own minute a sample becomes visible: one number, or one per minute of the series.
    """

    minute: Ints
    value: Floats
    weight: Ints
    delay: int | Ints = 0
    unit: str | None = None

    @classmethod
    def of_minutes(
        cls, values: ArrayLike, *, delay: int | Ints = 0, unit: str | None = None, first: int = 0
    ) -> "MetricSeries":
        """One sample a minute from minute `first` on; NaN (or None) where nothing was published."""
        array = np.asarray(values, dtype=np.float64)
        present = np.flatnonzero(~np.isnan(array))
        ones = np.ones(len(present), dtype=np.int64)
        return cls(minute=present + first, value=array[present], weight=ones, delay=delay, unit=unit)


class Series:
    """The metrics of a rehearsal over `minutes` minutes from `start` (aware; the first minute's beginning).

    `find` answers what an alarm's query would see; the windows computed for it are remembered. `quotas` are
    what SERVICE_QUOTA gives for usage metrics (whose account is left open).
    """

    def __init__(
        self,
        start: datetime,
        minutes: int,
        metrics: Mapping[MetricKey, MetricSeries],
        quotas: Mapping[MetricKey, float] | None = None,
    ) -> None:
        if start.tzinfo is None:
            raise RehearsalError("series start without a time zone: hourly evaluation would be off; pass UTC")
        self.start = start.astimezone(UTC)
        self.minutes = minutes
        self.metrics = dict(metrics)
        self._quotas = dict(quotas or {})
        self._windows: dict[int, Windows] = {}
        self._by_name: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[MetricKey]] = {}
        for key in self.metrics:
            self._by_name.setdefault((key.namespace, key.metric, key.dimensions), []).append(key)

    @property
    def clock_minute(self) -> int:
        """The minute of the hour at which minute 0 begins."""
        return self.start.minute

    @property
    def epoch_s(self) -> float:
        """When minute 0 begins, in seconds since 1970."""
        return self.start.timestamp()

    @property
    def horizon(self) -> int:
        """How many minutes after its own the latest sample of any metric arrives."""
        return max((int(np.max(metric.delay, initial=0)) for metric in self.metrics.values()), default=0)

    def quota(self, query: MetricStat) -> float | None:
        """The service quota of the usage metric that a query reads, if it is known."""
        return self._quotas.get(MetricKey.of(query.namespace, query.metric, query.dimensions))

    def find(self, query: MetricStat, home: str | None = None) -> Windows | None:
        """The windows of the metric that a query reads; None if it finds nothing."""
        metric = self.published(query, home)
        if metric is None:
            return None
        if id(metric) not in self._windows:
            self._windows[id(metric)] = Windows(
                metric.minute, metric.value, metric.weight, metric.delay, self.minutes
            )
        return self._windows[id(metric)]

    def published(self, query: MetricStat, home: str | None = None) -> MetricSeries | None:
        """The metric that a query reads, or None if nothing was ever published under that name.

        `home` is the account the alarm lives in: a query without an `account_id` reads that account, as in
        CloudWatch. A unit that differs from the published one finds nothing, as in CloudWatch.
        """
        wanted = query.account_id or home
        name = (query.namespace, query.metric, tuple(sorted(query.dimensions.items())))
        keys = [k for k in self._by_name.get(name, ()) if None in (k.account, wanted) or k.account == wanted]
        if len(keys) > 1:
            accounts = ", ".join(str(k.account) for k in keys)
            raise RehearsalError(
                f"{query.namespace} {query.metric} exists in several accounts ({accounts}): "
                "say which one the alarm lives in (home)"
            )
        metric = self.metrics[keys[0]] if keys else None
        if metric is not None and None not in (query.unit, metric.unit) and query.unit != metric.unit:
            return None
        return metric


def from_samples(
    samples: Iterable[Mapping[str, object]], *, start: datetime, minutes: int, delay: int = 0
) -> Series:
    """Raw datapoints -> `Series`; those outside the `minutes` from `start` are left out.

    A sample has `namespace`, `metric`, `dimensions` (mapping), `timestamp` (aware datetime or epoch
    seconds), `value`, and optionally `unit`, `account` and `count`, how often the value came.
    """
    columns: dict[tuple[MetricKey, str | None], tuple[list[int], list[float], list[int]]] = {}
    for sample in samples:
        minute = _minute(sample["timestamp"], start)
        if 0 <= minute < minutes:
            dimensions = sample["dimensions"]
            if not isinstance(dimensions, Mapping):
                raise RehearsalError(f"sample of {sample['metric']}: `dimensions` must be a mapping")
            account, unit = sample.get("account"), sample.get("unit")
            key = MetricKey.of(
                str(sample["namespace"]),
                str(sample["metric"]),
                dimensions,
                None if account is None else str(account),
            )
            column = columns.setdefault((key, None if unit is None else str(unit)), ([], [], []))
            column[0].append(minute)
            column[1].append(float(str(sample["value"])))
            column[2].append(round(float(str(sample.get("count", 1)))))
    metrics: dict[MetricKey, MetricSeries] = {}
    for (key, unit), (at, values, counts) in columns.items():
        if key in metrics:
            raise RehearsalError(
                f"{key.namespace} {key.metric} was published with two units, {metrics[key].unit} and {unit}: "
                "CloudWatch keeps these apart; publish one"
            )
        metrics[key] = MetricSeries(
            minute=np.asarray(at, dtype=np.int64),
            value=np.asarray(values, dtype=np.float64),
            weight=np.asarray(counts, dtype=np.int64),
            delay=delay,
            unit=unit,
        )
    return Series(start, minutes, metrics)


def _minute(timestamp: object, start: datetime) -> int:
    if isinstance(timestamp, int | float):
        return int((timestamp - start.timestamp()) // 60)
    if isinstance(timestamp, datetime):
        return (timestamp - start) // MINUTE
    raise RehearsalError(f"timestamp {timestamp!r}: give an aware datetime or seconds since 1970")
