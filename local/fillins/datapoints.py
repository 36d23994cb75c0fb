"""Hands out every datapoint CloudWatch stored, raw, for the rehearsal.

CloudWatch's own API aggregates by period; an alarm's evaluation has to start from what was published.
"""

from typing import Any

from local.fillins import upstream
from local.fillins.control import operation


@operation("datapoints")
def datapoints(account: str, *, merge: bool = False) -> list[dict[str, Any]]:
    """The account's datapoints, oldest first.

    Each has `namespace`, `metric`, `dimensions` (name to value), `timestamp` (epoch seconds), `unit`, and
    `value` seen `count` times; a published statistic set has `statistics` (`SampleCount`, `Sum`,
    `Minimum`, `Maximum`) and no `count`. With `merge` equal ones of a second are one: the telemetry of many
    thousand requests stays small.
    """
    found: list[dict[str, Any]] = []
    merged: dict[tuple[object, ...], dict[str, Any]] = {}
    for namespace, metric, points in upstream.metric_points(account):
        for point in points:
            one = {
                "namespace": namespace,
                "metric": metric,
                "dimensions": point["Dimensions"],
                "timestamp": point["Timestamp"],
                "unit": point["Unit"],
                "value": point["Value"],
            }
            published = point.get("_stat")
            one |= {"statistics": published} if published else {"count": point.get("Count", 1.0)}
            if merge and not published:
                place = (namespace, metric, *sorted(point["Dimensions"].items()), point["Unit"])
                first = merged.setdefault((*place, int(point["Timestamp"]), point["Value"]), one)
                if first is not one:
                    first["count"] += one["count"]
                    continue
            found.append(one)
    return sorted(found, key=lambda one: float(one["timestamp"]))
