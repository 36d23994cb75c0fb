"""Saved CloudWatch metrics: the file that `reports.history` writes, and the series it stands for.

CloudWatch keeps statistics by the minute, not samples. Count, sum, minimum and maximum of a minute are
rebuilt exactly. Where percentiles were saved, the minute's distribution is rebuilt from them instead: a
percentile over one minute is exact, over longer periods it is an estimate, and the sum is one too.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from monitoring.spec import MetricAlarm, MetricStat
from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
from rehearsal.cloudwatch.statistics import percentile_of, trimmed
from rehearsal.errors import RehearsalError
from rehearsal.sources.stack import AlarmSet

SIMPLE = ("SampleCount", "Sum", "Minimum", "Maximum")
SHAPE = (10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9)  # percentiles that give a distribution its shape


def wanted(alarm_set: AlarmSet) -> list[dict[str, Any]]:
    """What has to be fetched for the alarms: one entry a metric, with the statistics to fetch."""
    found: dict[MetricKey, set[float]] = {}
    for account in alarm_set.accounts:
        for alarm in account.alarms:
            for query in alarm.queries if isinstance(alarm, MetricAlarm) else ():
                if isinstance(query, MetricStat):
                    owner = query.account_id or account.id
                    key = MetricKey.of(query.namespace, query.metric, query.dimensions, owner)
                    percentile = percentile_of(query.statistic)
                    shaped = percentile is not None or trimmed(query.statistic) is not None
                    own = found.setdefault(key, set())
                    own.update([] if percentile is None else [percentile], SHAPE if shaped else [])
    return [
        {
            "namespace": key.namespace,
            "metric": key.metric,
            "dimensions": dict(key.dimensions),
            "account": key.account,
            "statistics": [*SIMPLE, *(f"p{p:g}" for p in sorted(percentiles) if 0 < p < 100)],  # noqa: PLR2004  # percent
        }
        for key, percentiles in found.items()
    ]


def read(path: Path) -> Series:
    """The series of a saved file. Raises `RehearsalError` if it is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        start, minutes = datetime.fromisoformat(document["start"]), int(document["minutes"])
        metrics = dict(_metric(entry) for entry in document["metrics"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RehearsalError(
            f"{path}: no saved metrics ({error!r}); write them with `python -m reports.history`"
        ) from None
    return Series(start, minutes, metrics)


def _metric(entry: Mapping[str, Any]) -> tuple[MetricKey, MetricSeries]:
    key = MetricKey.of(entry["namespace"], entry["metric"], entry["dimensions"], entry["account"])
    saved: Mapping[str, Mapping[str, float]] = entry["statistics"]
    samples = [
        (int(minute), value, weight)
        for minute in saved.get("SampleCount", {})
        for value, weight in _samples(
            {name: values[minute] for name, values in saved.items() if minute in values}
        )
    ]
    columns = list(zip(*samples, strict=True)) or [(), (), ()]
    return key, MetricSeries(
        minute=np.array(columns[0], dtype=np.int64),
        value=np.array(columns[1], dtype=np.float64),
        weight=np.array(columns[2], dtype=np.int64),
    )


def _samples(minute: Mapping[str, float]) -> Iterator[tuple[float, int]]:
    """Values with their counts that have the statistics of one minute."""
    count = round(minute["SampleCount"])
    percentiles = sorted((float(name[1:]), value) for name, value in minute.items() if name.startswith("p"))
    if percentiles:
        yield from _distribution(count, minute, percentiles)
        return
    low, high = minute["Minimum"], minute["Maximum"]
    inner = count - 2
    if inner > 0:
        yield (minute["Sum"] - low - high) / inner, inner
    if count > 1:
        yield low, 1
    if count > 0:
        yield high, 1


def _distribution(
    count: int, minute: Mapping[str, float], percentiles: Sequence[tuple[float, float]]
) -> Iterator[tuple[float, int]]:
    """So many samples at each percentile's value that the nearest rank of that percentile is it."""
    placed = 0
    for percentile, value in [*percentiles, (100.0, minute["Maximum"])]:
        rank = min(count, int(np.ceil(count * percentile / 100 - 1e-9)))
        if rank > placed:
            yield value, rank - placed
            placed = rank
