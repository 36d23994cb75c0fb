"""A team's own KPIs: any metric of the service account that says how its customers fare.

What a field may be by itself is here; what CloudWatch and the metric allow, for all KPIs at once, is judged
by `monitoring.own_kpis`, which knows them.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from settings.alarms import AtLeastOne
from settings.forms import Section, Text

Signal = Literal["traffic", "errors", "latency", "saturation"]
Unit = Literal["Count", "Percent", "Milliseconds", "Seconds", "Megabytes"]
Direction = Literal["above", "below"]


class ShareOf(Section):
    """What a KPI is a percentage of. Namespace and dimensions are the KPI's own unless they are given.

    `counts_failures`: whether it counts what the KPI's own metric counts, as `Count` does the errors; if not,
    it is added.
    """

    metric: Text
    namespace: Text | None = None
    dimensions: Mapping[str, str] | None = None
    statistic: Text = "Sum"
    counts_failures: bool = True


class OwnKpi(Section):
    """By a key that begins its alarms' keys: `<key>-warn`, `<key>-critical` and, on silence, `<key>-silent`.

    `meaning` is what customers notice beyond the limit. The value is `statistic` of the metric divided by
    `divisor`, in `unit`, or its percentage of `share_of`; counts are those of one period. `missing_data`:
    `alarm`, where a metric that stops is itself a fault, or `sparse`, where it comes only when there is
    something to tell, and nobody misses it. A value of fewer than `min_samples` does not alarm; a percentile
    has CloudWatch's own minimum unless it is given. `limit_source` says where the limit comes from.
    """

    title: Text
    meaning: Text
    namespace: Text
    metric: Text
    dimensions: Mapping[str, str] = {}
    statistic: Text
    unit: Unit
    divisor: float = 1
    share_of: ShareOf | None = None
    limit: float
    limit_source: Text = "the team's own limit"
    direction: Direction = "above"
    signal: Signal = "errors"
    missing_data: Literal["alarm", "sparse"] = "alarm"
    period_s: AtLeastOne = 300
    evaluation_periods: AtLeastOne = 3
    datapoints_to_alarm: AtLeastOne | None = None
    min_samples: Annotated[int, Field(ge=0)] | None = None
    min_failures: Annotated[int, Field(ge=0)] = 0
    runbook_anchor: Text = "own-kpi"
