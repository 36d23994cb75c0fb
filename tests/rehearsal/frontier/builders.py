"""Alarm sets and single points for the frontier's tests."""

from dataclasses import replace
from typing import Any

from monitoring.spec import Alarm, MetricAlarm, MetricStat
from rehearsal.frontier.grid import MILLION, Grid, Point, Size
from rehearsal.frontier.sweep import sweep
from rehearsal.sources.stack import Account, AlarmSet
from settings.slo import Slo
from tests.rehearsal.builders import math_alarm

API = {"ApiName": "shop", "Stage": "live"}


def api(metric: str, query_id: str = "m", *, period_s: int = 60, statistic: str = "Sum") -> MetricStat:
    return MetricStat(
        id=query_id,
        namespace="AWS/ApiGateway",
        metric=metric,
        dimensions=API,
        statistic=statistic,
        period_s=period_s,
    )


def failures(name: str, threshold_pct: float, *, period_s: int = 60, **fields: Any) -> MetricAlarm:
    """Pages when more than `threshold_pct` of the requests fail."""
    metrics = [api("5XXError", "m", period_s=period_s), api("Count", "n", period_s=period_s)]
    values: dict[str, Any] = {"level": "critical", "missing_data": "notBreaching", "threshold": threshold_pct}
    return math_alarm("100 * m / n", metrics, **{**values, "name": name, **fields})


def alarm_set(*alarms: Alarm, slo: Slo = Slo(), **fields: Any) -> AlarmSet:  # noqa: B008  # frozen
    return AlarmSet(name="test", accounts=(Account(id=None, alarms=alarms),), slo=slo, **fields)


def failing(share: float) -> Size:
    return Size(kind="failing", share_ppm=round(share * MILLION))


def point(
    alarms: AlarmSet,
    size: Size,
    minutes: int,
    *,
    requests: int = 100,
    phases_s: tuple[int, ...] = (0,),
    late_minutes: tuple[int, ...] = (0,),
) -> Point:
    """One point of the grid; at one place and without lateness unless said otherwise."""
    grid = Grid(sizes=[size], durations=[minutes], traffic=[requests])
    found = sweep(alarms, replace(grid, phases_s=phases_s, late_minutes=late_minutes))
    return found.points[0]
